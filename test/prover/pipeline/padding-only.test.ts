import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runEpoch } from "../../../prover/src/pipeline/run-epoch.ts";
import { checkBundle } from "../../../verifier/src/check/bundle.ts";
import {
  type BatchOpening,
  type BlockOpening,
  commitBatch,
  paddingBlock,
  paddingWord,
} from "../../../verifier/src/encodings/batch.ts";
import { accountsPath, accountsRoot } from "../../../verifier/src/encodings/challenges.ts";
import { accountRef, identity } from "../../../verifier/src/encodings/identity.ts";
import { holdingBlocks, signedFree } from "../../../verifier/src/encodings/leaf.ts";
import { batchPath } from "../../../verifier/src/encodings/tree.ts";
import type { Bundle } from "../../../verifier/src/formats/bundle.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";
import { batchInputs } from "../../support/batch.ts";
import { loadCircuit } from "../../support/circuit.ts";
import { ConstraintProver } from "../../support/constraint-prover.ts";
import { stateEpoch } from "../../support/epoch.ts";
import { ROW, tinyConfig, tinyPolicy } from "../../support/exchange.ts";
import { tinyMarks } from "../../support/policies.ts";

const BLOCKS = 4;
const snapshotTime = BigInt(Date.parse(tinyMarks.observedAt) / 1000);
const salt = 1n << 127n;
const holdings = [{ row: ROW.usdt, quantity: 5_000_000n }];
const nothing = holdingBlocks([]).flat();

/** A batch of batch-4-8's size with these blocks, then padding. No word has a quantity. */
function batchWith(blocks: readonly BlockOpening[] = []): BatchOpening {
  const padding = Array.from({ length: BLOCKS - blocks.length }, paddingBlock);
  const words = Array.from({ length: 8 }, (_, i) =>
    i === 0 ? { ...paddingWord(), step: 0 as const } : paddingWord(),
  );
  return { blocks: [...blocks, ...padding], words, blinds: [1n, 2n, 3n] };
}

/** Ada's bundle for a slot of that batch, and the chain that attests the epoch that consists of it. */
function shownTo(opening: BatchOpening, slot: number, entries = holdingBlocks(holdings).flat()) {
  const { root, transcript, levels } = commitBatch(opening);
  const batch = { circuitId: 99n, root, transcript };
  const attested = {
    epoch: 7n,
    exchange: 0xdefn,
    snapshotTime,
    policyHash: tinyPolicy.policyHash,
    descriptorHash: tinyPolicy.descriptorHash,
    accountsRoot: accountsRoot([batch]),
  };
  const held = entries.filter(({ quantity }) => quantity > 0n);
  const bundle: Bundle = {
    format: "plimsoll.bundle.1",
    chainId: 31337n,
    registry: 0xabcn,
    exchangeId: "demo",
    userId: "ada",
    owner: 0n,
    salt,
    holdings: entries,
    ...signedFree(completeAccount(tinyPolicy, held).free),
    batch: 0,
    slot,
    path: batchPath(levels, slot),
    ...batch,
    ...attested,
    accountsPath: accountsPath([batch], 0),
  };
  const record = { ...attested, epochCircuitId: 5n, batchCount: 1, attestedAt: snapshotTime + 60n };
  const attestations = { chainId: 31337n, registry: 0xabcn, attestation: async () => record };
  const own = { userId: "ada", holdings: new Map(holdings.map(({ row, quantity }) => [row, quantity])) };
  return checkBundle(bundle, { own, policy: tinyPolicy, attestations });
}

// Circuits know no accounts and the registry sees roots only, so such an epoch has proofs and can be attested. It says
// that nobody is owed anything, and whoever is owed something sees that she was left out.
describe("an epoch of padding only (attack row 41)", () => {
  it("is refused by the pipeline before it commits", async () => {
    const folder = await mkdtemp(join(tmpdir(), "plimsoll-padding-"));
    try {
      const failed = runEpoch(tinyConfig(folder, []), { prover: new ConstraintProver() });
      await expect(failed).rejects.toMatchObject({ code: "CONFIG" });
      await expect(failed).rejects.toThrow(/accounts: expected at least one, came none/);
      expect(existsSync(join(folder, "private/commit.json"))).toBe(false);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("has proofs of both circuits all the same, and claims that are 0", async () => {
    const opening = batchWith();
    const parts = { policy: tinyPolicy.coefficients, batches: [opening], claims: [0n, 0n, 0n] };
    const { inputs, signals } = stateEpoch(parts);
    const [batch, epoch] = await Promise.all([loadCircuit("batch-4-8"), loadCircuit("epoch-tiny")]);
    const { t, w } = batch.outputs(await batch.witness(batchInputs(opening, signals.gamma, signals.beta)));
    expect({ t, w }).toEqual({ t: signals.t, w: signals.w });
    expect(epoch.publicSignals(await epoch.witness(inputs))).toEqual(Object.values(signals));
  });

  it("attests nothing for anybody: in no slot does a bundle pass, with her holdings or without", async () => {
    for (let slot = 0; slot < BLOCKS; slot++) {
      for (const entries of [undefined, nothing]) {
        const report = await shownTo(batchWith(), slot, entries);
        const failed = report.steps.filter(({ outcome }) => outcome === "failed").map(({ name }) => name);
        expect(failed, `slot ${slot}`).toEqual(entries ? ["holdings", "batch"] : ["batch"]);
      }
    }
  });

  it("would pass the same check with her account in the batch", async () => {
    const ref = accountRef("demo", "ada");
    const block: BlockOpening = {
      entries: holdingBlocks(holdings)[0]!,
      first: 1,
      identity: identity({ accountRef: ref, owner: 0n, salt, epoch: 7n }),
      ...signedFree(completeAccount(tinyPolicy, holdings).free),
    };
    const report = await shownTo(batchWith([block]), 0);
    expect(report.steps.filter(({ outcome }) => outcome === "failed")).toEqual([]);
    expect(report.passed).toBe(true);
  });
});
