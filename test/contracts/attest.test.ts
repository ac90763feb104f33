import { type Contract, type EventLog, toBeHex } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  attestEpoch,
  circuitIdOf,
  openEpoch,
  readAttestation,
  readIsAttested,
  registryAt,
} from "../../prover/src/chain/registry.ts";
import type { Submission } from "../../prover/src/chain/submission.ts";
import { commitTypedData, openTypedData, signTypedData } from "../../prover/src/chain/typed-data.ts";
import { FIELD } from "../../verifier/src/constants.ts";
import { batchWeight } from "../../verifier/src/encodings/batch.ts";
import { accountsPath, accountsRoot } from "../../verifier/src/encodings/challenges.ts";
import { toField } from "../../verifier/src/field.ts";
import { deploy, type LocalChain, localChain } from "../support/chain.ts";
import { GUARD, mutantStage, switchOff } from "../support/mutant-stage.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import {
  challengesOf,
  type Draft,
  draftEpoch,
  epochSignals,
  fund,
  honestEpoch,
  openNow,
  proveEpoch,
  publishAt,
  type Stage,
  stageRegistry,
} from "../support/staged-epoch.ts";
import { trapdoorKey, trapdoorProof } from "../support/trapdoor.ts";

const CLAIMS = [5_000_000n, 7_000n, 9_000n];

let chain: LocalChain;
let stage: Stage;
/** An opened epoch with an honest submission that no refused attempt uses up. */
let honest: Submission;
let snapshotTime: bigint;
let mutant: Stage;
beforeAll(async () => {
  chain = await localChain();
  stage = await stageRegistry(chain);
  await fund(stage, CLAIMS);
  mutant = await mutantStage(stage);
  ({ submission: honest, snapshotTime } = await honestEpoch(stage, 7n, 3, CLAIMS));
});
afterAll(() => chain.close());

const attest = (submission: Submission, sender = stage.exchange, signature?: string) =>
  attestEpoch(sender, stage.registry, submission, signature);
const sign = (signer: Stage["owner"], submission: Submission, at = snapshotTime, registry = stage.registry) =>
  signTypedData(signer, commitTypedData({ chainId: chain.chainId, registry }, at, submission));

describe("only the exchange's own epoch is attested", () => {
  test("a stranger's, though its proofs hold (attack row 41)", async () => {
    await expectRefusal(attest(honest, stage.relayer), "ExchangeSignatureInvalid");
    const own = await sign(stage.relayer, honest);
    await expectRefusal(attest(honest, stage.relayer, own), "ExchangeSignatureInvalid");
  });

  test("one that a relayer changed: every field that is not proved is signed", async () => {
    const signature = await sign(stage.exchange, honest);
    const [first, ...others] = honest.batches;
    const edits: Partial<Submission>[] = [
      { totalsCommitment: honest.totalsCommitment + 1n },
      { weightsCommitment: honest.weightsCommitment + 1n },
      { publicHash: honest.publicHash + 1n },
      { claims: [5_000_000n, 7_000n, 9_001n] },
      { batches: others },
      { batches: [{ ...first!, root: first!.root + 1n }, ...others] },
      { batches: [{ ...first!, transcript: first!.transcript + 1n }, ...others] },
      { batches: [{ ...first!, circuitId: honest.epochCircuitId }, ...others] },
    ];
    for (const edit of edits) {
      await expectRefusal(
        attest({ ...honest, ...edit }, stage.relayer, signature),
        "ExchangeSignatureInvalid",
      );
    }
    const stale = await sign(stage.exchange, honest, snapshotTime - 1n);
    await expectRefusal(attest(honest, stage.relayer, stale), "ExchangeSignatureInvalid");
    const elsewhere = await sign(stage.exchange, honest, snapshotTime, stage.owner.address);
    await expectRefusal(attest(honest, stage.relayer, elsewhere), "ExchangeSignatureInvalid");
  });
});

