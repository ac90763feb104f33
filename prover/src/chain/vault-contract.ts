import {
  Contract,
  ContractFactory,
  type ContractRunner,
  type Fragment,
  Interface,
  type Signer,
} from "ethers";
import { type ContractName, contractArtifact } from "./artifacts.ts";
import { withWords } from "./errors.ts";

/** How long everybody has at a vault, in seconds: IMarginVault.Times. */
export interface VaultTimes {
  readonly response: bigint;
  readonly answer: bigint;
  readonly claim: bigint;
  readonly maxRootAge: bigint;
}

/** Deploys a vault of a registry. `operator` signs instant withdrawals and approvals. Throws RegistryError. */
export async function deployVault(
  deployer: Signer,
  registry: string,
  operator: string,
  times: VaultTimes,
): Promise<{ readonly address: string; readonly gasUsed: bigint }> {
  const { bytecode } = await contractArtifact("MarginVault");
  const factory = new ContractFactory(await interfaceOf(VAULT_CALLS), bytecode, deployer);
  const contract = await withWords(factory.interface, () => factory.deploy(registry, operator, times));
  const receipt = await contract.deploymentTransaction()!.wait();
  return { address: await contract.getAddress(), gasUsed: receipt!.gasUsed };
}

/** A vault as an ethers contract; it has words for what the ledger, the registry and a purse refuse, too. */
export async function vaultAt(vault: string, runner: ContractRunner): Promise<Contract> {
  return new Contract(vault, await interfaceOf(VAULT_CALLS), runner);
}

/** The purse of a recipient, once it is open. */
export async function purseAt(purse: string, runner: ContractRunner): Promise<Contract> {
  return new Contract(purse, await interfaceOf(["Purse"]), runner);
}

const VAULT_CALLS: readonly ContractName[] = ["MarginVault", "Ledger", "SolvencyRegistry", "Purse"];

/** The first one's interface, with the errors of the others, whose refusals come through it. */
async function interfaceOf([name, ...others]: readonly ContractName[]): Promise<Interface> {
  const own = new Interface((await contractArtifact(name!)).abi);
  const errors = new Map<string, Fragment>();
  for (const other of others) {
    new Interface((await contractArtifact(other)).abi).forEachError((error) => {
      if (own.getError(error.name) === null) errors.set(error.name, error);
    });
  }
  return new Interface([...own.fragments, ...errors.values()]);
}
