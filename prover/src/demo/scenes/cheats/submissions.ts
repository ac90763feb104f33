import { FIELD } from "@plimsoll/verifier/constants.ts";
import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { BASE_FIELD } from "@plimsoll/verifier/groth16/key.ts";
import { withWords } from "../../../chain/errors.ts";
import { attestEpoch, registryAt } from "../../../chain/registry.ts";
import { type Submission, type SubmittedBatch, submissionToAbi } from "../../../chain/submission.ts";
import { commitTypedData, signTypedData } from "../../../chain/typed-data.ts";
import { forgedProof, shifted } from "../forgery.ts";
import { moveUsdt, OWED_USDT } from "../reserves.ts";
import type { Stage } from "../stage.ts";

type Edit = (batches: readonly SubmittedBatch[]) => readonly SubmittedBatch[];

/** What an exchange, or a stranger, submits in place of the honest epoch. The exchange itself sends all but a few. */
export async function submissionCheats(stage: Stage, record: EpochRecord, honest: Submission): Promise<void> {
  await nobodysEpochs(stage, record, honest);
  await otherLists(stage, honest);
  await otherNumbers(stage, honest);
  await otherProofs(stage, record, honest);
  await missingReserves(stage, honest);
}

const attempt = (stage: Stage, rows: string, what: string, expected: string, submission: Submission) =>
  stage.trials.attempt(rows, what, expected, () =>
    attestEpoch(stage.blunt.exchange, stage.registry, submission),
  );

async function nobodysEpochs(stage: Stage, record: EpochRecord, honest: Submission): Promise<void> {
  const { trials, blunt, people, registry, network } = stage;
  const byStranger = (submission: Submission, signature?: string) => () =>
    attestEpoch(blunt.stranger, registry, submission, signature);
  const domain = { chainId: network.chainId, registry };
  const signature = await signTypedData(
    people.exchange,
    commitTypedData(domain, record.snapshotTime, honest),
  );
  const own = await signTypedData(people.stranger, commitTypedData(domain, record.snapshotTime, honest));
  const [insurance, ...held] = honest.claims;
  const boast = { ...honest, claims: [insurance! + 1n, ...held] };
  await trials.attempt(
    "41",
    "a stranger attests for the exchange",
    "ExchangeSignatureInvalid",
    byStranger(honest, own),
  );
  const edited = "a stranger edits the claims that the exchange signed";
  await trials.attempt("41", edited, "ExchangeSignatureInvalid", byStranger(boast, signature));
  const renumbered = { ...honest, epoch: honest.epoch + 1n };
  await attempt(stage, "44", "the proofs of one epoch under another number", "EpochNotOpen", renumbered);
}

async function otherLists(stage: Stage, honest: Submission): Promise<void> {
  const list = (rows: string, what: string, expected: string, edit: Edit) =>
    attempt(stage, rows, what, expected, { ...honest, batches: edit(honest.batches) });
  await list("41", "an epoch without batches", "BatchCountOutOfRange", () => []);
  await list("6, 21", "a batch of accounts left out", "ProofsRejected", ([, ...rest]) => rest);
  await list("6, 21", "a batch of accounts twice", "ProofsRejected", (all) => [...all, all[0]!]);
  await list("6, 21", "two batches swapped", "ProofsRejected", ([a, b, ...rest]) => [b!, a!, ...rest]);
  await list(
    "3",
    "a batch under a circuit that the registry does not know",
    "CircuitUnknown",
    ([a, ...rest]) => [{ ...a!, circuitId: 1n }, ...rest],
  );
  await list("3", "a batch under the circuit of epochs", "CircuitUnknown", ([a, ...rest]) => [
    { ...a!, circuitId: honest.epochCircuitId },
    ...rest,
  ]);
  await stage.trials.attempt(
    "21",
    "a list longer than its circuits' runs say",
    "RunsMiscounted",
    async () => {
      const contract = await registryAt(stage.registry, stage.blunt.exchange);
      const abi = submissionToAbi(honest) as { runs: { circuitId: string; count: number }[] };
      const runs = abi.runs.map((run) => ({ ...run, count: run.count - 1 }));
      return withWords(contract.interface, () => contract.getFunction("attest").send({ ...abi, runs }, "0x"));
    },
  );
}

