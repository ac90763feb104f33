import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import {
  commitEpoch,
  finaliseEpoch,
  type Part,
  partsOf,
  provePart,
  readCommitment,
} from "../../chain/parts.ts";
import { readAttestation } from "../../chain/registry.ts";
import { sampleReserves } from "../../chain/reserves.ts";
import type { Submission } from "../../chain/submission.ts";
import { commitTypedData, signTypedData } from "../../chain/typed-data.ts";
import { hashPublicPart } from "../../pipeline/public-part.ts";
import { runEpoch } from "../../pipeline/run-epoch.ts";
import { submissionOf } from "../../pipeline/settlement.ts";
import {
  commitCheats,
  earlyCheats,
  finaliseCheats,
  missingPartCheat,
  oldBatchCheat,
  partCheats,
} from "./cheats/parts.ts";
import { configOf, prepareMachine } from "./machine.ts";
import { open } from "./openings.ts";
import { publishFor } from "./policies.ts";
import { moveUsdt, OWED_USDT, vouch } from "./reserves.ts";
import { MOST_COPIES } from "./scene-deployment.ts";
import type { Stage } from "./stage.ts";

const EPOCH = 2n;
/** Parts of two batches, so that a tiny exchange has several; a real one's have 64 or 256. */
const DEPTH = 1;
/** Leaves custody while the epoch is open. */
const MOVED = OWED_USDT / 4n;

/**
 * Epoch 2: committed, proved in parts by whoever likes in any order, sampled in between, and finalised by a stranger. A quarter
 * of one asset goes to a custodian meanwhile, whose word then covers it.
 */
export async function inPartsScene(stage: Stage): Promise<boolean> {
  const { tell, network, people, prover, registry, book, gas } = stage;
  tell.heading("Epoch 2: in parts, by anybody");
  const opening = await tell.stage("the exchange opens the epoch", () => open(stage, EPOCH));
  await earlyCheats(stage, EPOCH);
  await network.advanceTo(opening.snapshotTime + 1n);
  await tell.stage("publishers sign the policy of its time", () => publishFor(stage, opening.snapshotTime));
  const machine = await prepareMachine(stage, "in-parts", opening, MOST_COPIES);
  const config = await configOf(machine);
  const { record, folder } = await tell.stage("prove", () => runEpoch(config, { prover }));
  const submission = submissionOf(record, await hashPublicPart(folder, record));
  const parts = partsOf(submission.batches, DEPTH);

  await oldBatchCheat(stage, submission);
  await commitCheats(stage, submission, parts);
  await tell.stage("commit, paid for by somebody else", () => commit(stage, record, submission));
  await tell.stage("lists and parts that are not the exchange's", () => partCheats(stage, submission, parts));
  await proveInAnyOrder(stage, submission, parts);

  await moveUsdt(stage, people.custody, people.custodian, MOVED);
  await gas.measure("sample 2 tokens in 2 accounts", () => sampleReserves(people.stranger, book));
  await moveUsdt(stage, people.custodian, people.custody, MOVED);
  tell.line("a quarter of the USDT is with a custodian while a stranger samples, and back for the end");
  await tell.stage("other terms, and words that count for nothing", () =>
    finaliseCheats(stage, submission, opening, MOVED),
  );
  const statements = [await vouch(stage, opening, MOVED)];
  await tell.stage("a stranger finalises it with the custodian's word for the quarter", async () => {
    const { gasUsed } = await finaliseEpoch(people.stranger, registry, { ...submission, statements });
    gas.note(`finalise epoch ${EPOCH}, with a statement`, gasUsed);
  });
  const attested = await readAttestation(network.provider, registry, EPOCH);
  tell.line(
    `attested: ${attested?.batchCount} batches, ${attested?.assetsOnChain} asset read on chain, ${attested?.assetsVouched} vouched for`,
  );
  return (
    attested?.accountsRoot === record.accountsRoot &&
    attested.assetsOnChain === 1 &&
    attested.assetsVouched === 1
  );
}

/** The exchange signs, somebody else sends. */
async function commit(stage: Stage, record: EpochRecord, submission: Submission): Promise<void> {
  const { network, people, registry, gas } = stage;
  const domain = { chainId: network.chainId, registry };
  const data = commitTypedData(domain, record.snapshotTime, submission);
  const signature = await signTypedData(people.exchange, data);
  const { gasUsed } = await commitEpoch(people.relayer, registry, submission, signature);
  gas.note(`commit epoch ${record.epoch}: ${record.batches.length} batches`, gasUsed);
}

/** The last part first, one of them twice, each by another sender; the first one last. */
async function proveInAnyOrder(stage: Stage, submission: Submission, parts: readonly Part[]): Promise<void> {
  const { tell, network, people, registry, gas } = stage;
  const { epoch } = submission;
  const senders = [people.stranger, people.relayer, people.exchange, people.custody];
  const prove = async (part: Part, turn: number, words = ""): Promise<void> => {
    const { gasUsed } = await provePart(senders[turn % senders.length]!, registry, epoch, part);
    const last = part.first + part.batches.length - 1;
    gas.note(`prove batches ${part.first} to ${last} of epoch ${epoch}${words}`, gasUsed);
  };
  const [first, ...others] = parts as [Part, ...Part[]];
  const backwards = others.reverse();
  for (const [turn, part] of backwards.entries())
    await tell.stage(
      `part of batch ${part.first}, by ${["a stranger", "the relayer", "the exchange", "custody"][turn % 4]}`,
      () => prove(part, turn),
    );
  await tell.stage("one of them again, which counts once", () => prove(backwards[0]!, 1, " again"));
  await missingPartCheat(stage, submission);
  await tell.stage("the part that is missing", () => prove(first, 3));
  const committed = await readCommitment(network.provider, registry, epoch);
  tell.line(`${committed?.proved} of ${committed?.batchCount} batches proved`);
}
