import type { Command } from "commander";
import type {
  IdentityNewOptions,
  IdentityRegisterOptions,
  IdentityRestoreOptions,
} from "./identity-commands.ts";
import type { Outcome } from "./outcome.ts";

const PASSPHRASE = "its passphrase, in a file that only you may read; asked for when left out";
const WALLET = "hex key of your wallet, readable by you only: the secret is made from its signature";

/** The commands of a user who wants to withdraw by proof: her owner's key. */
export function identityCommands(
  program: Command,
  finish: (handled: Promise<Outcome>) => Promise<void>,
): void {
  const identity = program
    .command("identity")
    .description("your owner's key, which withdrawals are proved with");
  identity
    .command("new")
    .description("make an owner's key and its backup file")
    .requiredOption("--out <file>", "identity file to write; never overwritten")
    .requiredOption("--chain-id <number>", "chain of the registry that it is for")
    .requiredOption("--registry <address>", "the registry, from a source other than the exchange")
    .option("--wallet-key-file <file>", WALLET)
    .option("--number <number>", "of several secrets of one wallet, 0 when left out")
    .option("--passphrase-file <file>", PASSPHRASE)
    .addHelpText("after", NEW_EXAMPLE)
    .action((options: IdentityNewOptions) =>
      finish(import("./identity-commands.ts").then((on) => on.identityNewCommand(options))),
    );
  identity
    .command("show")
    .description("owner and home of an identity file, and with its passphrase whether the secret is in it")
    .argument("<file>")
    .option("--passphrase-file <file>", "also open the file")
    .action((file: string, options: { passphraseFile?: string }) =>
      finish(import("./identity-commands.ts").then((on) => on.identityShowCommand(file, options))),
    );
  identity
    .command("register")
    .description("sign, with the wallet that the exchange knows you by, that this owner is yours")
    .argument("<file>", "identity file")
    .requiredOption("--exchange-id <id>")
    .requiredOption("--user <id>", "your user id at the exchange")
    .requiredOption("--wallet-key-file <file>", "hex key of your wallet, readable by you only")
    .requiredOption("--out <file>", "registration to send to the exchange; nothing in it is secret")
    .option("--passphrase-file <file>", PASSPHRASE)
    .action((file: string, options: IdentityRegisterOptions) =>
      finish(import("./identity-commands.ts").then((on) => on.identityRegisterCommand(file, options))),
    );
  identity
    .command("restore")
    .description("the identity file again, from a backup or from the wallet that it was made with")
    .requiredOption("--out <file>", "identity file to write; never overwritten")
    .option("--backup <file>", "identity file kept elsewhere")
    .option("--wallet-key-file <file>", WALLET)
    .option("--chain-id <number>", "with --wallet-key-file")
    .option("--registry <address>", "with --wallet-key-file")
    .option("--number <number>", "with --wallet-key-file, 0 when left out")
    .option("--owner <number>", "owner that must come out, as registered")
    .option(
      "--passphrase-file <file>",
      "passphrase of the backup, and of the new file unless there is another",
    )
    .option("--new-passphrase-file <file>", "passphrase of the new file")
    .action((options: IdentityRestoreOptions) =>
      finish(import("./identity-commands.ts").then((on) => on.identityRestoreCommand(options))),
    );
}

const NEW_EXAMPLE = `
Example:
  plimsoll identity new --chain-id 31337 --registry 0x... --out alice.identity.json
  plimsoll identity register alice.identity.json --exchange-id tiny --user alice \\
    --wallet-key-file alice.key --out alice.registration.json

Keep a copy of the identity file and its passphrase where a fire won't find both: without them, or the wallet
that the secret was made with, nobody can withdraw by proof.`;
