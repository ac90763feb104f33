import { AbiCoder, type Contract, keccak256, toBeHex, Wallet } from "ethers";
import { EndpointProvider } from "../chain/endpoint-provider.ts";
import { withWords } from "../chain/errors.ts";
import {
  configurationToAbi,
  enactConfiguration,
  policyRegistryAt,
  proposeConfiguration,
} from "../chain/policy-registry.ts";
import { ConfigError } from "../pipeline/run-epoch.ts";
import { secretText } from "./config-file.ts";
import { loadDeployment } from "./deployment-file.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { addressOf } from "./policy-publish.ts";

export interface PolicyConfigureOptions {
  /** Deployment file whose `policyRegistry` says what the configuration should be. */
  readonly config: string;
  readonly registry: string;
  /** The owner's; without it nothing is sent. */
  readonly keyFile?: string;
}

/**
 * `policy configure`: the next step from the configuration in force to the one in the file: propose it, wait, put it in force. Safe to
 * run at any time; says what it did and from when the next step is possible.
 */
export async function policyConfigureCommand(options: PolicyConfigureOptions): Promise<Outcome> {
  const { rpc, chainId, deployment } = await loadDeployment(options.config);
  const wanted = deployment.policyRegistry?.configuration;
  if (wanted === undefined) throw new ConfigError(`${options.config}: expected policyRegistry, came none`);
  const provider = new EndpointProvider(rpc);
  try {
    const { chainId: came } = await provider.getNetwork();
    if (came !== chainId)
      throw new ConfigError(
        `${options.config}: expected an endpoint of chain ${chainId}, came one of chain ${came}`,
      );
    const registry = toBeHex(addressOf(options.registry, "--registry"), 20);
    const contract = await policyRegistryAt(registry, provider);
    const id = configurationId(contract, configurationToAbi(wanted));
    const read = (method: string) =>
      withWords(contract.interface, () => contract.getFunction(method).staticCall());
    const [inForce, number] = await read("configuration");
    if (configurationId(contract, inForce) === id)
      return said(`configuration ${id} is in force, as number ${number}`);
    const [proposed, from, until]: [string, bigint, bigint] = await read("proposal");
    const now = BigInt((await provider.getBlock("latest"))!.timestamp);
    const isWaiting = proposed === id && now <= until;
    if (isWaiting && now < from)
      return said(
        `configuration ${id} is proposed: it can be put in force from ${from} to ${until}, the chain's time is ${now}`,
      );
    const step = isWaiting ? "put in force" : "proposed";
    if (options.keyFile === undefined)
      return said(`configuration ${id} would be ${step} now; nothing was sent without --key-file`);
    const owner = new Wallet(await secretText(options.keyFile), provider);
    const act = isWaiting ? enactConfiguration : proposeConfiguration;
    const { hash } = await act(owner, registry, wanted);
    const next = isWaiting ? "" : "; run this again once its time lock has passed";
    return said(`configuration ${id} ${step} in transaction ${hash}${next}`);
  } finally {
    provider.destroy();
  }
}

/** keccak256 of the ABI encoding, as the registry names a configuration. */
function configurationId(contract: Contract, configuration: unknown): string {
  const [type] = contract.interface.getFunction("propose")!.inputs;
  return keccak256(AbiCoder.defaultAbiCoder().encode([type!], [configuration]));
}

const said = (text: string): Outcome => ({ text: `${text}\n`, exitCode: EXIT.done });
