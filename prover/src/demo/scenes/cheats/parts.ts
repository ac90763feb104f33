import { FIELD } from "@plimsoll/verifier/constants.ts";
import { withWords } from "../../../chain/errors.ts";
import { commitEpoch, finaliseEpoch, type Part, provePart } from "../../../chain/parts.ts";
import { attestEpoch, registryAt } from "../../../chain/registry.ts";
import { nameAttestor, signStatement } from "../../../chain/reserves.ts";
import type { Opening, Submission, SubmittedBatch } from "../../../chain/submission.ts";
import { vouch } from "../reserves.ts";
import type { Stage } from "../stage.ts";
import { USDT } from "../tiny-exchange.ts";

/** While an epoch is open and its snapshot lies ahead. */
export async function earlyCheats(stage: Stage, epoch: bigint): Promise<void> {
  const { trials, blunt, registry, network } = stage;
  const before = { ...stage.attested.get(1n)!, epoch };
  await trials.attempt("26", "an epoch attested before its snapshot is taken", "SnapshotNotTakenYet", () =>
    attestEpoch(blunt.exchange, registry, before),
  );
  await trials.attempt(
    "44",
    "an instant withdrawal against the epoch before",
    "InstantWithdrawalsFrozen",
    async () => {
      const contract = await registryAt(registry, network.provider);
      return withWords(contract.interface, () => contract.getFunction("latestForInstant").staticCall());
    },
  );
}

/** A list that is not the exchange's, or not there yet. */
export async function commitCheats(stage: Stage, honest: Submission, parts: readonly Part[]): Promise<void> {
  const { trials, blunt, registry } = stage;
  await trials.attempt(
    "26, 41",
    "a stranger commits a list of its own: a squatted slot",
    "ExchangeSignatureInvalid",
    () => commitEpoch(blunt.stranger, registry, { ...honest, batches: honest.batches.slice(1) }),
  );
  await trials.attempt("26", "a part proved before the list is sealed", "NotCommitted", () =>
    provePart(blunt.exchange, registry, honest.epoch, parts[0]!),
  );
  await trials.attempt("26", "an epoch finalised that was never committed", "NotCommitted", () =>
    finaliseEpoch(blunt.exchange, registry, honest),
  );
}

/** A batch that was proved once already, in another epoch. */
export async function oldBatchCheat(stage: Stage, honest: Submission): Promise<void> {
  const [, ...others] = honest.batches;
  const [old] = stage.attested.get(1n)!.batches;
  await stage.trials.attempt("21", "a batch of the epoch before, with its proof", "ProofsRejected", () =>
    attestEpoch(stage.blunt.exchange, stage.registry, { ...honest, batches: [old!, ...others] }),
  );
}

/** After the list is sealed: another list, or parts that are not of it. */
export async function partCheats(stage: Stage, honest: Submission, parts: readonly Part[]): Promise<void> {
  const { trials, blunt, registry } = stage;
  const { epoch } = honest;
  const [first, second] = parts as [Part, Part];
  const [a, b] = first.batches as [SubmittedBatch, SubmittedBatch];
  const prove =
    (part: Part, sender = blunt.exchange) =>
    () =>
      provePart(sender, registry, epoch, part);

  const fewer = { ...honest, batches: honest.batches.slice(0, -1) };
  await trials.attempt("26", "a second list for the epoch", "EpochCommitted", () =>
    commitEpoch(blunt.exchange, registry, fewer),
  );
  await trials.attempt("26", "another list attested in one transaction", "EpochCommitted", () =>
    attestEpoch(blunt.exchange, registry, fewer),
  );
  await trials.attempt(
    "21",
    "two batches of a part swapped",
    "PartNotListed",
    prove({ ...first, batches: [b, a] }),
  );
  await trials.attempt(
    "21",
    "a part in another one's place",
    "PartNotListed",
    prove({ ...second, first: 0 }),
  );
  await trials.attempt(
    "21",
    "a part without its last batch",
    "PartMiscounted",
    prove({ ...first, batches: [a] }),
  );
  await trials.attempt(
    "26",
    "a part that begins between two",
    "PartOutOfRange",
    prove({ ...first, first: 1 }),
  );
  await trials.attempt(
    "26",
    "a part behind the end of the list",
    "PartOutOfRange",
    prove({ ...first, first: 512 }),
  );
  await trials.attempt(
    "21",
    "a batch that is not in the list",
    "PartNotListed",
    prove({ ...first, batches: [{ ...a, root: b.root }, b] }),
  );
  await trials.attempt(
    "4",
    "a batch's t plus the field's order, in a part",
    "NotInField",
    prove({ ...first, batches: [{ ...a, t: a.t + FIELD }, b] }),
  );
  const spam = prove({ ...first, batches: [{ ...a, proof: b.proof }, b] }, blunt.stranger);
  await trials.attempt("26", "a stranger spams the list with false proofs", "ProofsRejected", spam);
  await trials.attempt("26", "the epoch finalised with batches that nobody proved", "BatchesMissing", () =>
    finaliseEpoch(blunt.exchange, registry, honest),
  );
}

