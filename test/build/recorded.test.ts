import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compileInstance, instanceArtifacts } from "../../prover/src/build/artifacts.ts";
import { listInstances } from "../../prover/src/build/instances.ts";
import { parseR1csHeader } from "../../prover/src/build/r1cs.ts";
import {
  measureProving,
  RECORDED,
  RELEASE,
  type RecordedConstraints,
  type Release,
} from "../../prover/src/build/record.ts";
import { isDevelopmentKey, isReleased, RELEASED_CIRCUITS } from "../../verifier/src/check/release.ts";
import { PUBLIC_SIGNALS } from "../../verifier/src/constants.ts";

const recorded: RecordedConstraints = JSON.parse(readFileSync(RECORDED, "utf8"));
const instances = listInstances();

describe("recorded constraints", () => {
  it("list every instance and nothing else", () => {
    expect(Object.keys(recorded.instances).sort()).toEqual(instances.map(({ name }) => name).sort());
  });

  it.each(instances.filter(({ sets }) => sets.includes("test")))(
    "are those of $name as built",
    async ({ name }) => {
      const { r1cs } = await compileInstance(name);
      expect(parseR1csHeader(readFileSync(r1cs)).constraints).toBe(recorded.instances[name]);
    },
  );

  it("add up: a batch costs its blocks, its words and the rest, to a chunk of the sponge and a node of the tree", () => {
    const { perBlock, perAuxWord, batchFixed } = recorded.batch;
    for (const { name, parameters } of instances.filter(({ template }) => template === "Batch")) {
      const [blocks, words] = parameters as readonly [number, number];
      const expected = batchFixed + perBlock * blocks + perAuxWord * words;
      expect(Math.abs(recorded.instances[name]! - expected), name).toBeLessThan(573 + 609);
    }
  });

  it("stay within the budget of a batch: 930 a block, 305 a word, 1,900 for the rest", () => {
    expect(recorded.batch.perBlock).toBeLessThanOrEqual(930);
    expect(recorded.batch.perAuxWord).toBeLessThanOrEqual(305);
    expect(recorded.batch.batchFixed).toBeLessThanOrEqual(1900);
  });

  it("stay within the budget of an epoch: 45 a coefficient, 95 a row", () => {
    expect(recorded.epoch.perCoefficient).toBeLessThanOrEqual(45);
    expect(recorded.epoch.perRow).toBeLessThanOrEqual(95);
  });
});

describe("recorded constraints of a withdrawal", () => {
  const of = (blocks: number): number => recorded.instances[`withdrawal-${blocks}`]!;

  it("stay within the budget: 5,000 for an account of one block, 7,500 for up to four", () => {
    expect(of(1)).toBeLessThanOrEqual(5_000);
    expect(of(4)).toBeLessThanOrEqual(7_500);
  });

  it("are what the circuit's header says", () => {
    for (const blocks of [1, 4]) expect(Math.abs(of(blocks) - (858 * blocks + 3_019))).toBeLessThanOrEqual(2);
  });
});

describe("recorded constraints of a refusal", () => {
  const of = (blocks: number): number => recorded.instances[`refusal-${blocks}`]!;

  it("are no more than a withdrawal's", () => {
    for (const blocks of [1, 4])
      expect(of(blocks)).toBeLessThanOrEqual(recorded.instances[`withdrawal-${blocks}`]!);
  });

  it("are what the circuit's header says", () => {
    for (const blocks of [1, 4]) expect(Math.abs(of(blocks) - (861 * blocks + 2_723))).toBeLessThanOrEqual(2);
  });
});

describe("recorded constraints of a judged account", () => {
  it("stay within the budget: 40,000 for one block and one group of 40 scenarios", () => {
    expect(recorded.instances["account-1"]!).toBeLessThanOrEqual(40_000);
  });

  it("leave an account of four blocks and two groups below 2^17, the size of its key", () => {
    expect(recorded.instances["account-4"]! + PUBLIC_SIGNALS.account.length).toBeLessThan(2 ** 17);
  });
});

describe("the circuits that the verifier knows", () => {
  const release: Release = JSON.parse(readFileSync(RELEASE, "utf8"));

  it("are every instance and nothing else", () => {
    expect(Object.keys(release.circuits).sort()).toEqual(instances.map(({ name }) => name).sort());
    expect(RELEASED_CIRCUITS.size).toBe(instances.length);
  });

  it("are each known for their own statement: a withdrawal's circuit is none of a batch or an epoch", () => {
    const statements = ["batch", "epoch", "withdrawal", "refusal", "account"] as const;
    for (const { name, template } of instances) {
      const known = statements.filter((statement) => isReleased(BigInt(release.circuits[name]!), statement));
      expect(known, name).toEqual([template.toLowerCase()]);
    }
    expect(isReleased(1n, "batch")).toBe(false);
  });

  it("are the same batch circuits for every margin model", () => {
    // As they were when all that a group could end in was its maximum. A new id is a new circuit: no policy needs one.
    expect([release.circuits["batch-4-8"], release.circuits["batch-20-42"]]).toEqual([
      "0xf2f303d88bd08fb4d36744b80a49a876fe9c38b036b4c32bef299922017a3297",
      "0x79a612c100d7155645ecc47649b1259e71ca000bcd5e16df681057853656ed82",
    ]);
  });

  it.each(instances.filter(({ sets }) => sets.includes("test")))(
    "have the id of $name as built",
    async ({ name }) => {
      const { circuitId, vkey } = await instanceArtifacts(name);
      expect(circuitId).toBe(BigInt(release.circuits[name]!));
      expect(isDevelopmentKey(vkey)).toBe(true);
    },
  );

  it("have the files that browsers prove withdrawals with, as they are built here", async () => {
    expect(release.proving).toEqual(await measureProving());
  });

  it("are of the set-up that the registry refuses on public chains", () => {
    const source = readFileSync(new URL("../../contracts/lib/DevelopmentSetup.sol", import.meta.url), "utf8");
    expect(source).toContain(`DEVELOPMENT_SETUP_HASH = ${release.developmentSetup};`);
  });
});
