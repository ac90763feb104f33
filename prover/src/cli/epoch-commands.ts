import { type JsonRpcProvider, toBeHex, Wallet } from "ethers";
import { type InstanceArtifacts, instanceArtifacts } from "../build/artifacts.ts";
import { openCall, readOpening } from "../chain/registry.ts";
import { waitForPending } from "../chain/sending.ts";
import { type Step, take } from "../chain/steps.ts";
import { openTypedData, signTypedData } from "../chain/typed-data.ts";
import { epochFolder, makeEpochFolder } from "../pipeline/epoch-folder.ts";
import { batchConstraints } from "../pipeline/estimates.ts";
import { withFolderLock } from "../pipeline/folder-lock.ts";
import { batchCapacity } from "../pipeline/instance-shapes.ts";
import { localProver } from "../pipeline/local-prover.ts";
import type { EpochProver } from "../pipeline/ports.ts";
import type { Progress, ProgressEvent } from "../pipeline/progress.ts";
import { type RegistryChainConfig, registryChain } from "../pipeline/registry-chain.ts";
import { ConfigError, type EpochResult, runEpoch } from "../pipeline/run-epoch.ts";
import { sentLog } from "../pipeline/sent-transactions.ts";
import { chosenBackend } from "../proving/chosen-backend.ts";
import { keepRates } from "../proving/measured-rates.ts";
import { type LoadedConfig, loadConfig } from "./config-file.ts";
import { withEndpoint } from "./endpoint.ts";
import { reportWords } from "./epoch-report-command.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { timeWords } from "./progress-lines.ts";
import { partDepthOf } from "./settle-commands.ts";
import { readStatements } from "./statements-file.ts";
import { estimateSteps } from "./steps-report.ts";

export interface EpochCommandDependencies {
  readonly progress: Progress;
  readonly prover?: EpochProver;
  /** Hears of every transaction that is in a block. */
  readonly say?: (line: string) => void;
}

/** `epoch prove`: everything up to the bundles, without a chain. */
export async function proveCommand(file: string, dependencies: EpochCommandDependencies): Promise<Outcome> {
  const loaded = await loadConfig(file);
  const result = await withProver(dependencies, loaded.epoch, (prover, progress) =>
    runEpoch(loaded.epoch, { prover, progress }),
  );
  const next =
    loaded.chain === undefined
      ? `plimsoll verify epoch ${loaded.epoch.folder}`
      : `plimsoll epoch attest --config ${file}`;
  const report = await reportWords(loaded.epoch.folder);
  return {
    text: `${provedWords(loaded, result)}${report}next: ${next}\n`,
    data: { ...provedData(result), next },
    exitCode: EXIT.done,
  };
}

/** `epoch open`: has the registry fix the epoch's snapshot time, which must lie ahead. */
export async function openCommand(file: string, dryRun = false): Promise<Outcome> {
  const { chain, epoch: config } = await loadConfig(file);
  return withChain(file, chain, config, async ({ sender, exchange }, provider) => {
    const { epoch, snapshotTime, chainId } = config;
    const registry = toBeHex(config.registry, 20);
    const opening = { epoch, snapshotTime };
    const step: Step = {
      what: `open epoch ${epoch} for the snapshot at ${snapshotTime}`,
      call: async () => {
        const data = openTypedData({ chainId, registry }, opening);
        const signature = exchange === undefined ? "0x" : await signTypedData(exchange, data);
        return openCall(sender, registry, opening, signature);
      },
      isDone: async () => {
        const last = await readOpening(provider, registry);
        return last.epoch === epoch && last.snapshotTime === snapshotTime;
      },
    };
    if (dryRun) {
      const { lines } = await estimateSteps([step], provider);
      return { text: `${lines.join("\n")}\n`, exitCode: EXIT.done };
    }
    await waitForPending(sender);
    const folder = epochFolder(config.folder);
    await makeEpochFolder(folder);
    const sent = await withFolderLock(folder.private, () => take(step, sentLog(folder.transactions)));
    const how = sent === null ? "before" : `in transaction ${sent.hash}, block ${sent.blockNumber}`;
    const text = `epoch ${epoch} opened for the snapshot at ${snapshotTime}, ${how}\nnext: plimsoll epoch status --config ${file}\n`;
    return { text, exitCode: EXIT.done };
  });
}

/** `epoch attest`: the same as `prove`, resumed where it left off, and settled in the registry. */
export async function attestCommand(
  file: string,
  dependencies: EpochCommandDependencies,
  { inParts = false, batchesPerTransaction }: { inParts?: boolean; batchesPerTransaction?: string } = {},
): Promise<Outcome> {
  const loaded = await loadConfig(file);
  const { chain, epoch } = loaded;
  const { say = () => {} } = dependencies;
  return withChain(file, chain, epoch, async (signers, provider) => {
    const settled = registryChain(epoch.registry, {
      ...signers,
      log: sentLog(epochFolder(epoch.folder).transactions),
      ...(inParts ? { batchesAtOnce: 0 } : {}),
      ...(batchesPerTransaction === undefined ? {} : { partDepth: partDepthOf(batchesPerTransaction) }),
      sent: (what, { hash, blockNumber, gasUsed }) =>
        say(`${what}: transaction ${hash}, block ${blockNumber}, ${gasUsed} gas`),
    });
    const result = await withProver(dependencies, epoch, (prover, progress) =>
      runEpoch(epoch, { prover, chain: settled, progress }),
    );
    const { receipt } = result;
    const attested = receipt
      ? `attested in transaction ${receipt.transaction}, block ${receipt.blockNumber}, ${receipt.gasUsed} gas\n`
      : "attested before, under this very root\n";
    const report = await reportWords(epoch.folder, provider);
    const data = { ...provedData(result), receipt: receipt ?? null };
    return { text: provedWords(loaded, result) + report + attested, data, exitCode: EXIT.done };
  });
}

