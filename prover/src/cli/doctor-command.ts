import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { chainFindings } from "../doctor/chain.ts";
import { configurationFindings } from "../doctor/configuration.ts";
import { type Finding, ok, wrong } from "../doctor/finding.ts";
import { type Machine, machineFindings, thisMachine } from "../doctor/machine.ts";
import { epochFolder } from "../pipeline/epoch-folder.ts";
import { epochDiskBytes } from "../pipeline/estimates.ts";
import { readPlan } from "../pipeline/plan-stage.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { freeBytes, megabytes } from "./plan-command.ts";

export interface DoctorOptions {
  readonly config?: string;
}

/**
 * `doctor`: looks at the machine, and with a configuration at all that an epoch needs: each thing ok, a warning, or wrong
 * with what to do. Makes and changes nothing, prints no secret. Exits with 1 where something is wrong.
 */
export async function doctorCommand({ config: file }: DoctorOptions, machine?: Machine): Promise<Outcome> {
  const findings = await machineFindings(machine ?? (await thisMachine()));
  if (file !== undefined) {
    const configured = await configurationFindings(file);
    const at = (name: string) => resolve(dirname(file), name);
    findings.push(...configured.findings);
    if (configured.config !== undefined) findings.push(await folderFinding(at(configured.config.folder)));
    findings.push(...(await chainFindings(configured, at)));
  }
  const count = (state: Finding["state"]) => findings.filter((finding) => finding.state === state).length;
  const [bad, doubtful] = [count("wrong"), count("warning")];
  const next = nextWords(file, bad);
  const end = `${findings.length} things looked at: ${bad} wrong, ${doubtful} ${doubtful === 1 ? "warning" : "warnings"}`;
  return {
    text: `${[...findings.map(findingLines), end, `next: ${next}`].join("\n")}\n`,
    data: { findings, wrong: bad, warnings: doubtful, next },
    exitCode: bad > 0 ? EXIT.refused : EXIT.done,
  };
}

function nextWords(file: string | undefined, bad: number): string {
  const doctor = `plimsoll doctor${file === undefined ? "" : ` --config ${file}`}`;
  if (bad > 0) return `do what stands under each thing that is wrong, then ${doctor}`;
  return file === undefined
    ? "plimsoll doctor --config FILE looks at an exchange too; plimsoll init makes one"
    : `plimsoll epoch plan --config ${file}`;
}

function findingLines({ check, state, words, fix }: Finding): string {
  const line = `${state.padEnd(7)}  ${check}: ${words}`;
  return fix === undefined ? line : `${line}\n${" ".repeat(9)}${fix}`;
}

/** Room for the epoch's results, by its plan where there is one. */
async function folderFinding(folder: string): Promise<Finding> {
  const free = await freeBytes(folder);
  const paths = epochFolder(folder);
  const plan = existsSync(paths.private) ? await readPlan(paths).catch(() => undefined) : undefined;
  if (plan === undefined)
    return ok(
      "epoch's folder",
      `${folder}, ${megabytes(free)} free; plimsoll epoch plan says how much it takes`,
    );
  const needed = epochDiskBytes(plan.waste);
  const words = `${folder}, ${megabytes(free)} free, and about ${megabytes(needed)} needed for ${plan.waste.accounts} accounts`;
  return free >= needed ? ok("epoch's folder", words) : wrong("epoch's folder", words, "make room there");
}
