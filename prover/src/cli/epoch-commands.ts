import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { fromJson } from "@plimsoll/verifier/formats/codecs.ts";
import { epochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { JsonRpcProvider, toBeHex, Wallet } from "ethers";
import { openEpoch } from "../chain/registry.ts";
import { openTypedData, signTypedData } from "../chain/typed-data.ts";
import { batchRecords } from "../commit/batch-files.ts";
import { countRecords } from "../commit/record-file.ts";
import { epochFolder } from "../pipeline/epoch-folder.ts";
import { localProver } from "../pipeline/local-prover.ts";
import { readPlan } from "../pipeline/plan-stage.ts";
import type { EpochProver } from "../pipeline/ports.ts";
import type { Progress } from "../pipeline/progress.ts";
import { type RegistryChainConfig, registryChain } from "../pipeline/registry-chain.ts";
import { ConfigError, type EpochResult, runEpoch } from "../pipeline/run-epoch.ts";
import { chosenBackend } from "../proving/chosen-backend.ts";
import { type LoadedConfig, loadConfig } from "./config-file.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { readStatements } from "./statements-file.ts";

export interface EpochCommandDependencies {
  readonly progress: Progress;
  readonly prover?: EpochProver;
}

/** `epoch prove`: everything up to the bundles, without a chain. */
export async function proveCommand(file: string, dependencies: EpochCommandDependencies): Promise<Outcome> {
  const loaded = await loadConfig(file);
  const result = await withProver(dependencies, (prover) =>
    runEpoch(loaded.epoch, { prover, progress: dependencies.progress }),
  );
  return {
    text: `${provedWords(loaded, result)}next: plimsoll epoch attest --config ${file}\n`,
    exitCode: EXIT.done,
  };
}

/** `epoch open`: has the registry fix the epoch's snapshot time, which must lie ahead. */
export async function openCommand(file: string): Promise<Outcome> {
  const { chain, epoch: config } = await loadConfig(file);
  return withChain(file, chain, config, async ({ sender, exchange }) => {
    const { epoch, snapshotTime, chainId } = config;
    const registry = toBeHex(config.registry, 20);
    const opening = { epoch, snapshotTime };
    const signature =
      exchange && (await signTypedData(exchange, openTypedData({ chainId, registry }, opening)));
    const { hash, blockNumber } = await openEpoch(sender, registry, opening, signature);
    const text = `epoch ${epoch} opened for the snapshot at ${snapshotTime}: transaction ${hash}, block ${blockNumber}\n`;
    return { text, exitCode: EXIT.done };
  });
}

/** `epoch attest`: the same as `prove`, resumed where it left off, and settled in the registry. */
export async function attestCommand(file: string, dependencies: EpochCommandDependencies): Promise<Outcome> {
  const loaded = await loadConfig(file);
  const { chain, epoch } = loaded;
  return withChain(file, chain, epoch, async (signers) => {
    const settled = registryChain(epoch.registry, signers);
    const result = await withProver(dependencies, (prover) =>
      runEpoch(epoch, { prover, chain: settled, progress: dependencies.progress }),
    );
    const { receipt } = result;
    const attested = receipt
      ? `attested in transaction ${receipt.transaction}, block ${receipt.blockNumber}, ${receipt.gasUsed} gas\n`
      : "attested before, under this very root\n";
    return { text: provedWords(loaded, result) + attested, exitCode: EXIT.done };
  });
}

/** `epoch status`: how far a folder is, from its files alone. */
export async function statusCommand(folder: string): Promise<Outcome> {
  const paths = epochFolder(folder);
  if (!existsSync(paths.private)) throw new ConfigError(`${folder}: expected an epoch folder, came none`);
  const plan = await readPlan(paths);
  const names = existsSync(paths.batches) ? await readdir(paths.batches) : [];
  const count = (suffix: string) => names.filter((name) => name.endsWith(suffix)).length;
  const of = plan === undefined ? "" : ` of ${plan.waste.batches}`;
  const lines = [
    plan === undefined
      ? "planned     no"
      : `planned     ${plan.waste.accounts} accounts in ${plan.waste.batches} batches, ` +
        `${(100 * plan.waste.wastedShare).toFixed(1)} % of their constraints unused`,
    `committed   ${existsSync(paths.commit) ? `${countRecords(batchRecords(paths.batches).commits)}${of} batches` : "no"}`,
    `proved      ${count(".proof.json")}${of} batches, epoch ${existsSync(paths.epochProof) ? "yes" : "no"}`,
  ];
  if (existsSync(paths.record)) {
    const record = fromJson(epochRecord, await readFile(paths.record, "utf8"), paths.record);
    lines.push(`published   epoch ${record.epoch}, accounts root ${toBeHex(record.accountsRoot, 32)}`);
  } else {
    lines.push("published   no");
  }
  lines.push(`attested    ${existsSync(paths.receipt) ? "yes" : "not from this folder"}`);
  lines.push(`bundles     ${existsSync(paths.bundles) ? (await readdir(paths.bundles)).length : 0}`);
  return { text: `${lines.join("\n")}\n`, exitCode: EXIT.done };
}

/** Runs with the configured keys on the configured endpoint, which must be one of the epoch's chain. */
async function withChain(
  file: string,
  chain: LoadedConfig["chain"],
  { chainId }: LoadedConfig["epoch"],
  run: (signers: RegistryChainConfig) => Promise<Outcome>,
): Promise<Outcome> {
  if (chain === undefined) {
    throw new ConfigError(`${file}: expected "chain" with rpc and senderKeyFile, came none`);
  }
  const provider = new JsonRpcProvider(chain.rpc);
  try {
    const { chainId: came } = await provider.getNetwork();
    if (came !== chainId) {
      throw new ConfigError(`${file}: expected an endpoint of chain ${chainId}, came one of chain ${came}`);
    }
    const sender = new Wallet(chain.senderKey, provider);
    const { exchangeKey, statements } = chain;
    return await run({
      sender,
      ...(exchangeKey === undefined ? {} : { exchange: new Wallet(exchangeKey) }),
      ...(statements === undefined ? {} : { statements: () => readStatements(statements) }),
    });
  } finally {
    provider.destroy();
  }
}

async function withProver<Result>(
  { prover }: EpochCommandDependencies,
  run: (prover: EpochProver) => Promise<Result>,
): Promise<Result> {
  const used = prover ?? localProver(chosenBackend());
  try {
    return await run(used);
  } finally {
    // Threads of a prover would keep the process alive.
    await used.close?.();
  }
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
