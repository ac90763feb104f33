import { proverReport } from "../proving/prover-report.ts";
import { EXIT, type Outcome } from "./outcome.ts";

/** `prover`: which prover runs on this machine and why, after its self-test. */
export async function proverCommand(): Promise<Outcome> {
  const { prover, reason } = await proverReport();
  const text = `prover  ${prover}\nwhy     ${reason}\n`;
  return { text, data: { prover, reason }, exitCode: EXIT.done };
}