describe("proofs hold for this list of batches, this policy and these challenges only", () => {
  const batches = (edit: (list: Submission["batches"]) => Submission["batches"]): Promise<unknown> =>
    attest({ ...honest, batches: edit(honest.batches) });

  test("a batch missing, repeated, swapped or truncated away, with every proof kept; no batch (attack rows 21, 41)", async () => {
    await expectRefusal(
      batches(([, ...rest]) => rest),
      "ProofsRejected",
    );
    await expectRefusal(
      batches((list) => list.slice(0, 2)),
      "ProofsRejected",
    );
    await expectRefusal(
      batches((list) => [...list, list[0]!]),
      "ProofsRejected",
    );
    await expectRefusal(
      batches(([a, b, c]) => [b!, a!, c!]),
      "ProofsRejected",
    );
    await expectRefusal(
      batches(([a, , c]) => [a!, a!, c!]),
      "ProofsRejected",
    );
    await expectRefusal(
      batches(() => []),
      "BatchCountOutOfRange",
    );
  });

  test("sums over another list of batches than the one hashed (attack row 21; mutant: sums leave a batch out)", async () => {
    // Users of the first batch find it in the accounts root; what they are owed is in no total.
    const leaveOut = (on: Stage, draft: Draft, at: bigint): Submission => {
      const challenges = challengesOf(on, draft, at);
      const counted = draft.batches.slice(1);
      const t = counted.reduce((sum, batch) => toField(sum + batch.t), 0n);
      const w = counted.reduce(
        (sum, batch, b) => toField(sum + batchWeight(challenges.gamma, b) * batch.w),
        0n,
      );
      const epochProof = trapdoorProof(on.epochKey, epochSignals(draft, { ...challenges, t, w }), on.next);
      return { ...proveEpoch(on, draft, at), epochProof };
    };
    await expectRefusal(attest(leaveOut(stage, honest, snapshotTime)), "ProofsRejected");
    const at = await openNow(mutant, 1n);
    const draft = draftEpoch(mutant, 1n, 3, CLAIMS);
    await switchOff(chain, GUARD.SUMS);
    await attestEpoch(stage.exchange, mutant.registry, leaveOut(mutant, draft, at));
    await switchOff(chain);
    const { circuitId, root, transcript } = draft.batches[0]!;
    const place = { epoch: 1n, index: 0, circuitId, root, transcript, path: accountsPath(draft.batches, 0) };
    expect(await readIsAttested(chain.provider, mutant.registry, place)).toBe(true);
  });

  test("one index proved twice and another never (attack row 41; mutant: one index checked for all)", async () => {
    // The sealed list names three batches. The second's users are counted as the first's, which the epoch proof goes along
    // with: what is in the way is that a proof is checked against the batch at its place in the list.
    const proveTwice = (on: Stage, { batches: [a, b, c], ...draft }: Draft, at: bigint): Submission => {
      const counted = [a!, { ...b!, t: a!.t, w: a!.w }, c!];
      const submission = proveEpoch(on, { ...draft, batches: counted }, at);
      const [first, second, third] = submission.batches;
      return { ...submission, batches: [first!, { ...second!, proof: first!.proof }, third!] };
    };
    await expectRefusal(attest(proveTwice(stage, honest, snapshotTime)), "ProofsRejected");
    const at = await openNow(mutant, 2n);
    const submission = proveTwice(mutant, draftEpoch(mutant, 2n, 3, CLAIMS), at);
    await switchOff(chain, GUARD.PLACE);
    await attestEpoch(stage.exchange, mutant.registry, submission);
    await switchOff(chain);
  });

  test("a batch under another gamma (attack row 21)", async () => {
    const other = challengesOf(
      stage,
      { ...honest, totalsCommitment: honest.totalsCommitment + 1n },
      snapshotTime,
    );
    const [first, ...rest] = honest.batches;
    const signals = [first!.root, first!.transcript, first!.t, first!.w, other.gamma, other.beta];
    const proof = trapdoorProof(stage.batchKey, signals, stage.next);
    await expectRefusal(attest({ ...honest, batches: [{ ...first!, proof }, ...rest] }), "ProofsRejected");
  });

  test("an epoch proof for other sums, another rho or another policy than the submission's", async () => {
    const challenges = challengesOf(stage, honest, snapshotTime);
    const spoiled = epochSignals(honest, challenges);
    for (const i of spoiled.keys()) {
      const signals = spoiled.map((signal, j) => (i === j ? toField(signal + 1n) : signal));
      const epochProof = trapdoorProof(stage.epochKey, signals, stage.next);
      await expectRefusal(attest({ ...honest, epochProof }), "ProofsRejected");
    }
  });

  test("proofs of another snapshot time, epoch, registry, exchange or chain", async () => {
    const draft: Draft = honest;
    const elsewhere = { ...stage, registry: stage.owner.address };
    const byAnother = { ...stage, exchangeAddress: stage.relayer.address };
    const otherChain = { ...stage, chain: { ...chain, chainId: 1n } };
    await expectRefusal(attest(proveEpoch(stage, draft, snapshotTime + 1n)), "ProofsRejected");
    for (const place of [elsewhere, byAnother, otherChain]) {
      await expectRefusal(attest(proveEpoch(place, draft, snapshotTime)), "ProofsRejected");
    }
    const renumbered = { ...proveEpoch(stage, { ...draft, epoch: 8n }, snapshotTime), epoch: 7n };
    await expectRefusal(attest(renumbered), "ProofsRejected");
    await expectRefusal(attest({ ...honest, epoch: 8n }), "EpochNotOpen", { lastOpened: 7n });
  });

  test("another policy than the one published for the snapshot's time, in either hash (attack rows 21, 40)", async () => {
    const { policyHash, descriptorHash } = stage.policy;
    for (const edit of [
      { policyHash: policyHash + 1n },
      { descriptorHash: descriptorHash + 1n },
      { policyHash: policyHash + FIELD },
    ]) {
      await expectRefusal(attest({ ...honest, ...edit }), "PolicyDiffers", { snapshotTime, policyHash });
    }
    const at = await openNow(mutant, 4n);
    const other = { ...draftEpoch(mutant, 4n, 1, CLAIMS), policyHash: policyHash + 1n };
    const chosen = () => attestEpoch(stage.exchange, mutant.registry, proveEpoch(mutant, other, at));
    await expectRefusal(chosen(), "PolicyDiffers");
    await switchOff(chain, GUARD.POLICY);
    await chosen();
    await switchOff(chain);
  });

  test("an epoch whose snapshot time has no policy is not attested", async () => {
    const unpublished = await stageRegistry(chain, { seed: "unpublished" });
    const at = (await chain.now()) + 10n;
    await chain.setNextTime(at);
    await openEpoch(stage.exchange, unpublished.registry, { epoch: 1n, snapshotTime: at });
    const submission = proveEpoch(unpublished, draftEpoch(unpublished, 1n, 1, CLAIMS), at);
    const sent = attestEpoch(stage.exchange, unpublished.registry, submission);
    await expectRefusal(sent, "NotPublished", { observationTime: at });
  });

  test("a circuit that is not registered, or one in the other's place", async () => {
    const unknown = circuitIdOf(trapdoorKey(stage.batchKey.setup, 6, stage.next).packed);
    const under = (circuitId: bigint) => honest.batches.map((batch) => ({ ...batch, circuitId }));
    for (const edit of [
      { batches: under(unknown) },
      { epochCircuitId: unknown },
      { batches: under(honest.epochCircuitId) },
      { epochCircuitId: honest.batches[0]!.circuitId },
    ]) {
      await expectRefusal(attest({ ...honest, ...edit }), "CircuitUnknown");
    }
  });
});

