import { type Command, Option } from "commander";
import type { Progress } from "../pipeline/progress.ts";
import { DEMO, example } from "./example.ts";
import type { MarginOptions } from "./margin-commands.ts";
import type { Outcome } from "./outcome.ts";

/** The commands that show margin as it is proved. */
export function marginCommands(
  program: Command,
  finish: (handled: Promise<Outcome>) => Promise<void>,
  progress: Progress,
): void {
  const margin = program
    .command("margin")
    .description("margin of an account or an exchange, as it is proved");
  snapshotOptions(
    margin
      .command("account")
      .description("margin, scenarios, greeks and distance to maintenance of one account"),
  )
    .requiredOption("--user <id>", "account id as the files spell it")
    .addHelpText("after", accountExamples)
    .action((options: MarginOptions & { user: string }) =>
      finish(import("./margin-commands.ts").then((on) => on.marginAccountCommand(options))),
    );
  snapshotOptions(
    margin.command("exchange").description("totals, use of collateral and worst scenarios of all accounts"),
  )
    .addHelpText("after", exchangeExamples)
    .action((options: MarginOptions) =>
      finish(import("./margin-commands.ts").then((on) => on.marginExchangeCommand(options, progress))),
    );
}

/** The options of both margin reports. */
function snapshotOptions(command: Command): Command {
  return command
    .requiredOption("--risk-parameters <file>")
    .requiredOption("--marks <file>")
    .option(
      "--balances <file...>",
      "CSV, NDJSON or Parquet: account,asset,quantity with debt or as signed_quantity, or the wide format; - is standard input",
    )
    .option(
      "--positions <file...>",
      "CSV, NDJSON or Parquet: account,instrument,quantity,unrealised; a negative quantity is short",
    )
    .addOption(
      new Option(
        "--dust <rule>",
        "digits below a row's unit: refuse them, or round in the user's favour",
      ).choices(["refuse", "credit"]),
    )
    .option("--html <file>", "also write the report as one HTML file")
    .option("--json", "print JSON: amounts are exact decimals of the quote currency");
}

const SNAPSHOT = "--positions examples/demo/positions.csv --dust credit";
const BALANCES = "--balances examples/demo/users.csv examples/demo/margin-accounts.csv";
const accountExamples = example(
  `margin account ${DEMO}`,
  "--balances examples/demo/margin-accounts.csv --positions examples/demo/positions.csv",
  "--user covered-call-eth --html covered-call-eth.html",
);
const exchangeExamples = example(`margin exchange ${DEMO}`, BALANCES, SNAPSHOT);
