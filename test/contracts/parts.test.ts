import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  commitEpoch,
  finaliseEpoch,
  isProved,
  type Part,
  partsOf,
  provePart,
  readCommitment,
  readProvedBatches,
} from "../../prover/src/chain/parts.ts";
import {
  attestEpoch,
  openEpoch,
  readAttestation,
  readIsAttested,
  readOpening,
  registryAt,
} from "../../prover/src/chain/registry.ts";
import { batchToAbi, type Submission, termsToAbi } from "../../prover/src/chain/submission.ts";
import { commitTypedData, signTypedData } from "../../prover/src/chain/typed-data.ts";
import { FIELD } from "../../verifier/src/constants.ts";
import { batchWeight } from "../../verifier/src/encodings/batch.ts";
import { accountsPath, accountsRoot } from "../../verifier/src/encodings/challenges.ts";
import { toField } from "../../verifier/src/field.ts";
import { type LocalChain, localChain } from "../support/chain.ts";
import { GUARD, mutantStage, switchOff } from "../support/mutant-stage.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import {
  challengesOf,
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
import { trapdoorProof } from "../support/trapdoor.ts";

const CLAIMS = [5_000_000n, 7_000n, 9_000n];
const MAX_PROVING_TIME = 7n * 86_400n;

let chain: LocalChain;
let stage: Stage;
let epoch = 0n;
beforeAll(async () => {
  chain = await localChain();
  stage = await stageRegistry(chain, { circuits: 2 });
  await fund(stage, CLAIMS);
});
afterAll(() => chain.close());

const commit = (submission: Submission, on = stage) => commitEpoch(on.exchange, on.registry, submission);
const prove = (of: bigint, part: Part, on = stage, sender = stage.relayer) =>
  provePart(sender, on.registry, of, part);
const finalise = (submission: Submission, on = stage) => finaliseEpoch(on.relayer, on.registry, submission);
const part = (submission: Submission, index: number, depth: number): Part =>
  partsOf(submission.batches, depth)[index]!;

/** Opens the next epoch and commits to an honest list of batches, which take turns under two circuits. */
async function committed(count: number, on = stage): Promise<Submission> {
  const { submission } = await honestEpoch(on, ++epoch, count, CLAIMS);
  await commit(submission, on);
  return submission;
}

/** A submission whose epoch proof is for these batches' sums, whatever batches it lists. */
function provedAsIf(
  submission: Submission,
  counted: readonly (readonly [number, number])[],
  at: bigint,
): Submission {
  const challenges = challengesOf(stage, submission, at);
  const { batches } = submission;
  const t = counted.reduce((sum, [b]) => toField(sum + batches[b]!.t), 0n);
  const w = counted.reduce(
    (sum, [b, as]) => toField(sum + batchWeight(challenges.gamma, as) * batches[b]!.w),
    0n,
  );
  const signals = epochSignals(submission, { ...challenges, t, w });
  return { ...submission, epochProof: trapdoorProof(stage.epochKey, signals, stage.next) };
}

