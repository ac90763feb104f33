import { describe, expect, test } from "vitest";
import { fastPoseidon } from "../../../prover/src/commit/hash.ts";
import { checkPublishedPolicy } from "../../../verifier/src/check/policy.ts";
import { fromJson, toJson } from "../../../verifier/src/formats/codecs.ts";
import {
  type PublicationFile,
  publicationFile,
  samePublication,
} from "../../../verifier/src/formats/policy-publication.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import {
  NO_EXPIRY,
  type PublishedPolicy,
  policyPublication,
} from "../../../verifier/src/policy/publication.ts";
import type { Marks, RiskParameters } from "../../../verifier/src/policy/schemas.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";

const TOKEN = "0x00000000000000000000000000000000000000aa";
const chainId = 31337n;
const observationTime = BigInt(Date.parse(tinyMarks.observedAt) / 1000);
const unitWeights = [660_000_000n, 1_000_000n];
// The prover's Poseidon, for many hashes: the verifier's own is compared with the vectors elsewhere.
const hash = await fastPoseidon();
const options = { chainId, observationTime, unitWeights, hash };

function compiled(edit: (risk: RiskParameters, marks: Marks) => void = () => {}) {
  const [risk, marks] = [structuredClone(tinyRiskParameters), structuredClone(tinyMarks)];
  edit(risk, marks);
  return compilePolicy(risk, marks);
}
const token = (chain: number, address = TOKEN) => ({ chainId: chain, address, decimals: 18 });

const tiny = compiled((risk) => {
  risk.collateral[0]!.tokens = [token(1, "0x00000000000000000000000000000000000000bb"), token(31337)];
});
const publication = policyPublication(tiny, options);
const published: PublishedPolicy = {
  ...publication,
  descriptorHash: tiny.descriptorHash,
  publishedAt: observationTime + 60n,
  configuration: 1,
};

describe("what a policy publishes", () => {
  test("is its hashes and, for each asset, the token on this chain and the coefficients of its row", () => {
    const [btc, usdt] = tiny.coefficients.assets;
    expect(publication.policyHash).toBe(tiny.policyHash);
    expect(publication.collateral).toEqual([
      { token: 0xaan, decimals: 8, price: btc!.value, weight: btc!.initial, unitWeight: 660_000_000n },
      { token: 0n, decimals: 6, price: usdt!.value, weight: usdt!.initial, unitWeight: 1_000_000n },
    ]);
    const expiries = tinyRiskParameters.groups[0]!.instruments.flatMap((n) =>
      "expiry" in n ? [n.expiry] : [],
    );
    expect(expiries).toHaveLength(1);
    expect(publication.nextExpiry).toBe(BigInt(Date.parse(expiries[0]!) / 1000));
  });

  test("without an instrument that expires, never expires", () => {
    const perps = compiled((risk, marks) => {
      risk.groups[0]!.instruments.splice(1);
      for (const key of Object.keys(marks.expiries)) delete marks.expiries[key];
    });
    expect(policyPublication(perps, options).nextExpiry).toBe(NO_EXPIRY);
  });

  test("is refused for marks of another time, two tokens on the chain, or a missing unit weight", () => {
    const at = (time: bigint) => () => policyPublication(tiny, { ...options, observationTime: time });
    const stale = BigInt(tinyRiskParameters.stalenessSeconds);
    for (const time of [observationTime - 1n, observationTime + stale + 1n])
      expect(at(time)).toThrow(/expected marks of/);
    expect(at(observationTime + stale)).not.toThrow();
    const two = compiled((risk) => {
      risk.collateral[0]!.tokens = [token(31337), token(31337, "0x00000000000000000000000000000000000000cc")];
    });
    expect(() => policyPublication(two, options)).toThrow(/"BTC": expected one token on chain 31337, came 2/);
    expect(() => policyPublication(tiny, { ...options, unitWeights: [660_000_000n] })).toThrow(
      /"USDT" has no unit weight/,
    );
    const [, usdt] = tiny.coefficients.assets;
    for (const unitWeight of [usdt!.initial - 1n, 1n << 128n])
      expect(() => policyPublication(tiny, { ...options, unitWeights: [660_000_000n, unitWeight] })).toThrow(
        /"USDT": expected a weight from 0/,
      );
  });
});