async function otherNumbers(stage: Stage, honest: Submission): Promise<void> {
  const [first, ...others] = honest.batches as [SubmittedBatch, ...SubmittedBatch[]];
  const batch = (changes: Partial<SubmittedBatch>) => ({ batches: [{ ...first, ...changes }, ...others] });
  const [insurance, ...held] = honest.claims as [bigint, ...bigint[]];
  for (const [rows, what, expected, changes] of [
    ["4", "a batch's root plus the field's order", "NotInField", batch({ root: first.root + FIELD })],
    [
      "4",
      "a batch's transcript plus the field's order",
      "NotInField",
      batch({ transcript: first.transcript + FIELD }),
    ],
    ["4", "a batch's t plus the field's order", "NotInField", batch({ t: first.t + FIELD })],
    ["4", "a batch's w as 2^256 - 1", "NotInField", batch({ w: (1n << 256n) - 1n })],
    [
      "4",
      "the totals' commitment plus the field's order",
      "NotInField",
      { totalsCommitment: honest.totalsCommitment + FIELD },
    ],
    ["4", "the weights' commitment as the field's order", "NotInField", { weightsCommitment: FIELD }],
    ["4", "a batch's t changed by one", "ProofsRejected", batch({ t: (first.t + 1n) % FIELD })],
    ["4", "a batch's w changed by one", "ProofsRejected", batch({ w: (first.w + 1n) % FIELD })],
    [
      "9",
      "the weights' commitment chosen after beta",
      "ProofsRejected",
      { weightsCommitment: (honest.weightsCommitment + 1n) % FIELD },
    ],
    [
      "21",
      "another policy than the one published",
      "PolicyDiffers",
      { policyHash: (honest.policyHash + 1n) % FIELD },
    ],
    [
      "40",
      "the same coefficients under other names",
      "PolicyDiffers",
      { descriptorHash: honest.descriptorHash + 1n },
    ],
    [
      "45",
      "a list of claims one shorter than the circuit's",
      "ClaimsMiscounted",
      { claims: honest.claims.slice(1) },
    ],
    ["43", "a claim of 2^128", "ClaimTooLarge", { claims: [insurance, 1n << 128n, ...held.slice(1)] }],
    [
      "18",
      "less insurance than was proved, for the same shortfall",
      "ProofsRejected",
      { claims: [insurance - 1n, ...held] },
    ],
    [
      "18",
      "less of an asset than was proved",
      "ProofsRejected",
      { claims: [insurance, held[0]! - 1n, ...held.slice(1)] },
    ],
    [
      "22",
      "the circuit of batches in the epoch's place",
      "CircuitUnknown",
      { epochCircuitId: first.circuitId },
    ],
  ] as const) {
    await attempt(stage, rows, what, expected, { ...honest, ...changes });
  }
}

async function otherProofs(stage: Stage, { gamma, beta }: EpochRecord, honest: Submission): Promise<void> {
  const [first, second, ...rest] = honest.batches as [SubmittedBatch, SubmittedBatch, ...SubmittedBatch[]];
  const proved = (proof: readonly bigint[], other = second.proof) => ({
    ...honest,
    batches: [{ ...first, proof }, { ...second, proof: other }, ...rest],
  });
  const signals = [first.root, first.transcript, first.t, first.w, gamma, beta];
  const forged = forgedProof(stage.circuits.batch.vkey, signals);
  await attempt(stage, "1", "a batch's proof forged from the key alone", "ProofsRejected", proved(forged));
  const [ax, ay, ...others] = first.proof as [bigint, bigint, ...bigint[]];
  const offCurve = [ax, (ay + 1n) % BASE_FIELD, ...others];
  await attempt(stage, "5", "a proof with a point off its curve", "PointInvalid", proved(offCurve));
  await attempt(
    stage,
    "5",
    "a coordinate plus the base field's order",
    "PointInvalid",
    proved([ax + BASE_FIELD, ay, ...others]),
  );
  await attempt(
    stage,
    "5",
    "a proof with a point at infinity",
    "PointAtInfinity",
    proved([0n, 0n, ...others]),
  );
  await attempt(
    stage,
    "6",
    "one false proof among good ones",
    "ProofsRejected",
    proved(shifted(first.proof, 1n)),
  );
  const cancelling = proved(shifted(first.proof, 1n), shifted(second.proof, -1n));
  await attempt(stage, "6", "two false proofs that cancel under equal weights", "ProofsRejected", cancelling);
  await attempt(
    stage,
    "6",
    "two batches' proofs exchanged",
    "ProofsRejected",
    proved(second.proof, first.proof),
  );
  const epochProof = { ...honest, epochProof: first.proof };
  await attempt(stage, "21", "a batch's proof in the epoch's place", "ProofsRejected", epochProof);
}

/** Tokens that are not there when the registry looks. */
async function missingReserves(stage: Stage, honest: Submission): Promise<void> {
  const { people, usdt } = stage;
  const { custody, stranger, insuranceFund } = people;
  const held: bigint = await usdt.getFunction("balanceOf").staticCall(custody.address);
  const gone = held - OWED_USDT + 1n;
  await moveUsdt(stage, custody, stranger, gone);
  await attempt(stage, "43", "one unit of USDT missing from custody", "ReserveTooSmall", honest);
  await moveUsdt(stage, stranger, custody, gone);
  const insured: bigint = await usdt.getFunction("balanceOf").staticCall(insuranceFund.address);
  await moveUsdt(stage, insuranceFund, stranger, insured);
  await attempt(stage, "43", "insurance that was spent", "InsuranceTooSmall", honest);
  await moveUsdt(stage, stranger, insuranceFund, insured);
}
