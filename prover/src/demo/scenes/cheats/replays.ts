import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { attestEpoch } from "../../../chain/registry.ts";
import type { Opening, Submission } from "../../../chain/submission.ts";
import { commitTypedData, signTypedData } from "../../../chain/typed-data.ts";
import { hashPublicPart } from "../../../pipeline/public-part.ts";
import { runEpoch } from "../../../pipeline/run-epoch.ts";
import { submissionOf } from "../../../pipeline/settlement.ts";
import { rerandomised } from "../forgery.ts";
import { configOf, prepareMachine } from "../machine.ts";
import type { Stage } from "../stage.ts";

/** An attested epoch once more: again, in other words, or in another registry. */
export async function replayCheats(
  stage: Stage,
  twin: Stage,
  { snapshotTime }: EpochRecord,
  submission: Submission,
): Promise<void> {
  const { trials, blunt, people, registry, network } = stage;
  await trials.attempt("25, 26", "an attested epoch attested again", "EpochNotOpen", () =>
    attestEpoch(blunt.exchange, registry, submission),
  );
  const batches = submission.batches.map((batch) => ({ ...batch, proof: rerandomised(batch.proof, 7n) }));
  await trials.attempt("5", "the same with its proofs re-randomised", "EpochNotOpen", () =>
    attestEpoch(blunt.exchange, registry, { ...submission, batches }),
  );
  await trials.attempt(
    "25",
    "the exchange attests the epoch in a second registry too",
    "ProofsRejected",
    () => attestEpoch(blunt.exchange, twin.registry, submission),
  );
  const domain = { chainId: network.chainId, registry };
  const signature = await signTypedData(people.exchange, commitTypedData(domain, snapshotTime, submission));
  await trials.attempt(
    "25",
    "a stranger carries its signature to the second registry",
    "ExchangeSignatureInvalid",
    () => attestEpoch(blunt.stranger, twin.registry, submission, signature),
  );
}

/** The second registry with an epoch proved for it, and covered by nothing but what the exchange printed. */
export async function printedReservesCheat(stage: Stage, twin: Stage, opening: Opening): Promise<void> {
  const { record, folder } = await runEpoch(
    await configOf(await prepareMachine(twin, "printed", opening, 1)),
    { prover: stage.prover },
  );
  const submission = submissionOf(record, await hashPublicPart(folder, record));
  const printed = "insurance and reserves in a token that the exchange printed";
  await stage.trials.attempt("19", printed, "InsuranceTooSmall", () =>
    attestEpoch(stage.blunt.exchange, twin.registry, submission),
  );
}
