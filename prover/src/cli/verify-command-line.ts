import type { Command } from "commander";
import type { Progress } from "../pipeline/progress.ts";
import type { Outcome } from "./outcome.ts";
import type {
  AccountOptions,
  BundleOptions,
  EpochCheckOptions,
  StatementOptions,
} from "./verify-commands.ts";

/** The commands that check what an exchange gave out. */
export function verifyCommands(
  program: Command,
  finish: (handled: Promise<Outcome>) => Promise<void>,
  progress: Progress,
): void {
  const verify = program.command("verify").description("check an account or a whole epoch");
  comparing(verify.command("bundle").description("check that an account was counted").argument("<file>"))
    .option("--identity <file>", "your identity file: checks that the owner in the bundle is you")
    .option("--passphrase-file <file>", "its passphrase; asked for when left out")
    .option(
      "--secret-file <file>",
      "a file with your owner secret as a number, in place of the identity file",
    )
    .option("--statement <file>", "the exchange's signed statement of your account: compares the two")
    .action((file: string, options: BundleOptions) =>
      finish(import("./verify-commands.ts").then((on) => on.verifyBundleCommand(file, options))),
    );
  comparing(
    verify
      .command("statement")
      .description("check what the exchange signed about an account")
      .argument("<file>"),
  )
    .option("--bundle <file>", "the account's bundle: compares the two")
    .action((file: string, options: StatementOptions) =>
      finish(import("./verify-commands.ts").then((on) => on.verifyStatementCommand(file, options))),
    );
  comparing(
    verify
      .command("evidence")
      .description("check again what somebody kept of a check: the page's evidence file")
      .argument("<file>"),
  ).action((file: string, options: AccountOptions) =>
    finish(import("./verify-commands.ts").then((on) => on.verifyEvidenceCommand(file, options))),
  );
  verify
    .command("epoch")
    .description("check an epoch again from its public files, all proofs included")
    .argument("<folder>")
    .option("--rpc <url...>", "endpoints of the chain; several must agree")
    .option("--registry <address>", "the registry, from a source other than the exchange")
    .option("--trust-circuit <id...>", "circuit ids to accept instead of this release's: of a ceremony")
    .option("--strict", "fail when a step was not run")
    .option("--json", "print JSON: each step with its outcome and words")
    .action((folder: string, options: EpochCheckOptions) =>
      finish(import("./verify-commands.ts").then((on) => on.verifyEpochCommand(folder, options, progress))),
    );
}

/** What an account's files are compared with. */
function comparing(command: Command): Command {
  return command
    .option("--epoch <folder>", "epoch folder or its public part: checks free collateral by the policy")
    .option("--user <id>", "your user id at the exchange")
    .option("--exchange <address>", "the exchange's address, as it announces it")
    .option("--rpc <url...>", "endpoints of the chain; several must agree")
    .option("--registry <address>", "the registry, from a source other than the exchange")
    .option("--strict", "fail when a step was not run")
    .option("--json", "print JSON: each step with its outcome and words");
}