describe("an epoch in many transactions", () => {
  test("is proved by anybody, in any order, in parts of any size, under two circuits, and attested", async () => {
    const { submission, snapshotTime } = await honestEpoch(stage, ++epoch, 7, CLAIMS);
    const domain = { chainId: chain.chainId, registry: stage.registry };
    const signature = await signTypedData(stage.exchange, commitTypedData(domain, snapshotTime, submission));
    await commitEpoch(stage.relayer, stage.registry, submission, signature);
    const root = accountsRoot(submission.batches);
    expect(await readCommitment(chain.provider, stage.registry, epoch)).toEqual({
      accountsRoot: root,
      batchCount: 7,
      proved: 0,
    });
    // Batches 4, 5, 6 (all that a part of four has left), then 2, then 0 and 1, then 3.
    for (const [index, depth, sender] of [
      [1, 2, stage.owner],
      [2, 0, stage.relayer],
      [0, 1, stage.custody],
      [3, 0, stage.exchange],
    ] as const) {
      await expectRefusal(finalise(submission), "BatchesMissing", { batchCount: 7n });
      await prove(epoch, part(submission, index, depth), stage, sender);
    }
    const chunk = await readProvedBatches(chain.provider, stage.registry, epoch, 0);
    expect(chunk).toBe(0b1111111n);
    expect(partsOf(submission.batches, 1).every((one) => isProved(one, chunk))).toBe(true);
    await finalise(submission);
    expect(await readAttestation(chain.provider, stage.registry)).toMatchObject({
      epoch,
      accountsRoot: root,
      batchCount: 7,
      snapshotTime,
    });
    for (const [index, { circuitId, root: of, transcript }] of submission.batches.entries()) {
      const path = accountsPath(submission.batches, index);
      const place = { epoch, index, circuitId, root: of, transcript, path };
      expect(await readIsAttested(chain.provider, stage.registry, place)).toBe(true);
    }
    await expectRefusal(finalise(submission), "EpochNotOpen");
    await expectRefusal(prove(epoch, part(submission, 0, 0)), "EpochNotOpen");
  });

  test("crosses a chunk's border: 258 batches in parts of 256", async () => {
    const count = 258;
    const draft = draftEpoch(stage, ++epoch, count, CLAIMS);
    const at = await openNow(stage, epoch);
    // One statement 258 times over: its proof has to be made once.
    const same = { ...draft, batches: draft.batches.map(() => draft.batches[0]!) };
    const { gamma, beta } = challengesOf(stage, same, at);
    const { root, transcript, t, w } = same.batches[0]!;
    const proof = trapdoorProof(stage.batchKey, [root, transcript, t, w, gamma, beta], stage.next);
    const batches = same.batches.map((batch) => ({ ...batch, proof }));
    const submission = provedAsIf(
      { ...same, batches, epochProof: [] },
      batches.map((_, b) => [b, b]),
      at,
    );
    await commit(submission);
    for (const one of partsOf(batches, 8).reverse()) await prove(epoch, one);
    await finalise(submission);
    expect((await readAttestation(chain.provider, stage.registry))?.batchCount).toBe(count);
  });
});

describe("the list is sealed", () => {
  test("nothing is proved or finalised before a commitment, and only the exchange commits, once", async () => {
    const { submission } = await honestEpoch(stage, ++epoch, 2, CLAIMS);
    await expectRefusal(prove(epoch, part(submission, 0, 0)), "NotCommitted", { epoch });
    await expectRefusal(finalise(submission), "NotCommitted");
    expect(await readCommitment(chain.provider, stage.registry, epoch)).toBeNull();
    await expectRefusal(commitEpoch(stage.relayer, stage.registry, submission), "ExchangeSignatureInvalid");
    await commit(submission);
    await expectRefusal(commit(submission), "EpochCommitted", { epoch });
    const other = { ...submission, totalsCommitment: submission.totalsCommitment + 1n };
    await expectRefusal(attestEpoch(stage.exchange, stage.registry, other), "EpochCommitted");
    await expectRefusal(finalise(other), "TermsNotCommitted");
  });

  test("a part is refused that is out of place, miscounted, or has another batch, circuit or path", async () => {
    const submission = await committed(6);
    const whole = part(submission, 0, 3);
    const second = part(submission, 1, 1);
    for (const [edit, code] of [
      [{ first: 1 }, "PartOutOfRange"],
      [{ first: 8 }, "PartOutOfRange"],
      [{ depth: 9 }, "PartOutOfRange"],
      [{ batches: whole.batches.slice(1) }, "PartMiscounted"],
      [{ batches: [...whole.batches, whole.batches[0]!] }, "PartMiscounted"],
      [{ path: whole.path.slice(1) }, "PartNotListed"],
      [{ path: [...whole.path, 0n] }, "PartNotListed"],
      [{ path: whole.path.map((sibling) => sibling + 1n) }, "PartNotListed"],
      [{ batches: [...whole.batches.slice(1), whole.batches[0]!] }, "PartNotListed"],
    ] as const) {
      await expectRefusal(prove(epoch, { ...whole, ...edit }), code);
    }
    // The same batches at another's place, and with the circuits exchanged.
    await expectRefusal(prove(epoch, { ...second, first: 4 }), "PartNotListed");
    const swapped = second.batches.map((batch, b) => ({
      ...batch,
      circuitId: second.batches[1 - b]!.circuitId,
    }));
    await expectRefusal(prove(epoch, { ...second, batches: swapped }), "PartNotListed");
    const registry = await registryAt(stage.registry, stage.relayer);
    const short = [{ circuitId: `0x${"0".repeat(64)}`, count: 1 }];
    const batches = second.batches.map(batchToAbi);
    await expectRefusal(call(registry, "prove", epoch, 2, 1, short, batches, []), "RunsMiscounted");
  });

  test("a list of no batches, of more than 2^20, under an epoch circuit that is none, is not committed to", async () => {
    const { submission } = await honestEpoch(stage, ++epoch, 1, CLAIMS);
    const registry = await registryAt(stage.registry, stage.exchange);
    const root = `0x${"1".repeat(64)}`;
    for (const count of [0n, (1n << 20n) + 1n]) {
      const refused = call(registry, "commit", termsToAbi(submission), count, root, "0x");
      await expectRefusal(refused, "BatchCountOutOfRange", { count });
    }
    await call(registry, "commit", termsToAbi(submission), 1n << 20n, root, "0x");
    const { circuitId } = submission.batches[0]!;
    await expectRefusal(commit({ ...submission, epochCircuitId: circuitId }), "CircuitUnknown");
    await expectRefusal(commit({ ...submission, claims: CLAIMS.slice(1) }), "ClaimsMiscounted");
    for (const field of ["totalsCommitment", "weightsCommitment"] as const) {
      await expectRefusal(commit({ ...submission, [field]: submission[field] + FIELD }), "NotInField");
    }
    await expectRefusal(commit({ ...submission, descriptorHash: 1n }), "PolicyDiffers");
  });
});

