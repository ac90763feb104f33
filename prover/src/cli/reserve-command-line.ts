import { type Command, Option } from "commander";
import type { AttestorOptions, SignStatementOptions } from "./attestor-commands.ts";
import type { BookOptions, BookSendingOptions } from "./book-endpoint.ts";
import type { Outcome } from "./outcome.ts";
import type { ConsentOptions, RegisterOptions } from "./reserve-commands.ts";

type Finish = (handled: Promise<Outcome>) => Promise<void>;

/** The commands around what an exchange holds. */
export function reserveCommands(program: Command, finish: Finish): void {
  const reserves = program.command("reserves").description("what a registry reads that an exchange holds");
  const onBook = (name: string, words: string) =>
    reserves
      .command(name)
      .description(words)
      .requiredOption("--rpc <url>", "endpoint of the registry's chain")
      .requiredOption("--registry <address>", "solvency registry");
  onBook("consent", "sign, as an account, that it is read: into a file, nothing is sent")
    .requiredOption("--key-file <file>", "hex key of the account, readable by its owner only")
    .addOption(new Option("--role <role>").choices(["custody", "insurance"]).makeOptionMandatory())
    .requiredOption("--from-epoch <number>", "first epoch that it is read for")
    .requiredOption("--to-epoch <number>", "last one: keep it short, or revoke")
    .requiredOption("--out <file>", "consents; one that is there is added to")
    .option("--account <address>", "contract wallet that the key signs for")
    .action((options: ConsentOptions) =>
      finish(import("./reserve-commands.ts").then((on) => on.consentCommand(options))),
    );
  sending(onBook("register", "replace the tokens and accounts that are read, from the next opening on"))
    .requiredOption("--tokens <file>", "tokens by asset number: see docs/contracts.md")
    .requiredOption("--consents <file...>", "from `reserves consent`; several files are put together")
    .option("--exchange-key-file <file>", "hex key that signs for the exchange, when another one pays")
    .action((options: RegisterOptions) =>
      finish(import("./reserve-commands.ts").then((on) => on.registerCommand(options))),
    );
  sending(onBook("revoke", "take back every consent of this key's account, from the next opening on")).action(
    (options: BookSendingOptions) =>
      finish(import("./reserve-commands.ts").then((on) => on.revokeCommand(options))),
  );
  sending(onBook("sample", "have all balances read now: the lowest of an epoch count; anybody may")).action(
    (options: BookSendingOptions) =>
      finish(import("./reserve-commands.ts").then((on) => on.sampleCommand(options))),
  );
  onBook("status", "what is registered, and the lowest that was read since the last opening").action(
    (options: BookOptions) =>
      finish(import("./reserve-commands.ts").then((on) => on.reserveStatusCommand(options))),
  );
  attestorCommands(program, finish);
}

function attestorCommands(program: Command, finish: Finish): void {
  const attestors = program
    .command("attestors")
    .description("who vouches for what no contract reads, and what they sign");
  const onBook = (name: string, words: string) =>
    attestors
      .command(name)
      .description(words)
      .requiredOption("--rpc <url>", "endpoint of the registry's chain")
      .requiredOption("--registry <address>", "solvency registry");
  sending(onBook("name", "name an attestor, as the registry's owner; it counts after a delay"))
    .requiredOption("--attestor <address>")
    .requiredOption("--name <text>", "for people, and for ever")
    .action((options: AttestorOptions & { name: string }) =>
      finish(import("./attestor-commands.ts").then((on) => on.nameCommand(options))),
    );
  sending(onBook("remove", "remove an attestor, as the registry's owner; at once"))
    .requiredOption("--attestor <address>")
    .action((options: AttestorOptions) =>
      finish(import("./attestor-commands.ts").then((on) => on.removeCommand(options))),
    );
  onBook("list", "everybody who was named, and from when on they count")
    .option("--from-block <number>", "block of the registry's deployment, where endpoints search slowly")
    .action((options: BookOptions & { fromBlock?: string }) =>
      finish(import("./attestor-commands.ts").then((on) => on.listCommand(options))),
    );
  onBook("sign", "sign, as an attestor, what is held at an open epoch's snapshot: into a file")
    .requiredOption("--key-file <file>", "hex key of the attestor, readable by its owner only")
    .requiredOption("--epoch <number>")
    .requiredOption("--risk-parameters <file>", "of the epoch's policy: what assets and units are")
    .requiredOption("--marks <file>")
    .requiredOption("--held <file>", "what is held: a reserves file with insurance 0")
    .requiredOption("--out <file>", "statements, for chain.statements; one that is there is added to")
    .option("--attestor <address>", "contract wallet that the key signs for")
    .action((options: SignStatementOptions) =>
      finish(import("./attestor-commands.ts").then((on) => on.signStatementCommand(options))),
    );
}

function sending(command: Command): Command {
  return command
    .requiredOption("--key-file <file>", "hex key that pays, readable by its owner only")
    .option("--dry-run", "say what it would cost, and send nothing");
}
