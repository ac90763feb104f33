import { type Command, Option } from "commander";
import type { InitOptions } from "./init-command.ts";
import type { Outcome } from "./outcome.ts";

/** `init`, which makes a folder to work in. */
export function initCommandLine(
  program: Command,
  finish: (handled: Promise<Outcome>) => Promise<void>,
): void {
  program
    .command("init")
    .description(
      "make a folder for an exchange: a commented configuration and a secret; asks for what no option says",
    )
    .argument("[folder]", "where; nothing in it is written over", ".")
    .addOption(
      new Option(
        "--sample [name]",
        "take a sample exchange that can be proved at once: demo, or tiny",
      ).choices(["demo", "tiny"]),
    )
    .option("--exchange-id <name>", "name of the exchange, part of every account's reference")
    .option("--risk-parameters <file>", "the policy's risk parameters")
    .option("--marks <file>", "marks at the snapshot")
    .option("--balances <file...>", "all balances")
    .option("--positions <file...>", "all positions")
    .option("--owners <file>", "owners' registrations")
    .addOption(new Option("--dust <rule>", "digits below a row's unit").choices(["refuse", "credit"]))
    .option("--reserves <file>", "what the exchange declares to hold")
    .option("--epoch <number>", "number of the first epoch: 1 when left out")
    .option("--snapshot-time <seconds>", "seconds since 1970, the marks' own time when left out")
    .option("--batch-circuit <name>", "instance of circuits/instances.json: batch-20-42 when left out")
    .option("--chain-id <number>", "31337 when left out")
    .option("--rpc <url>", "endpoint, to settle on a chain")
    .option("--registry <address>", "with --rpc: the solvency registry")
    .option("--exchange <address>", "with --rpc: the exchange's key")
    .option("--sender-key-file <file>", "with --rpc: hex key that pays")
    .option(
      "--exchange-key-file <file>",
      "with --rpc: hex key that signs for the exchange, when another one pays",
    )
    .option("--json", "print JSON")
    .addHelpText("after", EXAMPLES)
    .action((folder: string, options: InitOptions) => finish(initialise(folder, options)));
}

async function initialise(folder: string, options: InitOptions): Promise<Outcome> {
  const [{ initCommand }, { terminalAsk }] = await Promise.all([
    import("./init-command.ts"),
    import("./init-answers.ts"),
  ]);
  const terminal = terminalAsk();
  try {
    return await initCommand(folder, options, terminal?.ask);
  } finally {
    terminal?.close();
  }
}

const EXAMPLES = `
Examples:
  plimsoll init my-exchange --sample
  plimsoll init my-exchange --exchange-id my-exchange --risk-parameters risk-parameters.json --marks marks.json \\
    --balances balances.csv --positions positions.csv --reserves reserves.json`;
