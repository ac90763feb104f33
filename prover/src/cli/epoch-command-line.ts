import type { Command } from "commander";
import { ConfigError } from "../pipeline/errors.ts";
import type { Progress } from "../pipeline/progress.ts";
import type { EpochReportOptions } from "./epoch-report-command.ts";
import type { StatusOptions } from "./epoch-status.ts";
import type { Outcome } from "./outcome.ts";
import type { PublishTotalsOptions } from "./publish-totals.ts";
import type { SettleOptions } from "./settle-commands.ts";

const CONFIG = "configuration of the epoch";
const JSON_WORDS = "print JSON, and progress as lines of JSON";
const DRY_RUN = "say what it would cost, and send nothing";

/** The commands of an epoch's life, in its order. `say` hears of each transaction that is in a block. */
export function epochCommands(
  program: Command,
  finish: (handled: Promise<Outcome>) => Promise<void>,
  { progress, say }: { progress: Progress; say: (line: string) => void },
): void {
  const epoch = program.command("epoch").description("prove and settle an epoch").addHelpText("after", ORDER);
  epoch
    .command("plan")
    .description("what proving would take, and all that it would fail on; writes nothing")
    .requiredOption("--config <file>", CONFIG)
    .option("--json", JSON_WORDS)
    .action(({ config }: { config: string }) =>
      finish(import("./plan-command.ts").then((on) => on.planCommand(config, progress))),
    );
  epoch
    .command("open")
    .description("fix the epoch's snapshot time in the registry, before the snapshot is taken")
    .requiredOption("--config <file>", CONFIG)
    .option("--dry-run", DRY_RUN)
    .action(({ config, dryRun }: { config: string; dryRun?: boolean }) =>
      finish(import("./epoch-commands.ts").then((on) => on.openCommand(config, dryRun))),
    );
  settling(
    epoch
      .command("prove")
      .description(
        "commit to all accounts and prove them; with --on-chain, send the proofs that a committed list lacks",
      )
      .option("--on-chain", "send proofs; anybody may, with the public part alone")
      .option("--json", JSON_WORDS),
  ).action(({ onChain, ...options }: SettleOptions & { onChain?: boolean }) =>
    finish(
      onChain === true
        ? import("./settle-commands.ts").then((on) => on.proveOnChainCommand(options, say))
        : proveHere(options, { progress, say }),
    ),
  );
  settling(
    epoch.command("commit").description("seal the list of a proved epoch's batches in the registry"),
  ).action((options: SettleOptions) =>
    finish(import("./settle-commands.ts").then((on) => on.commitCommand(options, say))),
  );
  settling(
    epoch.command("finalise").description("attest an epoch whose batches are all proved; anybody may"),
  ).action((options: SettleOptions) =>
    finish(import("./settle-commands.ts").then((on) => on.finaliseCommand(options, say))),
  );
  epoch
    .command("attest")
    .description("all in one: prove what is not proved yet and settle what the chain lacks")
    .requiredOption("--config <file>", CONFIG)
    .option("--in-parts", "commit, prove part by part and finalise, also where one transaction would do")
    .option("--batches-per-transaction <number>", "with --in-parts, or above 32 batches: 64 when left out")
    .option("--json", JSON_WORDS)
    .option("--dry-run", `${DRY_RUN}; for an epoch that is proved, at once`)
    .action(({ dryRun, ...options }: SettleOptions & { config: string; inParts?: boolean }) =>
      finish(
        dryRun === true
          ? import("./settle-commands.ts").then((on) => on.attestDryRunCommand(options, say))
          : import("./epoch-commands.ts").then((on) =>
              on.attestCommand(options.config, { progress, say }, options),
            ),
      ),
    );
  epoch
    .command("status")
    .description("what the folder has, what the chain has, and what to type next")
    .argument("[folder]", "epoch folder, or with --rpc its public part")
    .option("--config <file>", "configuration: folder and chain")
    .option("--rpc <url>", "endpoint of the epoch's chain")
    .option("--json", JSON_WORDS)
    .action((folder: string | undefined, options: StatusOptions) =>
      finish(import("./epoch-status.ts").then((on) => on.statusCommand(folder, options))),
    );
  epoch
    .command("resume")
    .description(
      "go on where folder and chain are: whatever status says is next, until there is something to wait for",
    )
    .requiredOption("--config <file>", CONFIG)
    .option("--json", JSON_WORDS)
    .action(({ config }: { config: string }) =>
      finish(import("./resume-command.ts").then((on) => on.resumeCommand(config, { progress, say }))),
    );
  afterProofs(epoch, finish);
}

/** What may be made of a proved epoch, beyond what has to be. */
function afterProofs(epoch: Command, finish: (handled: Promise<Outcome>) => Promise<void>): void {
  epoch
    .command("report")
    .description("the operator's report as one HTML file: time, cost, coverage, margin, what changed")
    .argument("[folder]", "epoch folder, with its private part")
    .option("--config <file>", `in its place: ${CONFIG}; its endpoint tells what was read on chain`)
    .option("--previous <path>", "configuration or folder of the epoch before, to compare the policy with")
    .option("--out <file>", "where it goes: private/report.html in the folder when left out")
    .action((folder: string | undefined, options: EpochReportOptions) =>
      finish(import("./epoch-report-command.ts").then((on) => on.epochReportCommand(folder, options))),
    );
  epoch
    .command("publish-totals")
    .description(
      "show everybody what is owed, lent and held of each asset, if you want to: says what that gives away, and asks",
    )
    .argument("[folder]", "epoch folder, with its private part")
    .option("--config <file>", `in its place: ${CONFIG}`)
    .option("--yes", "don't ask: it can't be taken back")
    .action((folder: string | undefined, options: PublishTotalsOptions) =>
      finish(import("./publish-totals.ts").then((on) => on.publishTotalsCommand(folder, options))),
    );
}

/** The options of the commands that settle: of the operator, or of anybody with the public part. */
function settling(command: Command): Command {
  return command
    .option("--config <file>", CONFIG)
    .option("--folder <folder>", "in place of --config: epoch folder or its public part")
    .option("--rpc <url>", "with --folder: endpoint of the epoch's chain")
    .option("--key-file <file>", "with --folder: hex key that pays, readable by its owner only")
    .option("--exchange-key-file <file>", "hex key that signs for the exchange, when another one pays")
    .option("--statements <file>", "attestors' statements, for claims on what no contract reads")
    .option("--batches-per-transaction <number>", "a power of two up to 256: 64 when left out")
    .option("--dry-run", DRY_RUN);
}

async function proveHere(
  { config }: SettleOptions,
  voice: { progress: Progress; say: (line: string) => void },
): Promise<Outcome> {
  if (config === undefined)
    throw new ConfigError("expected --config FILE, or --on-chain to send what is proved");
  return import("./epoch-commands.ts").then((on) => on.proveCommand(config, voice));
}

const ORDER = `
In order: plan, open, then at the snapshot's time prove, then attest; or commit, prove --on-chain, finalise.
status tells at any moment which is next, resume does it. Each may be interrupted and run again: nothing is sent twice.`;
