import { access, constants } from "node:fs/promises";
import { type ProverChoice, proverChoice } from "./chosen-backend.ts";
import { WasmBackend } from "./wasm-backend.ts";

/** Which prover would run here, and why. */
export interface ProverReport {
  readonly prover: "own" | "snarkjs" | "rapidsnark";
  readonly reason: string;
}

/** Tries the chosen prover as its first proof would: our own with its self-test, another's binary by its file. */
export async function proverReport(
  choice: ProverChoice = proverChoice(),
  own = new WasmBackend(),
): Promise<ProverReport> {
  if (choice.kind === "snarkjs") return { prover: "snarkjs", reason: "PLIMSOLL_PROVER asks for it" };
  const instead = (what: string, error: unknown): ProverReport => ({
    prover: "snarkjs",
    reason: `${what}: ${error instanceof Error ? error.message : String(error)}`,
  });
  if (choice.kind === "rapidsnark") {
    try {
      await access(choice.binary, constants.X_OK);
      return { prover: "rapidsnark", reason: `PLIMSOLL_PROVER names ${choice.binary}, which can be run` };
    } catch (error) {
      return instead("rapidsnark can't be run", error);
    }
  }
  const from = performance.now();
  try {
    const threads = await own.start();
    const seconds = ((performance.now() - from) / 1000).toFixed(1);
    return { prover: "own", reason: `its self-test passed in ${seconds} s, with ${threads} threads` };
  } catch (error) {
    return instead("our own does not work on this machine", error);
  } finally {
    await own.close();
  }
}