describe("proofs hold for their batch and these challenges, and a false one changes nothing", () => {
  test("each signal off by one, one signal as x + r, another's proof, a proof of another epoch", async () => {
    const old = await committed(3);
    const submission = await committed(3);
    const { batches, ...place } = part(submission, 0, 2);
    const edited = (edit: Partial<(typeof batches)[number]>): Part => ({
      ...place,
      batches: batches.map((batch, b) => (b === 1 ? { ...batch, ...edit } : batch)),
    });
    for (const signal of ["t", "w"] as const) {
      const value = batches[1]![signal];
      await expectRefusal(prove(epoch, edited({ [signal]: toField(value + 1n) })), "ProofsRejected");
      await expectRefusal(prove(epoch, edited({ [signal]: value + FIELD })), "NotInField");
    }
    await expectRefusal(prove(epoch, edited({ proof: batches[0]!.proof })), "ProofsRejected");
    await expectRefusal(prove(epoch, edited({ proof: old.batches[1]!.proof })), "ProofsRejected");
    expect((await readCommitment(chain.provider, stage.registry, epoch))?.proved).toBe(0);
    expect(await readProvedBatches(chain.provider, stage.registry, epoch, 0)).toBe(0n);
    await expectRefusal(prove(epoch - 1n, part(old, 0, 2)), "EpochNotOpen", { lastOpened: epoch });

    await prove(epoch, part(submission, 0, 2));
    await expectRefusal(finalise({ ...submission, epochProof: old.epochProof }), "ProofsRejected");
    await finalise(submission);
  });

  test("an epoch proof for a list with a batch less, which the sums of the proved ones don't fit", async () => {
    const submission = await committed(2);
    const { snapshotTime } = await readOpening(chain.provider, stage.registry);
    await prove(epoch, part(submission, 0, 1));
    await expectRefusal(finalise(provedAsIf(submission, [[1, 1]], snapshotTime)), "ProofsRejected");
    await expectRefusal(
      finalise(
        provedAsIf(
          submission,
          [
            [0, 1],
            [1, 0],
          ],
          snapshotTime,
        ),
      ),
      "ProofsRejected",
    );
    await finalise(
      provedAsIf(
        submission,
        [
          [0, 0],
          [1, 1],
        ],
        snapshotTime,
      ),
    );
  });
});