/** With all batches proved but one, and another one twice. */
export async function missingPartCheat(stage: Stage, honest: Submission): Promise<void> {
  const what = "one part proved twice, another never";
  await stage.trials.attempt("41", what, "BatchesMissing", () =>
    finaliseEpoch(stage.blunt.exchange, stage.registry, honest),
  );
}

/** With all batches proved: other terms, another epoch's proof, and reserves that only somebody's word covers. */
export async function finaliseCheats(
  stage: Stage,
  honest: Submission,
  opening: Opening,
  missing: bigint,
): Promise<void> {
  const { trials, blunt, people, registry, book } = stage;
  const finalise = (changes: Partial<Submission>) => () =>
    finaliseEpoch(blunt.exchange, registry, { ...honest, ...changes });
  const [insurance, ...held] = honest.claims as [bigint, ...bigint[]];
  const said = (by = people.custodian, amount = missing, of = opening) => vouch(stage, of, amount, by);

  await trials.attempt(
    "26",
    "less insurance than was committed",
    "TermsNotCommitted",
    finalise({ claims: [insurance - 1n, ...held] }),
  );
  await trials.attempt(
    "21",
    "the proof of epoch 1 for epoch 2",
    "ProofsRejected",
    finalise({ epochProof: stage.attested.get(1n)!.epochProof }),
  );
  const borrowed = "tokens that were away when somebody sampled, and are back for the end";
  await trials.attempt("28, 43", borrowed, "ReserveTooSmall", finalise({}));
  await trials.attempt("28", "the word of somebody whom nobody named", "AttestorUnknown", async () =>
    finalise({ statements: [await said(people.stranger)] })(),
  );
  await trials.attempt("28", "the exchange signs for the attestor", "StatementSignatureInvalid", async () =>
    finalise({ statements: [{ ...(await said(people.exchange)), attestor: people.custodian.address }] })(),
  );
  await trials.attempt(
    "28",
    "an attestor's statement for another epoch",
    "StatementSignatureInvalid",
    async () =>
      finalise({ statements: [await said(people.custodian, missing, { ...opening, epoch: 1n })] })(),
  );
  const before = "an attestor's statement under the row table of another policy";
  await trials.attempt("28, 40", before, "StatementSignatureInvalid", async () => {
    const other = { ...opening, rowTableHash: 1n, assets: [USDT], amounts: [missing] };
    return finalise({ statements: [await signStatement(people.custodian, stage.bookDomain, other)] })();
  });
  await nameAttestor(people.owner, book, people.relayer.address, "A newcomer");
  const late = "an attestor whom the owner named when the epoch was open";
  await trials.attempt("29", late, "AttestorTooNew", async () =>
    finalise({ statements: [await said(people.relayer)] })(),
  );
  await trials.attempt("29", "another name for an attestor", "AttestorNamedBefore", () =>
    nameAttestor(blunt.owner, book, people.custodian.address, "A central bank"),
  );
  const half = "one attestor's half of what is missing, twice";
  await trials.attempt("28", half, "AttestorsNotAscending", async () => {
    const statement = await said(people.custodian, missing / 2n);
    return finalise({ statements: [statement, statement] })();
  });
  await trials.attempt("28", "a statement of one unit less than is missing", "ReserveTooSmall", async () =>
    finalise({ statements: [await said(people.custodian, missing - 1n)] })(),
  );
  await trials.attempt("28", "a statement of 2^128 units", "StatementMalformed", async () =>
    finalise({ statements: [await said(people.custodian, 1n << 128n)] })(),
  );
  await trials.attempt("29", "an attestor named by a stranger", "OwnableUnauthorizedAccount", () =>
    nameAttestor(blunt.stranger, book, people.stranger.address, "A stranger"),
  );
}
