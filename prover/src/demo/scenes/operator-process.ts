import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Machine } from "./machine.ts";

const CHILD = fileURLToPath(new URL("operator-child.ts", import.meta.url));

/** When an operator's process dies: just before it makes proof number n, or sends transaction number n, from 0. */
export type Moment = `proof ${number}` | `transaction ${number}` | "never";

/** What a process did before it ended. */
export interface OperatorRun {
  /** "SIGKILL" when it was killed, else undefined. */
  readonly signal: string | undefined;
  readonly exitCode: number | null;
  readonly proofs: number;
  readonly transactions: number;
  readonly errors: string;
}

/**
 * Runs an operator in a process of its own: proves and attests what its machine is configured for, in parts of two batches.
 * At the moment it is killed as `kill -9` does.
 */
export async function runOperator(machine: Machine, moment: Moment): Promise<OperatorRun> {
  const child = spawn(process.execPath, [CHILD, machine.config, moment], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [done, errors] = ["", ""];
  child.stdout.on("data", (text: Buffer) => {
    done += text.toString();
  });
  child.stderr.on("data", (text: Buffer) => {
    errors += text.toString();
  });
  const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((settle, fail) => {
    child.on("error", fail);
    child.on("close", (code, name) => settle([code, name]));
  });
  const count = (what: string) => done.split("\n").filter((line) => line === what).length;
  return {
    signal: signal ?? undefined,
    exitCode,
    proofs: count("proof"),
    transactions: count("transaction"),
    errors,
  };
}
