import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../../prover/src/cli/plimsoll.ts", import.meta.url));

export interface Screen {
  readonly exitCode: number | null;
  /** What somebody saw: the command, both streams, the exit code; without what differs from run to run. */
  readonly text: string;
}

/** Runs a command line as a process of its own. `folder` stands in the screen as FOLDER. */
export function screenOf(args: readonly string[], folder: string): Screen {
  const { stdout, stderr, status } = spawnSync(process.execPath, [SCRIPT, ...args], {
    encoding: "utf8",
    env: { PATH: process.env.PATH },
  });
  const shown = `$ plimsoll ${args.join(" ")}\n${stdout}${stderr}exit code ${status}\n`;
  return { exitCode: status, text: normalised(shown, folder) };
}

/** A screen without paths, hashes, times, rates and sizes of this machine and moment, and without slots, which are drawn by lot. */
export function normalised(text: string, folder: string): string {
  return text
    .replaceAll(folder, "FOLDER")
    .replace(/0x[0-9a-f]{64}/g, "0xHASH")
    .replace(/\bslot \d+/g, "slot N")
    .replace(/\b\d+(\.\d+)? (s|GB|MB)\b/g, "N $2")
    .replace(/\b[\d,.]+ a second/g, "N a second")
    .replace(/, N a second/g, "")
    .replace(/\d+ threads; \d+ processors/g, "N threads; N processors")
    .replace(/\d+ processors/g, "N processors")
    .replace(/(node: )\d+\.\d+\.\d+/g, "$1N")
    .replace(/as in the last epoch here|as recorded on two cores/g, "RATES")
    .replace(/at the rates (of the last epoch here|recorded on two cores)/g, "at RATES");
}
