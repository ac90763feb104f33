#!/usr/bin/env node
// The command of the operator and of whoever checks. Handlers return what is printed; this file alone prints.
import { pathToFileURL } from "node:url";
import { Command, CommanderError } from "commander";
import type { Progress } from "../pipeline/progress.ts";
import { bundleCommands } from "./bundle-command-line.ts";
import { coloured } from "./colours.ts";
import type { DoctorOptions } from "./doctor-command.ts";
import { epochCommands } from "./epoch-command-line.ts";
import { example } from "./example.ts";
import { identityCommands } from "./identity-command-line.ts";
import { initCommandLine } from "./init-command-line.ts";
import { endOnInterrupt } from "./interrupt.ts";
import type { KeysOptions } from "./keys-command.ts";
import { marginCommands } from "./margin-command-line.ts";
import { dataText, EXIT, errorOutcome, type Outcome } from "./outcome.ts";
import { ownersCommands } from "./owners-command-line.ts";
import { pledgeCommands } from "./pledge-command-line.ts";
import { policyCommands } from "./policy-command-line.ts";
import { progressLines, progressObjects } from "./progress-lines.ts";
import { reserveCommands } from "./reserve-command-line.ts";
import { statementCommands } from "./statement-command-line.ts";
import { vaultCommands } from "./vault-command-line.ts";
import { verifyCommands } from "./verify-command-line.ts";

export interface Running {
  /** Where progress goes; the outcome is returned. */
  readonly stderr?: { readonly isTTY?: boolean; write(text: string): unknown };
  /** Hears which command begins, after its options were read, and whether it speaks JSON. */
  readonly begins?: (command: string, isJson: boolean) => void;
}

/** How much a run says beside its outcome, from the options of whichever command runs. */
interface Voice {
  readonly progress: Progress;
  readonly say: (line: string) => void;
}

/** Runs a command line (without node and script). Progress goes to standard error; never throws. */
export async function runCommand(
  args: readonly string[],
  { stderr = process.stderr, begins = () => {} }: Running = {},
): Promise<Outcome> {
  let outcome: Outcome = { text: "", exitCode: EXIT.done };
  let printed = "";
  const collect = (text: string) => {
    printed += text;
  };
  const mode = { quiet: false, json: false };
  const [lines, objects] = [progressLines(stderr), progressObjects(stderr)];
  const voice: Voice = {
    progress: (event) => {
      if (!mode.quiet) (mode.json ? objects : lines)(event);
    },
    say: (line) => {
      if (!mode.quiet) stderr.write(mode.json ? `${JSON.stringify({ said: line })}\n` : `${line}\n`);
    },
  };
  // Commands inherit what was set before they are added.
  const program = new Command("plimsoll")
    .exitOverride()
    .configureOutput({ writeOut: collect, writeErr: collect })
    .configureHelp({ showGlobalOptions: true })
    .option("-q, --quiet", "no progress on standard error")
    .hook("preAction", (_, action) => {
      mode.quiet = program.opts<{ quiet?: boolean }>().quiet === true;
      mode.json = action.opts<{ json?: boolean }>().json === true;
      begins(action.name(), mode.json);
    });
  addCommands(
    program,
    (handled) =>
      handled.then((result) => {
        outcome = result;
      }),
    voice,
  );
  const shown = (one: Outcome): Outcome =>
    mode.json && one.data !== undefined ? { ...one, text: dataText(one.data) } : one;
  try {
    await program.parseAsync([...args], { from: "user" });
    return shown(outcome);
  } catch (error) {
    if (!(error instanceof CommanderError)) return shown(errorOutcome(error));
    if (error.exitCode === 0) return { text: printed, exitCode: EXIT.done };
    const words = [...commandOf(program, args), "--help"].join(" ");
    const help = printed.includes("Usage: ") ? "" : `next: ${words} says what it takes\n`;
    return { text: printed + help, exitCode: EXIT.input };
  }
}

/** The names of the command that a command line is for, as far as there is one. */
function commandOf(program: Command, args: readonly string[]): string[] {
  const names = [program.name()];
  let at: Command | undefined = program;
  for (const word of args) {
    at = at.commands.find((command) => command.name() === word);
    if (at === undefined) break;
    names.push(word);
  }
  return names;
}

function addCommands(
  program: Command,
  finish: (handled: Promise<Outcome>) => Promise<void>,
  { progress, say }: Voice,
): void {
  program
    .description("Proves that a cross-margin exchange is solvent, and checks such proofs.")
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 something checked is wrong, 2 inputs do not fit, 3 anything else failed, 130 interrupted.",
    );

  initCommandLine(program, finish);

  program
    .command("doctor")
    .description(
      "what is wrong on this machine, with keys, secrets, endpoint and configuration, and how to mend it",
    )
    .option("--config <file>", "also all that this configuration needs")
    .option("--json", "print JSON")
    .action((options: DoctorOptions) =>
      finish(import("./doctor-command.ts").then((on) => on.doctorCommand(options))),
    );

  program
    .command("deploy")
    .description(
      "put the registries and their verification keys on a chain; safe to interrupt and to run again",
    )
    .requiredOption("--config <file>", "what to deploy, and from which key: see docs/contracts.md")
    .action((options: { config: string }) =>
      finish(import("./deploy.ts").then((on) => on.deployCommand(options.config))),
    );

  program
    .command("keys")
    .description(
      "write verification keys of circuits to files, for a deployment: DEVELOPMENT KEYS, for local chains",
    )
    .argument("<circuit...>", "instances of circuits/instances.json; built on first use")
    .requiredOption("--out <folder>", "folder for the files, NAME.development.vkey.json")
    .addHelpText("after", example("keys batch-4-8 epoch-tiny --out keys"))
    .action((names: string[], options: KeysOptions) =>
      finish(import("./keys-command.ts").then((on) => on.keysCommand(names, options))),
    );

  epochCommands(program, finish, { progress, say });

  bundleCommands(program, finish, progress);

  statementCommands(program, finish, progress);

  reserveCommands(program, finish);

  verifyCommands(program, finish, progress);

  program
    .command("prover")
    .description("which prover runs on this machine, and why")
    .option("--json", "print JSON")
    .addHelpText("after", "\nPLIMSOLL_PROVER chooses: own (the default), snarkjs, or rapidsnark:path.")
    .action(() => finish(import("./prover-command.ts").then((on) => on.proverCommand())));

  policyCommands(program, finish);
  marginCommands(program, finish, progress);
  identityCommands(program, finish);
  ownersCommands(program, finish);
  vaultCommands(program, finish);
  pledgeCommands(program, finish);
}

/** They end in their own way when they are told to. */
const END_BY_THEMSELVES: ReadonlySet<string> = new Set(["serve"]);

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const args = process.argv.slice(2);
  const { text, exitCode } = await runCommand(args, {
    begins: (command, isJson) => {
      if (END_BY_THEMSELVES.has(command)) return;
      endOnInterrupt(args, isJson, (words) => process.stderr.write(words));
    },
  });
  const stream = exitCode === EXIT.done || exitCode === EXIT.refused ? process.stdout : process.stderr;
  stream.write(coloured(text, stream));
  process.exitCode = exitCode;
}
