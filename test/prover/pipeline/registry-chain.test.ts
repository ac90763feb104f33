import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commitEpoch, partsOf, provePart, readCommitment } from "../../../prover/src/chain/parts.ts";
import { readAttestation } from "../../../prover/src/chain/registry.ts";
import type { Submission } from "../../../prover/src/chain/submission.ts";
import { type RegistryChainConfig, registryChain } from "../../../prover/src/pipeline/registry-chain.ts";
import type { EpochRecord } from "../../../verifier/src/formats/epoch.ts";
import { type LocalChain, localChain } from "../../support/chain.ts";
import { expectRefusal } from "../../support/refusal.ts";
import { fund, honestEpoch, type Stage, stageRegistry } from "../../support/staged-epoch.ts";

const CLAIMS = [5n, 7n, 9n];
const BATCHES = 5;
const PUBLIC_HASH = 0x1234n;

let chain: LocalChain;
let stage: Stage;
let epoch = 0n;
beforeAll(async () => {
  chain = await localChain();
  stage = await stageRegistry(chain, { seed: "parts of a pipeline" });
  await fund(stage, CLAIMS);
});
afterAll(() => chain.close());

/** As much of a record as is sent. */
async function nextRecord(): Promise<{ record: EpochRecord; submission: Submission }> {
  const { submission, snapshotTime } = await honestEpoch(stage, ++epoch, BATCHES, CLAIMS);
  const { epochCircuitId, ...rest } = submission;
  const record = {
    ...rest,
    chainId: chain.chainId,
    snapshotTime,
    circuits: { epoch: { circuitId: epochCircuitId } },
  } as unknown as EpochRecord;
  return { record, submission: { ...submission, publicHash: PUBLIC_HASH } };
}

const attest = (record: EpochRecord, changes: Partial<RegistryChainConfig> = {}) =>
  registryChain(BigInt(stage.registry), {
    sender: stage.relayer,
    exchange: stage.exchange,
    batchesAtOnce: 2,
    partDepth: 1,
    ...changes,
  }).attest(record, PUBLIC_HASH);

const sentBy = async (signer: HardhatEthersSigner, run: () => Promise<unknown>): Promise<number> => {
  const before = await signer.getNonce();
  await run();
  return (await signer.getNonce()) - before;
};

/** A signer whose machine dies before its transaction number `last`. */
function dyingAfter(last: number): HardhatEthersSigner {
  let sent = 0;
  return new Proxy(stage.relayer, {
    get(signer, name) {
      if (name !== "sendTransaction") return Reflect.get(signer, name);
      return (...args: Parameters<HardhatEthersSigner["sendTransaction"]>) => {
        if (sent++ === last) throw new Error("killed");
        return signer.sendTransaction(...args);
      };
    },
  });
}

describe("an epoch of more batches than one transaction takes", () => {
  it("is committed, proved in parts and finalised; the receipt has the gas of all", async () => {
    const { record } = await nextRecord();
    let gas = 0n;
    const sent = await sentBy(stage.relayer, async () => {
      gas = (await attest(record)).gasUsed;
    });
    expect(sent).toBe(1 + Math.ceil(BATCHES / 2) + 1);
    expect(gas).toBeGreaterThan(1_000_000n);
    expect((await readAttestation(chain.provider, stage.registry))?.epoch).toBe(epoch);
  });

  it("resumes wherever it was killed, and sends nothing twice", async () => {
    for (let transactions = 1; transactions < 5; transactions++) {
      const { record } = await nextRecord();
      const sent = await sentBy(stage.relayer, async () => {
        await expect(attest(record, { sender: dyingAfter(transactions) })).rejects.toThrow("killed");
        await attest(record);
      });
      expect(sent).toBe(5);
      expect((await readAttestation(chain.provider, stage.registry))?.epoch).toBe(epoch);
    }
  });

  it("leaves out what somebody else has proved", async () => {
    const { record, submission } = await nextRecord();
    await commitEpoch(stage.exchange, stage.registry, submission);
    await provePart(stage.custody, stage.registry, epoch, partsOf(submission.batches, 2)[0]!);
    expect((await readCommitment(chain.provider, stage.registry, epoch))?.proved).toBe(4);
    expect(await sentBy(stage.relayer, () => attest(record))).toBe(2);
  });

  it("says so when the chain has another list for the epoch", async () => {
    const { record, submission } = await nextRecord();
    const [first, ...others] = submission.batches;
    await commitEpoch(stage.exchange, stage.registry, { ...submission, batches: [...others, first!] });
    await expectRefusal(attest(record), "EpochCommitted", { epoch });
  });
});

it("a small epoch takes one transaction", async () => {
  const { record } = await nextRecord();
  expect(await sentBy(stage.relayer, () => attest(record, { batchesAtOnce: BATCHES }))).toBe(1);
});
