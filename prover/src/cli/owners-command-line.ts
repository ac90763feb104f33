import type { Command } from "commander";
import type { Outcome } from "./outcome.ts";
import type { OwnersBuildOptions } from "./owners-commands.ts";

/** `owners`: what the operator makes of its users' registrations. */
export function ownersCommands(program: Command, finish: (handled: Promise<Outcome>) => Promise<void>): void {
  program
    .command("owners")
    .description("owners of accounts, from what users registered")
    .command("build")
    .description("check registrations and write the owners file of the next epoch")
    .requiredOption("--registrations <folder>", "files of `identity register`, one for each")
    .requiredOption("--wallets <file>", "account,wallet: by which wallet you know each user; gives the order")
    .requiredOption("--chain-id <number>", "chain of the registry")
    .requiredOption("--registry <address>", "the registry")
    .requiredOption("--exchange-id <id>")
    .requiredOption("--out <file>", "owners file, account,owner")
    .option("--before <file>", "owners file of the epoch before: warns of every owner that changes")
    .action((options: OwnersBuildOptions) =>
      finish(import("./owners-commands.ts").then((on) => on.ownersBuildCommand(options))),
    );
}
