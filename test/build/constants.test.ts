import { readFileSync } from "node:fs";
import { join } from "node:path";
import { keccak256, toUtf8Bytes } from "ethers";
import { describe, expect, it } from "vitest";
import { constantsCircom, constantsSolidity, generatedConstants } from "../../prover/src/build/constants.ts";
import { ROOT } from "../../prover/src/build/paths.ts";
import {
  AUXILIARY_BASE,
  BETA_FLOOR,
  HASHES,
  ROW_BLIND,
  ROW_FREE,
  TAG,
} from "../../verifier/src/constants.ts";

const table = {
  field: "97",
  tags: { IDENTITY: 1, OWNER: 2 },
  layout: { ROW_FREE: 262144 },
  domains: { GAMMA: "plimsoll.gamma.1" },
  publicSignals: { epoch: ["policyHash", "t"] },
};

describe("generated constants", () => {
  it.each(Object.entries(generatedConstants()))("%s is what the table gives", (path, text) => {
    expect(readFileSync(join(ROOT, path), "utf8")).toBe(text);
  });

  it("says in its first line that it is generated, and from what", () => {
    for (const text of Object.values(generatedConstants())) {
      expect(text.split("\n")[0]).toMatch(/Generated from verifier\/src\/constants\.json/);
    }
  });

  it("gives circuits a function for each tag and layout constant", () => {
    const text = constantsCircom(table);
    expect(text).toContain("function TAG_OWNER() { return 2; }");
    expect(text).toContain("function ROW_FREE() { return 262144; }");
  });

  it("gives contracts the field, the domains' hashes and named places of public signals", () => {
    const text = constantsSolidity(table);
    expect(text).toContain("uint256 constant FIELD = 97;");
    expect(text).toContain(`DOMAIN_GAMMA = ${keccak256(toUtf8Bytes("plimsoll.gamma.1"))};`);
    expect(text).toContain("uint256 constant EPOCH_POLICY_HASH = 0;");
    expect(text).toContain("uint256 constant EPOCH_T = 1;");
    expect(text).toContain("uint256 constant EPOCH_SIGNALS = 2;");
  });
});

describe("tag table (attack row 48)", () => {
  const uses = Object.entries(HASHES);
  const reserved = [4, 15, 16];

  it("has no tagged use with 4, 15 or 16 inputs, which are the leaf's, the sponge's and the node's", () => {
    for (const [name, { inputs, tag }] of uses) {
      expect(reserved.includes(inputs), name).toBe(tag === null);
    }
    expect(uses.filter(([, { tag }]) => tag === null).map(([, { inputs }]) => inputs)).toEqual(reserved);
  });

  it("has each pair of arity and tag once", () => {
    const pairs = uses.map(([, { inputs, tag }]) => `${inputs} ${tag}`);
    expect(new Set(pairs).size).toBe(pairs.length);
  });

  it("has each tag once, not zero, and none below that a sponge could confuse with a length", () => {
    const tags = Object.values(TAG);
    expect(new Set(tags).size).toBe(tags.length);
    for (const tag of tags) expect(tag > 0n && tag < 1n << 32n).toBe(true);
    for (const [, { tag }] of uses) if (tag !== null) expect(Object.keys(TAG)).toContain(tag);
  });

  it("keeps the rows that no entry can name above all rows and below beta's floor", () => {
    expect(ROW_FREE).toBeGreaterThanOrEqual(2 * AUXILIARY_BASE);
    expect(ROW_BLIND).toBe(ROW_FREE + 1);
    expect(BETA_FLOOR).toBeGreaterThan(BigInt(ROW_BLIND));
  });
});
