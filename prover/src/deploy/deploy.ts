import {
  type Artifact,
  type ArtifactResolver,
  type DeploymentResult,
  DeploymentResultType,
  deploy,
  type EIP1193Provider,
  wipe,
} from "@nomicfoundation/ignition-core";
import { type ContractName, contractArtifactFile } from "../chain/artifacts.ts";
import { type Deployment, MARGIN_VAULT, registriesModule } from "./modules.ts";

export interface DeployOptions {
  /** Signs for `sender`; nodes with accounts of their own do. */
  readonly provider: EIP1193Provider;
  readonly sender: string;
  /** Where Ignition keeps its journal: a deployment that was interrupted goes on from there. Left out, nothing is kept. */
  readonly folder?: string;
  readonly deployment: Deployment;
  /** Left out: 5 blocks on public chains, 1 on local ones. */
  readonly confirmations?: number;
}

/** Addresses of what was deployed, 0x and 40 hex digits. */
export interface DeployedRegistries {
  readonly policyRegistry?: string;
  readonly solvencyRegistry?: string;
  readonly accountCheck?: string;
  /** In the order of the deployment. */
  readonly marginVaults: readonly string[];
}

/** A deployment that stopped. What it did is in its journal, so running it again goes on from there. */
export class DeployError extends Error {
  readonly code = "DEPLOYMENT";
  readonly retryable: boolean;
  readonly problems: readonly string[];
  constructor(problems: readonly string[], retryable: boolean) {
    super(`deployment: ${problems.join("; ")}`);
    this.name = "DeployError";
    this.problems = problems;
    this.retryable = retryable;
  }
}

/**
 * Deploys the registries, their keys and vaults by Hardhat Ignition. Throws DeployError with the contract's own refusal, such as
 * DevelopmentKeyOnPublicChain, or when the journal is of another deployment.
 */
export async function deployRegistries(options: DeployOptions): Promise<DeployedRegistries> {
  const { provider, sender, folder, deployment, confirmations } = options;
  const chainId = Number(await provider.request({ method: "eth_chainId" }));
  const isLocal = chainId === 31337 || chainId === 1337;
  const artifactResolver: ArtifactResolver = {
    loadArtifact: (name) => contractArtifactFile(name as ContractName) as Promise<Artifact>,
    getBuildInfo: async () => undefined,
  };
  const attempt = (): Promise<DeploymentResult> =>
    deploy({
      ignitionModule: registriesModule(deployment),
      deploymentParameters: {},
      artifactResolver,
      provider,
      accounts: [sender],
      defaultSender: sender,
      config: {
        requiredConfirmations: confirmations ?? (isLocal ? 1 : 5),
        ...(isLocal ? { blockPollingInterval: 50 } : {}),
      },
      ...(folder === undefined ? {} : { deploymentDir: folder }),
    });
  // What a contract refused is on no chain, and what no block took can be sent anew: neither may stand in the way of a run with
  // a file put right. A late transaction would leave a contract that nobody uses.
  const forget = async (ids: readonly string[]): Promise<void> => {
    if (folder !== undefined) for (const id of ids) await wipe(folder, artifactResolver, id);
  };
  let result = await attempt();
  if (result.type === DeploymentResultType.PREVIOUS_RUN_ERROR) {
    await forget(Object.keys(result.errors));
    result = await attempt();
  }
  if (result.type === DeploymentResultType.EXECUTION_ERROR)
    await forget(result.failed.map(({ futureId }) => futureId));
  if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT) throw failureOf(result);
  const addresses = Object.fromEntries(
    Object.values(result.contracts).map(({ id, address }) => [id.replace(/^Plimsoll#/, ""), address]),
  );
  return {
    ...(addresses.PolicyRegistry === undefined ? {} : { policyRegistry: addresses.PolicyRegistry }),
    ...(addresses.SolvencyRegistry === undefined ? {} : { solvencyRegistry: addresses.SolvencyRegistry }),
    ...(addresses.AccountCheck === undefined ? {} : { accountCheck: addresses.AccountCheck }),
    marginVaults: (options.deployment.marginVaults ?? []).map(
      (_, index) => addresses[`${MARGIN_VAULT}${index}`]!,
    ),
  };
}

type Failure = Exclude<DeploymentResult, { type: DeploymentResultType.SUCCESSFUL_DEPLOYMENT }>;

function failureOf(result: Failure): DeployError {
  switch (result.type) {
    case DeploymentResultType.VALIDATION_ERROR:
    case DeploymentResultType.RECONCILIATION_ERROR: {
      const problems = Object.entries(result.errors).map(([id, errors]) => `${id}: ${errors.join(", ")}`);
      const other = "the folder holds another deployment: take a new one";
      return new DeployError(
        result.type === DeploymentResultType.RECONCILIATION_ERROR ? [other, ...problems] : problems,
        false,
      );
    }
    case DeploymentResultType.PREVIOUS_RUN_ERROR:
      return new DeployError(
        Object.entries(result.errors).map(([id, errors]) => `${id} failed before: ${errors.join(", ")}`),
        false,
      );
    case DeploymentResultType.EXECUTION_ERROR: {
      const failed = result.failed.map(({ futureId, error }) => `${futureId}: ${error}`);
      const late = result.timedOut.map(
        ({ futureId }) => `${futureId}: no block took its transaction in time`,
      );
      return new DeployError([...failed, ...late], failed.length === 0);
    }
  }
}
