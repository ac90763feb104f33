import { readFile } from "node:fs/promises";
import { fieldElement, proofWords, toJson, word } from "@plimsoll/verifier/formats/codecs.ts";
import { z } from "zod";
import { batchProofFile } from "../commit/batch-files.ts";
import { openBatch } from "../commit/tasks.ts";
import type { CircuitInputs } from "../proving/witness.ts";
import { batchInputs } from "./batch-inputs.ts";
import type { ChallengedEpoch, CommitContext } from "./commit-stage.ts";
import { writePrivate } from "./files.ts";
import type { EpochProver, PipelineCircuit } from "./ports.ts";
import type { StageClock } from "./progress.ts";

const proofFormat = z.strictObject({
  circuitId: word,
  signals: z.array(fieldElement),
  proof: proofWords,
});

/** A prover returned something that does not prove what was asked. */
export class ProofMismatchError extends Error {
  readonly code = "PROOF_MISMATCH";
  readonly retryable = true;

  constructor(what: string) {
    super(
      `${what}: expected a proof of the committed values that verifies, came another; check the circuit files`,
    );
    this.name = "ProofMismatchError";
  }
}

/** The next batch's witness is computed while the proof before it is made: back ends make one proof at a time. */
const UNDER_WAY = 2;

/** Proofs of all batches, in their order. */
export async function proveBatches(
  context: CommitContext,
  epoch: ChallengedEpoch,
  circuit: PipelineCircuit,
  prover: EpochProver,
  clock: StageClock,
): Promise<(readonly bigint[])[]> {
  const proofs: (readonly bigint[])[] = [];
  const running: ReturnType<typeof keptOrProved>[] = [];
  const next = async (): Promise<void> => {
    const { proof, kept } = await running.shift()!;
    proofs.push(proof);
    if (kept) clock.keep();
    else clock.tick();
  };
  try {
    for (let batch = 0; batch < epoch.batches.length; batch++) {
      running.push(proveBatch(context, epoch, batch, circuit, prover));
      if (running.length >= UNDER_WAY) await next();
    }
    while (running.length > 0) await next();
  } finally {
    // After a failure nothing goes on in the background, and a second failure is not lost as an unhandled one.
    await Promise.allSettled(running);
  }
  return proofs;
}

function proveBatch(
  { folder, store, capacity }: CommitContext,
  { batches, gamma, beta }: ChallengedEpoch,
  batch: number,
  circuit: PipelineCircuit,
  prover: EpochProver,
): ReturnType<typeof keptOrProved> {
  const { root, transcript, t, w } = batches[batch]!;
  const signals = [root, transcript, t, w, gamma, beta];
  return keptOrProved(batchProofFile(folder, batch), `batch ${batch}`, circuit, signals, prover, async () => {
    const { opening } = openBatch(folder, batch, capacity, store.secrets.blinds[batch]!);
    return batchInputs(opening, gamma, beta);
  });
}

/**
 * The proof in `file` when it is of this circuit and these signals and verifies; else a new one, verified before it is
 * written. So a bad, foreign or half-written file costs a proof and nothing more.
 */
export async function keptOrProved(
  file: string,
  what: string,
  circuit: PipelineCircuit,
  signals: readonly bigint[],
  prover: EpochProver,
  inputs: () => Promise<CircuitInputs>,
): Promise<{ proof: readonly bigint[]; kept: boolean }> {
  const found = await readProof(file);
  if (found !== undefined && found.circuitId === circuit.circuitId && sameWords(found.signals, signals)) {
    if (await prover.verify(circuit.name, signals, found.proof)) return { proof: found.proof, kept: true };
  }
  const made = await prover.prove(circuit.name, await inputs());
  const good = sameWords(made.signals, signals) && (await prover.verify(circuit.name, signals, made.proof));
  if (!good) throw new ProofMismatchError(what);
  const { circuitId } = circuit;
  await writePrivate(file, toJson(proofFormat, { circuitId, signals: [...signals], proof: [...made.proof] }));
  return { proof: made.proof, kept: false };
}

async function readProof(file: string): Promise<z.output<typeof proofFormat> | undefined> {
  try {
    return proofFormat.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    // Absent or spoilt: either way it is made again.
    return undefined;
  }
}

function sameWords(a: readonly bigint[], b: readonly bigint[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
