import type { Command } from "commander";
import type { Outcome } from "./outcome.ts";
import type { ActOptions, CollectOptions, DepositOptions, SendProofOptions } from "./vault-commands.ts";
import type {
  ApproveOptions,
  RefuseOptions,
  SignApprovalOptions,
  SignOrderOptions,
} from "./vault-operator-commands.ts";
import type { AnswerOptions, AskOptions } from "./vault-proof-commands.ts";
import type { VaultStatusOptions } from "./vault-status.ts";

const EXIT = "number of the exit";
const MOST = "more than this is not paid: what is owed now when left out";
const TOKEN = "its address, or coin for the chain's own";

/** The commands of a margin vault: of its users, of its operator, and of anybody. */
export function vaultCommands(program: Command, finish: (handled: Promise<Outcome>) => Promise<void>): void {
  const vault = program
    .command("vault")
    .description("collateral in a vault: pay it in, and out by proof")
    .addHelpText("after", ORDER);
  const command = (name: string, description: string) =>
    vault
      .command(name)
      .description(description)
      .requiredOption("--rpc <url>", "endpoint of the vault's chain")
      .requiredOption("--vault <address>");

  paying(command("deposit", "pay tokens in for the owner of an identity file"))
    .requiredOption("--token <address>", TOKEN)
    .requiredOption("--amount <number>", "such as 1.5")
    .requiredOption("--identity <file>", "your identity file: the deposit is for the owner in it")
    .option("--passphrase-file <file>", "also check that this owner follows from the secret")
    .action((options: DepositOptions) =>
      finish(import("./vault-commands.ts").then((on) => on.depositCommand(options))),
    );

  const asks = {
    withdraw: "prove an instant withdrawal, for the operator to sign",
    exit: "prove a forced exit, which needs nobody's consent",
    claim: "prove a claim on a vault that is frozen",
  } as const;
  for (const purpose of ["withdraw", "exit", "claim"] as const) {
    proving(command(purpose, asks[purpose]))
      .requiredOption("--token <address>", TOKEN)
      .requiredOption("--amount <number>", "such as 1.5")
      .requiredOption("--to <address>", "who is paid")
      .action((options: AskOptions) =>
        finish(import("./vault-proof-commands.ts").then((on) => on.proveForVaultCommand(purpose, options))),
      );
  }

  vault
    .command("sign-order")
    .description("the operator's signature under an instant withdrawal")
    .requiredOption("--rpc <url>", "endpoint of the vault's chain")
    .requiredOption("--proof <file>", "from `vault withdraw`")
    .requiredOption("--key-file <file>", "hex key of the operator, readable by its owner only")
    .requiredOption("--out <file>", "the proof with the signature")
    .option("--valid-for <seconds>", "600 when left out")
    .action((options: SignOrderOptions) =>
      finish(import("./vault-operator-commands.ts").then((on) => on.signOrderCommand(options))),
    );

  paying(
    vault
      .command("send")
      .description("send a proof, anybody's: relayers are paid the fee that is proved in it")
      .requiredOption("--rpc <url>", "endpoint of the proof's chain")
      .requiredOption("--proof <file>"),
  ).action((options: SendProofOptions) =>
    finish(import("./vault-commands.ts").then((on) => on.sendProofCommand(options))),
  );

  paying(command("approve", "pay an exit, as the operator"))
    .requiredOption("--exit <number>", EXIT)
    .option("--most <amount>", MOST)
    .option("--approval <file>", "from `sign-approval`: then anybody may pay it")
    .action((options: ApproveOptions) =>
      finish(import("./vault-operator-commands.ts").then((on) => on.approveCommand(options))),
    );
  command("sign-approval", "the operator's signature that lets anybody have an exit paid")
    .requiredOption("--exit <number>", EXIT)
    .requiredOption("--key-file <file>", "hex key of the operator, readable by its owner only")
    .requiredOption("--out <file>", "where it goes; nothing in it is secret")
    .option("--most <amount>", MOST)
    .option("--valid-for <seconds>", "600 when left out")
    .action((options: SignApprovalOptions) =>
      finish(import("./vault-operator-commands.ts").then((on) => on.signApprovalCommand(options))),
    );

  paying(command("refuse", "show by the newest epoch that an exit's account does not allow it"))
    .requiredOption("--exit <number>", EXIT)
    .requiredOption("--epoch <folder>", "epoch folder of the newest attested epoch, with its private part")
    .option("--user <id>", "whose exit it is: every bundle is looked at when left out")
    .action((options: RefuseOptions) =>
      finish(import("./vault-operator-commands.ts").then((on) => on.refuseCommand(options))),
    );

  command("answer", "prove, against a false refusal, that the refusal's own epoch allows the exit")
    .requiredOption("--exit <number>", EXIT)
    .option("--bundle <file>", "your bundle of the refusal's epoch")
    .option("--identity <file>", "your identity file")
    .option("--passphrase-file <file>", "its passphrase; asked for when left out")
    .option("--out <file>", "where the proof goes")
    .option("--relayer <address>", "who sends it and is paid --fee")
    .option("--fee <amount>")
    .option("--key-file <file>", "of a pledge's exit: hex key that pays, after the pledge was renewed")
    .option("--dry-run", "with --key-file: send nothing")
    .action((options: AnswerOptions) =>
      finish(import("./vault-proof-commands.ts").then((on) => on.answerCommand(options))),
    );

  paying(command("freeze", "freeze the vault for an exit that was neither paid nor refused in time"))
    .requiredOption("--exit <number>", EXIT)
    .action((options: ActOptions) =>
      finish(import("./vault-commands.ts").then((on) => on.freezeCommand(options))),
    );
  paying(command("pay", "pay a claim on a frozen vault, once claims are closed"))
    .requiredOption("--claim <number>", "number of the claim")
    .action((options: ActOptions) =>
      finish(import("./vault-commands.ts").then((on) => on.payClaimCommand(options))),
    );
  paying(command("collect", "take what exits and claims paid out of the purse"))
    .requiredOption("--token <address>", TOKEN)
    .option("--recipient <address>", "whose purse: the sender's when left out")
    .option("--to <address>", "where it goes, as the recipient herself says: to her when left out")
    .action((options: CollectOptions) =>
      finish(import("./vault-commands.ts").then((on) => on.collectCommand(options))),
    );

  command("status", "how the vault, an exit, a claim or a purse stands, and what to type next")
    .option("--exit <number>", EXIT)
    .option("--claim <number>", "number of the claim")
    .option("--recipient <address>", "with --token: what is in the purse")
    .option("--token <address>", TOKEN)
    .action((options: VaultStatusOptions) =>
      finish(import("./vault-status.ts").then((on) => on.vaultStatusCommand(options))),
    );
}

/** Options of what sends a transaction. */
export function paying(command: Command): Command {
  return command
    .requiredOption("--key-file <file>", "hex key that pays, readable by its owner only")
    .option("--dry-run", "say what it would cost, and send nothing");
}

/** Options of what makes a proof from an account. */
export function proving(command: Command): Command {
  return provingAccount(command)
    .option("--relayer <address>", "who sends it and is paid --fee")
    .option("--fee <amount>", "out of what is paid");
}

export function provingAccount(command: Command): Command {
  return command
    .requiredOption("--bundle <file>", "your bundle of the epoch")
    .requiredOption("--identity <file>", "your identity file")
    .option("--passphrase-file <file>", "its passphrase; asked for when left out")
    .requiredOption("--out <file>", "where the proof goes; nothing in it is secret");
}

const ORDER = `
To be paid at once:        withdraw, sign-order (the operator), send
Without the operator:      exit, send; then it runs approve or refuse, you answer what is false; collect
When it did neither:       freeze, claim, send, pay, collect
A proof may be sent by anybody, and pays the same people. docs/withdrawals.md draws it.`;
