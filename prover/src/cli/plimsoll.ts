#!/usr/bin/env node
// The command of the operator and of whoever checks. Handlers return what is printed; this file alone prints.
import { pathToFileURL } from "node:url";
import { Command, CommanderError, Option } from "commander";
import { bundleCommands } from "./bundle-command-line.ts";
import { epochCommands } from "./epoch-command-line.ts";
import { identityCommands } from "./identity-command-line.ts";
import type { KeysOptions } from "./keys-command.ts";
import type { MarginOptions } from "./margin-commands.ts";
import { EXIT, errorOutcome, type Outcome } from "./outcome.ts";
import { ownersCommands } from "./owners-command-line.ts";
import { pledgeCommands } from "./pledge-command-line.ts";
import type { PolicyConfigureOptions } from "./policy-configure.ts";
import type { PolicyPublishOptions, PolicySignOptions } from "./policy-publish.ts";
import type { PolicyVerifyOptions } from "./policy-verify.ts";
import { progressLines } from "./progress-lines.ts";
import { reserveCommands } from "./reserve-command-line.ts";
import { vaultCommands } from "./vault-command-line.ts";
import type { BundleOptions, EpochCheckOptions } from "./verify-commands.ts";

/** Runs a command line (without node and script). Progress goes to standard error; never throws. */
export async function runCommand(args: readonly string[]): Promise<Outcome> {
  let outcome: Outcome = { text: "", exitCode: EXIT.done };
  let printed = "";
  const finish = (handled: Promise<Outcome>) =>
    handled.then((result) => {
      outcome = result;
    });
  const program = commands(finish);
  const collect = {
    writeOut: (text: string) => {
      printed += text;
    },
    writeErr: (text: string) => {
      printed += text;
    },
  };
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap((group) => group.commands),
  ]) {
    command.exitOverride().configureOutput(collect);
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return outcome;
  } catch (error) {
    if (!(error instanceof CommanderError)) return errorOutcome(error);
    return { text: printed, exitCode: error.exitCode === 0 ? EXIT.done : EXIT.input };
  }
}

function commands(finish: (handled: Promise<Outcome>) => Promise<void>): Command {
  const progress = progressLines(process.stderr);
  const program = new Command("plimsoll")
    .description("Proves that a cross-margin exchange is solvent, and checks such proofs.")
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 something checked is wrong, 2 inputs do not fit, 3 anything else failed.",
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

  epochCommands(program, finish, { progress, say: (line) => process.stderr.write(`${line}\n`) });

  bundleCommands(program, finish);

  reserveCommands(program, finish);

  const verify = program.command("verify").description("check a bundle or a whole epoch");
  verify
    .command("bundle")
    .description("check that an account was counted")
    .argument("<file>")
    .option("--epoch <folder>", "epoch folder or its public part: checks free collateral by the policy")
    .option("--user <id>", "your user id at the exchange")
    .option("--identity <file>", "your identity file: checks that the owner in the bundle is you")
    .option("--passphrase-file <file>", "its passphrase; asked for when left out")
    .option(
      "--secret-file <file>",
      "a file with your owner secret as a number, in place of the identity file",
    )
    .option("--rpc <url...>", "endpoints of the chain; several must agree")
    .option("--registry <address>", "the registry, from a source other than the exchange")
    .option("--strict", "fail when a step was not run")
    .action((file: string, options: BundleOptions) =>
      finish(import("./verify-commands.ts").then((on) => on.verifyBundleCommand(file, options))),
    );
  verify
    .command("epoch")
    .description("check an epoch again from its public files, all proofs included")
    .argument("<folder>")
    .option("--rpc <url...>", "endpoints of the chain; several must agree")
    .option("--registry <address>", "the registry, from a source other than the exchange")
    .option("--trust-circuit <id...>", "circuit ids to accept instead of this release's: of a ceremony")
    .option("--strict", "fail when a step was not run")
    .action((folder: string, options: EpochCheckOptions) =>
      finish(
        import("./verify-commands.ts").then((on) => on.verifyEpochCommand(folder, options, proofsChecked)),
      ),
    );

  program
    .command("prover")
    .description("which prover runs on this machine, and why")
    .addHelpText("after", "\nPLIMSOLL_PROVER chooses: own (the default), snarkjs, or rapidsnark:path.")
    .action(() => finish(import("./prover-command.ts").then((on) => on.proverCommand())));

  const policy = program.command("policy").description("build or judge a policy");
  policy
    .command("build")
    .description("hashes, shape and rows of a policy")
    .requiredOption("--risk-parameters <file>")
    .requiredOption("--marks <file>")
    .option("--json", "print JSON")
    .addHelpText("after", example(`policy build ${DEMO}`))
    .action(({ json, ...files }: { riskParameters: string; marks: string; json?: boolean }) =>
      finish(import("./policy-commands.ts").then((on) => on.policyBuildCommand(files, json ?? false))),
    );
  policy
    .command("lint")
    .description("whether a policy is sound, with certificates, and prudent")
    .requiredOption("--risk-parameters <file>")
    .requiredOption("--marks <file>")
    .addHelpText("after", example(`policy lint ${DEMO}`))
    .action((files: { riskParameters: string; marks: string }) =>
      finish(import("./policy-commands.ts").then((on) => on.policyLintCommand(files))),
    );
  policy
    .command("diff")
    .description("what changed between two policies, in words, what loosens them first")
    .argument("<a>", "the policy before: a folder with both files, an epoch folder, or one of the files")
    .argument("<b>", "the policy after, of the same kind")
    .option("--json", "print JSON")
    .addHelpText("after", DIFF_EXAMPLES)
    .action((a: string, b: string, { json }: { json?: boolean }) =>
      finish(import("./policy-diff.ts").then((on) => on.policyDiffCommand(a, b, json ?? false))),
    );
  policy
    .command("verify")
    .description("compute a policy's hashes again and compare them with given ones")
    .option("--risk-parameters <file>")
    .option("--marks <file>")
    .option("--epoch <folder>", "epoch folder or its public part: compares with the hashes in its record")
    .option("--policy-hash <hash>", "0x and hex digits")
    .option("--descriptor-hash <hash>", "0x and hex digits")
    .option("--registry <address>", "policy registry: compares with all that it published")
    .option("--rpc <url...>", "endpoints of its chain; several must agree")
    .option("--time <seconds>", "observation time of what was published, the marks' own when left out")
    .addHelpText("after", VERIFY_EXAMPLES)
    .action((options: PolicyVerifyOptions) =>
      finish(import("./policy-verify.ts").then((on) => on.policyVerifyCommand(options))),
    );
  publishing(policy, finish);

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
      finish(import("./margin-commands.ts").then((on) => on.marginExchangeCommand(options))),
    );
  identityCommands(program, finish);
  ownersCommands(program, finish);
  vaultCommands(program, finish);
  pledgeCommands(program, finish);
  return program;
}