/** Runs with the configured keys on the configured endpoint, which must be one of the epoch's chain. */
async function withChain(
  file: string,
  chain: LoadedConfig["chain"],
  { chainId }: LoadedConfig["epoch"],
  run: (signers: RegistryChainConfig, provider: JsonRpcProvider) => Promise<Outcome>,
): Promise<Outcome> {
  if (chain === undefined) {
    throw new ConfigError(`${file}: expected "chain" with rpc and senderKeyFile, came none`);
  }
  return withEndpoint(chain.rpc, chainId, file, async (provider) => {
    const { exchangeKey, statements } = chain;
    return run(
      {
        sender: new Wallet(chain.senderKey, provider),
        ...(exchangeKey === undefined ? {} : { exchange: new Wallet(exchangeKey) }),
        ...(statements === undefined ? {} : { statements: () => readStatements(statements) }),
      },
      provider,
    );
  });
}

async function withProver<Result>(
  { prover, progress, say = () => {} }: EpochCommandDependencies,
  { circuits }: LoadedConfig["epoch"],
  run: (prover: EpochProver, progress: Progress) => Promise<Result>,
): Promise<Result> {
  if (prover !== undefined) return run(prover, progress);
  const local = localProver(chosenBackend(), (name) => toldArtifacts(name, say));
  const rates = rateKeeper(progress, circuits.batch);
  try {
    const result = await run(local, rates.progress);
    await rates.keep();
    return result;
  } finally {
    // Threads of a prover would keep the process alive.
    await local.close?.();
  }
}

/** A circuit's first use compiles it and makes its key, which people should know while they wait. */
async function toldArtifacts(name: string, say: (line: string) => void): Promise<InstanceArtifacts> {
  const from = performance.now();
  const told = setTimeout(
    () =>
      say(`circuit ${name}: is compiled and gets its development key, once; this takes up to some minutes`),
    TELL_AFTER_MS,
  );
  try {
    return await instanceArtifacts(name);
  } finally {
    clearTimeout(told);
    const milliseconds = performance.now() - from;
    if (milliseconds > TELL_AFTER_MS) say(`circuit ${name}: ready after ${timeWords(milliseconds / 1000)}`);
  }
}

const TELL_AFTER_MS = 1_000;
/** Fewer proofs say more about starting than about proving. */
const PROOFS_THAT_TELL = 4;

/** Passes progress on and notes how fast commitments and proofs were, for the next `epoch plan`. */
function rateKeeper(progress: Progress, batchCircuit: string) {
  const rates: { committedPerSecond?: number; constraintsPerSecond?: number } = {};
  return {
    progress: (event: ProgressEvent) => {
      progress(event);
      const { stage, state, perSecond, done, kept = 0 } = event;
      if (state !== "done" || perSecond === undefined) return;
      if (stage === "commit") rates.committedPerSecond = perSecond;
      if (stage === "prove batches" && done - kept >= PROOFS_THAT_TELL)
        rates.constraintsPerSecond = perSecond * batchConstraints(batchCapacity(batchCircuit));
    },
    keep: () => keepRates(rates),
  };
}

function provedData({ record, folder, waste, isAsSigned }: EpochResult) {
  return {
    epoch: record.epoch,
    folder: folder.root,
    accounts: waste.accounts,
    batches: record.batches.length,
    accountsRoot: toBeHex(record.accountsRoot, 32),
    developmentKeys: record.developmentKeys,
    isAsSigned,
  };
}

function provedWords({ snapshotReport }: LoadedConfig, result: EpochResult): string {
  const { record, folder, waste, isAsSigned } = result;
  const dust = snapshotReport()?.dust.fields ?? 0;
  return [
    `epoch ${record.epoch}: ${waste.accounts} accounts in ${record.batches.length} batches proved`,
    `accounts root ${toBeHex(record.accountsRoot, 32)}`,
    ...(dust > 0 ? [`${dust} amounts had more digits than their row: rounded in the users' favour`] : []),
    ...(record.developmentKeys
      ? ["DEVELOPMENT KEYS: whoever knows their public seed can forge any proof of this epoch"]
      : []),
    ...(isAsSigned
      ? []
      : [
          `PUBLIC PART LOST: ${folder.root}/public is not the one whose hash was signed, and everybody who checks it against ` +
            "the chain will see so: put a copy of the one that was signed in its place",
        ]),
    `public part: ${folder.root}/public; bundles, one for each user: ${folder.bundles}`,
    "",
  ].join("\n");
}