describe("numbers have one encoding", () => {
  const others = (x: bigint): bigint[] => [x + FIELD, FIELD, (1n << 256n) - 1n];

  test.each(["root", "transcript", "t", "w"] as const)("%s as x + r, as r, as 2^256 - 1", async (signal) => {
    for (const value of others(honest.batches[1]![signal])) {
      // Proofs are made for the value modulo r: nothing but the canonical form is wrong.
      const batches = honest.batches.map((batch, b) => (b === 1 ? { ...batch, [signal]: value } : batch));
      const submission = proveEpoch(stage, { ...honest, batches }, snapshotTime);
      await expectRefusal(attest(submission), "NotInField", { value });
    }
  });

  test.each(["totalsCommitment", "weightsCommitment"] as const)(
    "%s as x + r, as r, as 2^256 - 1",
    async (field) => {
      for (const value of others(honest[field])) {
        const submission = proveEpoch(stage, { ...honest, [field]: value }, snapshotTime);
        await expectRefusal(attest(submission), "NotInField", { value });
      }
    },
  );

  test("a mutant without the check (from 2^255 on) takes one statement under two roots", async () => {
    const at = await openNow(mutant, 5n);
    const draft = draftEpoch(mutant, 5n, 1, CLAIMS);
    const batches = [{ ...draft.batches[0]!, root: draft.batches[0]!.root + 3n * FIELD }];
    await attestEpoch(stage.exchange, mutant.registry, proveEpoch(mutant, { ...draft, batches }, at));
  });
});

