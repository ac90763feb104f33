import type { Command } from "commander";
import type { Progress } from "../pipeline/progress.ts";
import type { Outcome } from "./outcome.ts";
import type { StatementSignOptions } from "./statement-commands.ts";

/** The command of signed account statements. */
export function statementCommands(
  program: Command,
  finish: (handled: Promise<Outcome>) => Promise<void>,
  progress: Progress,
): void {
  program
    .command("statement")
    .description("what the exchange signs about each account, for its user to keep")
    .command("sign")
    .description("sign a statement for every account of an epoch's snapshot, with the exchange's key")
    .requiredOption("--config <file>", "configuration of the epoch")
    .option("--users <id...>", "these accounts only")
    .option("--out <folder>", "folder to make: private/statements of the epoch's folder when left out")
    .option(
      "--key-file <file>",
      "hex key of the exchange, readable by its owner only: the configuration's when left out",
    )
    .option("--for-contract", "the exchange is a contract that this key signs for")
    .addHelpText(
      "after",
      "\nThen: plimsoll serve, or plimsoll bundles export, hands them out beside the bundles.",
    )
    .action((options: StatementSignOptions) =>
      finish(import("./statement-commands.ts").then((on) => on.statementSignCommand(options, progress))),
    );
}
