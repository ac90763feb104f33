import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  commitEpoch,
  finaliseEpoch,
  partsOf,
  provePart,
  readCommitment,
} from "../../../prover/src/chain/parts.ts";
import { readAttestation } from "../../../prover/src/chain/registry.ts";
import type { Submission } from "../../../prover/src/chain/submission.ts";
import { commitTypedData, signTypedData } from "../../../prover/src/chain/typed-data.ts";
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
    registry: BigInt(stage.registry),
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

/** The relayer, where something happens before its n-th call (from 0) of a method. */
function relayerWith(method: "estimateGas" | "sendTransaction", before: (n: number) => Promise<void> | void) {
  let calls = 0;
  return new Proxy(stage.relayer, {
    get(signer, name) {
      const value = Reflect.get(signer, name, signer);
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        if (name === method) await before(calls++);
        return value.apply(signer, args);
      };
    },
  });
}

/** A signer whose machine dies before its transaction number `last`. */
const dyingAfter = (last: number) =>
  relayerWith("sendTransaction", (n) => {
    if (n === last) throw new Error("killed");
  });

describe("an epoch of more batches than one transaction takes", () => {
  it("is committed, proved in parts and finalised; the receipt has the gas of all", async () => {
    const { record } = await nextRecord();
    let gas = 0n;
    const sent = await sentBy(stage.relayer, async () => {
      gas = (await attest(record))!.gasUsed;
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

  it.each([
    ["before ours is estimated", "estimateGas"],
    ["after ours is estimated", "sendTransaction"],
  ] as const)("goes on when a stranger commits with our signature %s", async (_, method) => {
    const { record, submission } = await nextRecord();
    const data = commitTypedData(
      { chainId: chain.chainId, registry: stage.registry },
      record.snapshotTime,
      submission,
    );
    const signature = await signTypedData(stage.exchange, data);
    const sender = relayerWith(method, async (n) => {
      if (n === 0) await commitEpoch(stage.custody, stage.registry, submission, signature);
    });
    expect(await sentBy(stage.custody, () => attest(record, { sender }))).toBe(1);
    expect((await readAttestation(chain.provider, stage.registry))?.epoch).toBe(epoch);
  });

  it("has nothing to send when somebody else did everything, and says so", async () => {
    const { record, submission } = await nextRecord();
    await commitEpoch(stage.exchange, stage.registry, submission);
    for (const part of partsOf(submission.batches, 2))
      await provePart(stage.custody, stage.registry, epoch, part);
    await finaliseEpoch(stage.custody, stage.registry, submission);
    expect(await sentBy(stage.relayer, async () => expect(await attest(record)).toBeNull())).toBe(0);
    expect(await attest(record, { batchesAtOnce: BATCHES })).toBeNull();
  });

  it("goes on when somebody else finalises while the last part is under way", async () => {
    const { record, submission } = await nextRecord();
    await commitEpoch(stage.exchange, stage.registry, submission);
    let proofs = 0;
    const sender = relayerWith("estimateGas", async (n) => {
      proofs++;
      if (n !== 1) return;
      for (const part of partsOf(submission.batches, 2))
        await provePart(stage.custody, stage.registry, epoch, part);
      await finaliseEpoch(stage.custody, stage.registry, submission);
    });
    await attest(record, { sender });
    expect(proofs).toBe(2);
    expect((await readAttestation(chain.provider, stage.registry))?.epoch).toBe(epoch);
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