describe("a published policy is checked against its files (attack rows 22 and 40)", () => {
  const check = (
    came: Partial<PublishedPolicy>,
    policy = tiny,
    weights: readonly bigint[] | undefined = unitWeights,
  ) =>
    checkPublishedPolicy(
      policy,
      { ...published, ...came },
      {
        chainId,
        hash,
        ...(weights === undefined ? {} : { unitWeights: weights }),
      },
    );
  const failed = (report: ReturnType<typeof check>) =>
    report.steps.filter(({ outcome }) => outcome === "failed").map(({ name }) => name);
  const asset = (edit: Partial<PublishedPolicy["collateral"][number]>) => ({
    collateral: [{ ...published.collateral[0]!, ...edit }, published.collateral[1]!],
  });

  test("each field that differs fails its own step", () => {
    expect(failed(check({ nextExpiry: published.nextExpiry + 1n }))).toEqual(["marks"]);
    expect(failed(check({ policyHash: published.policyHash + 1n }))).toEqual(["policy"]);
    expect(failed(check({ shapeHash: published.shapeHash + 1n }))).toEqual(["policy"]);
    expect(failed(check({ descriptorHash: published.descriptorHash + 1n }))).toEqual(["descriptor"]);
    expect(failed(check({ rowTableHash: published.rowTableHash + 1n }))).toEqual(["descriptor"]);
    expect(failed(check({ policyTree: published.policyTree + 1n }))).toEqual(["tree"]);
    expect(failed(check(asset({ token: 0xabn })))).toEqual(["collateral"]);
    expect(failed(check(asset({ decimals: 7 })))).toEqual(["collateral"]);
    expect(failed(check(asset({ price: 1n })))).toEqual(["collateral"]);
    expect(failed(check(asset({ weight: 1n })))).toEqual(["collateral"]);
    expect(failed(check({ collateral: published.collateral.slice(1) }))).toContain("collateral");
    expect(failed(check(asset({ unitWeight: 659_999_999n })))).toEqual(["unit weights"]);
    expect(failed(check({ observationTime: observationTime + 301n }))).toEqual(["marks"]);
  });

  test("the words name the asset and the number", () => {
    const words = check(asset({ price: 1n })).steps.find(({ outcome }) => outcome === "failed")!.words;
    expect(words).toContain('price of "BTC"');
  });

  test("names swapped under one policy hash fail the descriptor (attack row 40)", () => {
    const renamed = compilePolicy(
      JSON.parse(JSON.stringify(tiny.riskParameters).replaceAll("BTC", "XYZ")),
      JSON.parse(JSON.stringify(tiny.marks).replaceAll("BTC", "XYZ")),
    );
    expect(renamed.policyHash).toBe(tiny.policyHash);
    expect(failed(check({}, renamed))).toEqual(["descriptor"]);
  });

  test("all of it passes, and unit weights are not judged without the linter", () => {
    expect(check({})).toMatchObject({ passed: true });
    const { steps } = checkPublishedPolicy(
      tiny,
      { ...published, ...asset({ unitWeight: 700_000_000n }) },
      { chainId },
    );
    expect(steps.at(-1)).toMatchObject({ name: "unit weights", outcome: "not run" });
  });
});

test("a publication's file comes back as it went, and two are the same but for signatures", () => {
  const file: PublicationFile = {
    format: "plimsoll.policy-publication.1",
    chainId,
    registry: 0xabcn,
    deadline: observationTime + 3600n,
    policy: publication,
    endorsements: [{ publisher: 7n, signature: "0x1234" }],
  };
  const text = toJson(publicationFile, file);
  expect(fromJson(publicationFile, text, "file")).toEqual(file);
  expect(samePublication(file, { ...file, endorsements: [] })).toBe(true);
  expect(samePublication(file, { ...file, deadline: 0n })).toBe(false);
  const wide = text.replace(`"price": "${publication.collateral[0]!.price}"`, `"price": "${1n << 96n}"`);
  expect(() => fromJson(publicationFile, wide, "wide")).toThrow(
    /policy.collateral.0.price: expected a number below 2\^96/,
  );
});