describe("nobody stands in the way of an honest epoch (attack row 26)", () => {
  test("proofs that somebody sent before count once, and the call that repeats them goes through", async () => {
    const submission = await committed(4);
    await prove(epoch, part(submission, 2, 0), stage, stage.custody);
    await prove(epoch, part(submission, 0, 2));
    await prove(epoch, part(submission, 0, 1));
    expect((await readCommitment(chain.provider, stage.registry, epoch))?.proved).toBe(4);
    await finalise(submission);
  });

  test("a signature meant for one transaction, used to commit: the transaction still attests", async () => {
    const { submission, snapshotTime } = await honestEpoch(stage, ++epoch, 2, CLAIMS);
    const domain = { chainId: chain.chainId, registry: stage.registry };
    const signature = await signTypedData(stage.exchange, commitTypedData(domain, snapshotTime, submission));
    await commitEpoch(stage.custody, stage.registry, submission, signature);
    await prove(epoch, part(submission, 1, 0), stage, stage.custody);
    await attestEpoch(stage.relayer, stage.registry, submission, signature);
    expect((await readAttestation(chain.provider, stage.registry))?.epoch).toBe(epoch);
  });

  test("an abandoned list gives way to a new opening, whose own list starts from nothing", async () => {
    const abandoned = await committed(2);
    await prove(epoch, part(abandoned, 0, 0));
    const submission = await committed(2);
    expect(await readProvedBatches(chain.provider, stage.registry, epoch, 0)).toBe(0n);
    await expectRefusal(prove(epoch - 1n, part(abandoned, 1, 0)), "EpochNotOpen");
    await prove(epoch, part(submission, 0, 1));
    await finalise(submission);
    expect(await readAttestation(chain.provider, stage.registry, epoch - 1n)).toBeNull();
  });

  test("a list that is not finished in time expires, and the next epoch is opened as ever", async () => {
    const late = await committed(1);
    await prove(epoch, part(late, 0, 0));
    const { snapshotTime } = await readOpening(chain.provider, stage.registry);
    await chain.setNextTime(snapshotTime + MAX_PROVING_TIME + 1n);
    await chain.provider.send("evm_mine", []);
    await expectRefusal(finalise(late), "OpeningExpired");
    await expectRefusal(prove(epoch, part(late, 0, 0)), "OpeningExpired");
    const submission = await committed(1);
    await prove(epoch, part(submission, 0, 0));
    await finalise(submission);
  });
});

describe("instant withdrawals are frozen between opening and attestation", () => {
  test("against the newest attestation, until the next one, or until its time is up", async () => {
    const registry = await registryAt(stage.registry, chain.provider);
    const submission = await committed(1);
    expect(await call(registry, "isFrozen")).toBe(true);
    await expectRefusal(call(registry, "latestForInstant"), "InstantWithdrawalsFrozen", {
      openedEpoch: epoch,
    });
    await prove(epoch, part(submission, 0, 0));
    await finalise(submission);
    expect(await call(registry, "isFrozen")).toBe(false);
    expect((await call<{ epoch: bigint }>(registry, "latestForInstant")).epoch).toBe(epoch);

    const at = await openNow(stage, ++epoch);
    expect(await call(registry, "isFrozen")).toBe(true);
    await chain.setNextTime(at + MAX_PROVING_TIME + 1n);
    await chain.provider.send("evm_mine", []);
    expect((await call<{ epoch: bigint }>(registry, "latestForInstant")).epoch).toBe(epoch - 1n);
  });

  test("openings keep their distance: a second too soon is refused, whoever was attested meanwhile", async () => {
    const slow = await stageRegistry(chain, { seed: "slow", minimumInterval: 3600n });
    await fund(slow, CLAIMS);
    const { submission, snapshotTime: openedAt } = await honestEpoch(slow, 1n, 1, CLAIMS);
    await attestEpoch(slow.exchange, slow.registry, submission);
    const open = async (at: bigint) => {
      await chain.setNextTime(at);
      await chain.provider.send("evm_mine", []);
      const registry = await registryAt(slow.registry, slow.exchange);
      return call(registry, "open", 2n, at + 10n, "0x");
    };
    await expectRefusal(open(openedAt + 3599n), "OpeningTooSoon", { earliest: openedAt + 3600n });
    await open(openedAt + 3600n);
    for (const minimumInterval of [0n, MAX_PROVING_TIME + 1n]) {
      await expectRefusal(stageRegistry(chain, { minimumInterval }), "IntervalOutOfRange");
    }
  });
});

