import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { fromJson } from "@plimsoll/verifier/formats/codecs.ts";
import { epochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { JsonRpcProvider, toBeHex, Wallet } from "ethers";
import { epochFolder } from "../pipeline/epoch-folder.ts";
import { localProver } from "../pipeline/local-prover.ts";
import { readPlan } from "../pipeline/plan-stage.ts";
import type { EpochProver } from "../pipeline/ports.ts";
import type { Progress } from "../pipeline/progress.ts";
import { registryChain } from "../pipeline/registry-chain.ts";
import { ConfigError, type EpochResult, runEpoch } from "../pipeline/run-epoch.ts";
import { SnarkjsBackend } from "../proving/snarkjs-backend.ts";
import { type LoadedConfig, loadConfig } from "./config-file.ts";
import { EXIT, type Outcome } from "./outcome.ts";

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

/** `epoch attest`: the same, resumed where `prove` left off, and settled in the registry. */
export async function attestCommand(file: string, dependencies: EpochCommandDependencies): Promise<Outcome> {
  const loaded = await loadConfig(file);
  const { chain, epoch } = loaded;
  if (chain === undefined)
    throw new ConfigError(`${file}: expected "chain" with rpc and senderKeyFile, came none`);
  const provider = new JsonRpcProvider(chain.rpc);
  try {
    const { chainId } = await provider.getNetwork();
    if (chainId !== epoch.chainId) {
      throw new ConfigError(`${file}: expected an endpoint of chain ${epoch.chainId}, came chain ${chainId}`);
    }
    const settled = registryChain(epoch.registry, {
      sender: new Wallet(chain.senderKey, provider),
      ...(chain.exchangeKey === undefined ? {} : { exchange: new Wallet(chain.exchangeKey) }),
    });
    const result = await withProver(dependencies, (prover) =>
      runEpoch(epoch, { prover, chain: settled, progress: dependencies.progress }),
    );
    const { receipt } = result;
    const attested = receipt
      ? `attested in transaction ${receipt.transaction}, block ${receipt.blockNumber}, ${receipt.gasUsed} gas\n`
      : "attested before, under this very root\n";
    return { text: provedWords(loaded, result) + attested, exitCode: EXIT.done };
  } finally {
    provider.destroy();
  }
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
    `committed   ${existsSync(paths.commit) ? `${count(".commit.json")}${of} batches` : "no"}`,
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

async function withProver<Result>(
  { prover }: EpochCommandDependencies,
  run: (prover: EpochProver) => Promise<Result>,
): Promise<Result> {
  const used = prover ?? localProver(new SnarkjsBackend());
  try {
    return await run(used);
  } finally {
    // snarkjs's threads would keep the process alive.
    await used.close?.();
  }
}

function provedWords({ snapshotReport }: LoadedConfig, { record, folder, waste }: EpochResult): string {
  const dust = snapshotReport()?.dust.fields ?? 0;
  return [
    `epoch ${record.epoch}: ${waste.accounts} accounts in ${record.batches.length} batches proved`,
    `accounts root ${toBeHex(record.accountsRoot, 32)}`,
    ...(dust > 0 ? [`${dust} amounts had more digits than their row: rounded in the users' favour`] : []),
    ...(record.developmentKeys
      ? ["DEVELOPMENT KEYS: whoever knows their public seed can forge any proof of this epoch"]
      : []),
    `public part: ${folder.root}/public; bundles, one for each user: ${folder.bundles}`,
    "",
  ].join("\n");
}
