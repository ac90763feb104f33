import { readAttestation } from "../../chain/registry.ts";
import { hashPublicPart } from "../../pipeline/public-part.ts";
import { registryChain } from "../../pipeline/registry-chain.ts";
import { runEpoch } from "../../pipeline/run-epoch.ts";
import { submissionOf } from "../../pipeline/settlement.ts";
import { figure } from "../narrator.ts";
import { bookCheats } from "./cheats/books.ts";
import { openingCheats, reopeningCheats } from "./cheats/openings.ts";
import { configurationCheats, publicationCheats } from "./cheats/publications.ts";
import { printedReservesCheat, replayCheats } from "./cheats/replays.ts";
import { submissionCheats } from "./cheats/submissions.ts";
import { configOf, prepareMachine } from "./machine.ts";
import { open } from "./openings.ts";
import { publishFor } from "./policies.ts";
import type { Stage } from "./stage.ts";
import { openTwin } from "./twin.ts";

/** Epoch 1: small enough for one transaction, and attacked at every step. Returns whether the chain has what was proved. */
export async function oneTransactionScene(stage: Stage): Promise<boolean> {
  const { tell, network, people, prover, gas } = stage;
  tell.heading("Epoch 1: one transaction");
  await tell.stage("openings that are nobody's, or of a time that suits", () => openingCheats(stage));
  const opening = await tell.stage("the exchange opens the epoch", () => open(stage, 1n));
  const twin = await openTwin(stage, opening);
  await reopeningCheats(stage, opening);
  await network.advanceTo(opening.snapshotTime + 1n);
  await tell.stage("policies of one party's liking", () => publicationCheats(stage, opening.snapshotTime));
  await tell.stage("two of three publishers sign the policy", () => publishFor(stage, opening.snapshotTime));
  await configurationCheats(stage, opening.snapshotTime);

  const machine = await prepareMachine(stage, "one-transaction", opening, 1);
  const config = await configOf(machine);
  const { record, folder } = await tell.stage("prove", () => runEpoch(config, { prover }));
  const submission = submissionOf(record, await hashPublicPart(folder, record));
  await tell.stage("other lists, numbers, proofs and reserves", () =>
    submissionCheats(stage, record, submission),
  );
  await tell.stage("books that have no proof", () => bookCheats(stage, config, record));
  // A wei that somebody sends to custody stands in nobody's way.
  await (await people.stranger.sendTransaction({ to: people.custody.address, value: 1n })).wait();
  const { receipt } = await tell.stage("attest, paid for by somebody else", () =>
    runEpoch(config, {
      prover,
      chain: registryChain(config.registry, { sender: people.relayer, exchange: people.exchange }),
    }),
  );
  gas.note(`attest epoch 1: ${record.batches.length} batches in one transaction`, receipt!.gasUsed);
  stage.attested.set(1n, submission);
  await tell.stage("the same once more, and elsewhere", () => replayCheats(stage, twin, record, submission));
  await tell.stage("reserves that the exchange printed", () => printedReservesCheat(stage, twin, opening));
  const attested = await readAttestation(network.provider, stage.registry, 1n);
  tell.line(
    `attested: ${record.batches.length} batches, ${attested?.assetsOnChain} assets read on chain, ${figure(Number(receipt!.gasUsed))} gas`,
  );
  return attested?.accountsRoot === record.accountsRoot && attested.assetsOnChain === 2;
}
