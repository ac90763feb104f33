import type { Command } from "commander";
import type { Outcome } from "./outcome.ts";
import type { PledgeMakeOptions, PledgeOptions } from "./pledge-commands.ts";
import type { AccountOptions } from "./spending-files.ts";
import { paying, provingAccount } from "./vault-command-line.ts";
import type { SendOptions } from "./vault-session.ts";

/** The commands of free collateral that backs something at a gate. */
export function pledgeCommands(program: Command, finish: (handled: Promise<Outcome>) => Promise<void>): void {
  const pledge = program.command("pledge").description("free collateral that backs something elsewhere");
  const command = (name: string, description: string) =>
    pledge
      .command(name)
      .description(description)
      .requiredOption("--rpc <url>", "endpoint of the registry's chain")
      .requiredOption("--registry <address>", "the registry, from a source other than the exchange");
  const ofOne = (name: string, description: string) =>
    command(name, description).requiredOption("--pledge <number>", "number of the pledge");

  provingAccount(command("make", "prove for a gate that an amount is free"))
    .requiredOption("--gate <address>", "who alone may take the pledge")
    .requiredOption("--token <address>", "its address, or coin for the chain's own")
    .requiredOption("--amount <number>", "such as 1.5")
    .requiredOption("--until <seconds>", "since 1970: from then on anybody may release it")
    .option("--payload <hex>", "32 bytes, as the gate says; 0 when left out")
    .option("--vault <address>", "who may pay it out, if it comes to that; nobody when left out")
    .option("--recipient <address>", "to whom: the gate when left out")
    .action((options: PledgeMakeOptions) =>
      finish(import("./pledge-commands.ts").then((on) => on.pledgeMakeCommand(options))),
    );
  provingAccount(ofOne("renew", "prove in a newer epoch that a pledge is still covered")).action(
    (options: PledgeOptions & AccountOptions) =>
      finish(import("./pledge-commands.ts").then((on) => on.pledgeRenewCommand(options))),
  );
  paying(ofOne("release", "give a pledge back: its gate at any time, anybody from its end on")).action(
    (options: PledgeOptions & SendOptions) =>
      finish(import("./pledge-commands.ts").then((on) => on.pledgeReleaseCommand(options))),
  );
  paying(ofOne("exit", "ask the vault to pay a pledge out, or claim it of a frozen one: its gate's")).action(
    (options: PledgeOptions & SendOptions) =>
      finish(import("./pledge-commands.ts").then((on) => on.pledgeExitCommand(options))),
  );
  ofOne("status", "what is pledged to whom, until when, and as of which epoch it is covered").action(
    (options: PledgeOptions) =>
      finish(import("./pledge-commands.ts").then((on) => on.pledgeStatusCommand(options))),
  );
}