describe("what each guard is there for: a mutant without it, in which the attack succeeds", () => {
  let mutant: Stage;
  beforeAll(async () => {
    mutant = await mutantStage(stage);
  });

  /** Runs an attack on the registry and on the mutant with a guard on, where it fails, then with that guard off. */
  async function attack(bit: number, code: string, run: (on: Stage) => Promise<unknown>): Promise<void> {
    await switchOff(chain);
    await expectRefusal(run(stage), code);
    await expectRefusal(run(mutant), code);
    await switchOff(chain, bit);
    await run(mutant);
    await switchOff(chain);
    expect((await readAttestation(chain.provider, mutant.registry))?.epoch).toBe(epoch);
  }

  test("one index proved twice and another never (attack row 41; mutant: no bitmap)", async () => {
    await attack(GUARD.BITMAP, "BatchesMissing", async (on) => {
      const at = await openNow(on, ++epoch);
      const draft = draftEpoch(on, epoch, 2, CLAIMS);
      const honest = proveEpoch(on, draft, at);
      await commit(honest, on);
      await prove(epoch, part(honest, 0, 0), on);
      await prove(epoch, part(honest, 0, 0), on);
      const challenges = challengesOf(on, draft, at);
      const [first] = draft.batches;
      const sums = { t: toField(2n * first!.t), w: toField(2n * first!.w) };
      const signals = epochSignals(draft, { ...challenges, ...sums });
      await finalise({ ...honest, epochProof: trapdoorProof(on.epochKey, signals, on.next) }, on);
    });
  });

  test("a batch proved that is not on the list (attack row 21; mutant: no path)", async () => {
    await attack(GUARD.LISTED, "PartNotListed", async (on) => {
      const at = await openNow(on, ++epoch);
      const listed = draftEpoch(on, epoch, 1, CLAIMS);
      const challenges = challengesOf(on, listed, at);
      const other = draftEpoch(on, epoch, 1, CLAIMS).batches[0]!;
      const { root, transcript, t, w } = other;
      const proof = trapdoorProof(
        on.batchKey,
        [root, transcript, t, w, challenges.gamma, challenges.beta],
        on.next,
      );
      const epochProof = trapdoorProof(on.epochKey, epochSignals(listed, { ...challenges, t, w }), on.next);
      await commit({ ...listed, epochProof }, on);
      await prove(epoch, { ...part({ ...listed, epochProof }, 0, 0), batches: [{ ...other, proof }] }, on);
      await finalise({ ...listed, epochProof }, on);
    });
  });

  test("a batch that is never proved, because its accounts are not margin-sufficient (mutant: no count)", async () => {
    await attack(GUARD.MISSING, "BatchesMissing", async (on) => {
      const at = await openNow(on, ++epoch);
      const draft = draftEpoch(on, epoch, 2, CLAIMS);
      const honest = proveEpoch(on, draft, at);
      await commit(honest, on);
      await prove(epoch, part(honest, 0, 0), on);
      const { t, w } = draft.batches[0]!;
      const signals = epochSignals(draft, { ...challengesOf(on, draft, at), t, w });
      await finalise({ ...honest, epochProof: trapdoorProof(on.epochKey, signals, on.next) }, on);
    });
  });

  test("claims exchanged after the challenge is known: less declared, more proved (mutant: no hash of the terms)", async () => {
    await attack(GUARD.TERMS, "TermsNotCommitted", async (on) => {
      const at = await openNow(on, ++epoch);
      const honest = proveEpoch(on, draftEpoch(on, epoch, 1, CLAIMS), at);
      await commit(honest, on);
      await prove(epoch, part(honest, 0, 0), on);
      const claims = [0n, 0n, 0n];
      const challenges = { ...challengesOf(on, honest, at), rho: 0n };
      const epochProof = trapdoorProof(on.epochKey, epochSignals(honest, challenges), on.next);
      await finalise({ ...honest, claims, epochProof }, on);
    });
  });

  test("an epoch by a stranger (attack row 41; mutant: no signature of the exchange)", async () => {
    await attack(GUARD.EXCHANGE, "ExchangeSignatureInvalid", async (on) => {
      const snapshotTime = (await chain.now()) + 100n;
      await chain.setNextTime(snapshotTime);
      await openEpoch(stage.custody, on.registry, { epoch: ++epoch, snapshotTime });
      await publishAt(stage, snapshotTime);
      const submission = proveEpoch(on, draftEpoch(on, epoch, 1, CLAIMS), snapshotTime);
      await attestEpoch(stage.custody, on.registry, submission);
    });
  });

  test("a second list for one epoch, after the first one's proofs were seen (mutant: no seal)", async () => {
    await attack(GUARD.SEALED, "EpochCommitted", async (on) => {
      const at = await openNow(on, ++epoch);
      await commit(proveEpoch(on, draftEpoch(on, epoch, 1, CLAIMS), at), on);
      const second = proveEpoch(on, draftEpoch(on, epoch, 1, CLAIMS), at);
      await commit(second, on);
      await prove(epoch, part(second, 0, 0), on);
      await finalise(second, on);
    });
  });
});