describe("claims are as many as the shape has, and small", () => {
  test("one short, one more, none", async () => {
    for (const claims of [CLAIMS.slice(0, 2), [...CLAIMS, 0n], []]) {
      const submission = { ...honest, claims };
      await expectRefusal(attest(submission), "ClaimsMiscounted", {
        came: BigInt(claims.length),
        expected: 3n,
      });
    }
  });

  test("a claim of 2^128", async () => {
    for (const k of [0, 1, 2]) {
      const claims = CLAIMS.map((claim, i) => (i === k ? 1n << 128n : claim));
      await expectRefusal(attest({ ...honest, claims }), "ClaimTooLarge", { claim: BigInt(k) });
    }
  });
});

describe("after all that, the honest epoch is attested", () => {
  test("relayed by anybody with the exchange's signature, recorded, and never again", async () => {
    await attest(honest, stage.relayer, await sign(stage.exchange, honest));
    const recorded = {
      epoch: 7n,
      exchange: BigInt(stage.exchange.address),
      accountsRoot: accountsRoot(honest.batches),
      policyHash: honest.policyHash,
      descriptorHash: honest.descriptorHash,
      epochCircuitId: honest.epochCircuitId,
      batchCount: 3,
      snapshotTime,
      attestedAt: await chain.now(),
      assetsOnChain: 2,
      assetsVouched: 0,
    };
    expect(await readAttestation(chain.provider, stage.registry, 7n)).toEqual(recorded);
    expect(await readAttestation(chain.provider, stage.registry)).toEqual(recorded);

    const records = await registryAt(stage.registry, chain.provider);
    await expectRefusal(call(records, "attestationOf", 6n), "NotAttested", { epoch: 6n });

    // Other proofs of the same statement are a replay, and so are the same ones.
    const again = proveEpoch(stage, honest, snapshotTime);
    expect(again.epochProof).not.toEqual(honest.epochProof);
    for (const replay of [honest, again]) await expectRefusal(attest(replay), "EpochNotOpen");

    const registry = await registryAt(stage.registry, chain.provider);
    const [event] = (await registry.queryFilter("EpochAttested")) as EventLog[];
    const publicHash = toBeHex(honest.publicHash, 32);
    expect(event?.args.toObject()).toMatchObject({ epoch: 7n, publicHash, batchCount: 3n });
  });

  test("its batches are attested at their own index with their own path, and nothing else is", async () => {
    for (const [index, { circuitId, root, transcript }] of honest.batches.entries()) {
      const path = accountsPath(honest.batches, index);
      const place = { epoch: 7n, index, circuitId, root, transcript, path };
      const isAttested = (edit: Partial<typeof place>): Promise<boolean> =>
        readIsAttested(chain.provider, stage.registry, { ...place, ...edit });
      expect(await isAttested({})).toBe(true);
      for (const edit of [
        { epoch: 6n },
        { index: index + 1 },
        { index: index + 256 },
        { circuitId: circuitId + 1n },
        { root: root + 1n },
        { transcript: transcript + 1n },
        { path: place.path.slice(0, -1) },
      ]) {
        expect(await isAttested(edit)).toBe(false);
      }
    }
  });

  test("a contract wallet may be the exchange, with whatever key it has at the time", async () => {
    const wallet: Contract = await deploy(stage.owner, "WalletMock", stage.relayer.address);
    const address = await wallet.getAddress();
    const byWallet = await stageRegistry(chain, { seed: "wallet", exchange: address });
    await fund(byWallet, CLAIMS);
    const opening = { epoch: 1n, snapshotTime: (await chain.now()) + 100n };
    const domain = { chainId: chain.chainId, registry: byWallet.registry };
    const opened = await signTypedData(stage.relayer, openTypedData(domain, opening));
    await openEpoch(stage.owner, byWallet.registry, opening, opened);
    await publishAt(byWallet, opening.snapshotTime);
    const draft = draftEpoch(byWallet, 1n, 1, CLAIMS);
    const submission = proveEpoch(byWallet, draft, opening.snapshotTime);
    await chain.setNextTime(opening.snapshotTime);
    await (await wallet.getFunction("setKey").send(stage.custody.address)).wait();
    const commit = commitTypedData(domain, opening.snapshotTime, submission);
    const old = attestEpoch(
      stage.owner,
      byWallet.registry,
      submission,
      await signTypedData(stage.relayer, commit),
    );
    await expectRefusal(old, "ExchangeSignatureInvalid");
    await attestEpoch(stage.owner, byWallet.registry, submission, await signTypedData(stage.custody, commit));
  });
});