/** What publishers of a policy, and whoever sends it, need. */
function publishing(policy: Command, finish: (handled: Promise<Outcome>) => Promise<void>): void {
  policy
    .command("sign")
    .description("compile and lint a policy, and sign what comes out as one of its publishers")
    .requiredOption("--risk-parameters <file>")
    .requiredOption("--marks <file>")
    .requiredOption("--registry <address>", "policy registry that the signature is for")
    .requiredOption("--chain-id <number>", "its chain")
    .requiredOption("--key-file <file>", "hex key of the publisher, readable by its owner only")
    .requiredOption("--out <file>", "where the publication goes; one that is there must say the same")
    .option("--time <seconds>", "observation time since 1970, the marks' own when left out")
    .option("--valid-for <seconds>", "how long after it the signatures count: 3600 when left out")
    .option("--publisher <address>", "contract wallet that the key signs for")
    .addHelpText("after", SIGN_EXAMPLE)
    .action((options: PolicySignOptions) =>
      finish(import("./policy-publish.ts").then((on) => on.policySignCommand(options))),
    );
  policy
    .command("publish")
    .description("send a policy that its publishers signed to the registry; anybody may")
    .requiredOption(
      "--publication <file...>",
      "from `policy sign`; signatures of several files are put together",
    )
    .requiredOption("--rpc <url>", "endpoint of the registry's chain")
    .requiredOption("--key-file <file>", "hex key that pays, readable by its owner only")
    .option("--dry-run", "say what it would cost, and send nothing")
    .addHelpText("after", PUBLISH_EXAMPLE)
    .action((options: PolicyPublishOptions) =>
      finish(import("./policy-publish.ts").then((on) => on.policyPublishCommand(options))),
    );
  policy
    .command("configure")
    .description(
      "the owner's next step to another configuration: propose it, or put it in force after its time lock",
    )
    .requiredOption("--config <file>", "deployment file: its policyRegistry says what should be in force")
    .requiredOption("--registry <address>")
    .option("--key-file <file>", "hex key of the owner; left out, nothing is sent")
    .action((options: PolicyConfigureOptions) =>
      finish(import("./policy-configure.ts").then((on) => on.policyConfigureCommand(options))),
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

const DEMO = "--risk-parameters examples/demo/risk-parameters.json --marks examples/demo/marks.json";
const SNAPSHOT = "--positions examples/demo/positions.csv --dust credit";
const BALANCES = "--balances examples/demo/users.csv examples/demo/margin-accounts.csv";
const example = (...lines: string[]) => `\nExample:\n  plimsoll ${lines.join(" \\\n    ")}`;

const accountExamples = example(
  `margin account ${DEMO}`,
  "--balances examples/demo/margin-accounts.csv --positions examples/demo/positions.csv",
  "--user covered-call-eth --html covered-call-eth.html",
);
const exchangeExamples = example(`margin exchange ${DEMO}`, BALANCES, SNAPSHOT);
const DIFF_EXAMPLES = `${example("policy diff examples/demo examples/all")}
  plimsoll policy diff old/marks.json new/marks.json

It exits with 0 whether anything differs or not: \`policy verify\` is the check.`;
const VERIFY_EXAMPLES = `${example(`policy verify ${DEMO}`, "--policy-hash 0x...")}
  plimsoll policy verify --epoch my-epoch-folder
  plimsoll policy verify ${DEMO} --rpc http://127.0.0.1:8545 --registry 0x...`;
const SIGN_EXAMPLE = example(
  `policy sign ${DEMO}`,
  "--registry 0x... --chain-id 31337 --key-file publisher.key --out publication.json",
);
const PUBLISH_EXAMPLE = example(
  "policy publish --publication publication.json --rpc http://127.0.0.1:8545 --key-file relayer.key --dry-run",
);

function proofsChecked(done: number, of: number): void {
  if (process.stderr.isTTY)
    process.stderr.write(`\rproofs checked: ${done} of ${of}${done === of ? "\n" : ""}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { text, exitCode } = await runCommand(process.argv.slice(2));
  (exitCode === EXIT.done || exitCode === EXIT.refused ? process.stdout : process.stderr).write(text);
  process.exitCode = exitCode;
}
