import { Contract, type ContractRunner, type ErrorFragment, Interface } from "ethers";
import { contractArtifact } from "./artifacts.ts";

/** The ledger of free collateral as an ethers contract; knows the errors of the registry that it asks as well. */
export async function ledgerAt(ledger: string, runner: ContractRunner): Promise<Contract> {
  const own = new Interface((await contractArtifact("Ledger")).abi);
  const registry = new Interface((await contractArtifact("SolvencyRegistry")).abi);
  const more = registry.fragments.filter(
    (fragment) => fragment.type === "error" && own.getError((fragment as ErrorFragment).name) === null,
  );
  return new Contract(ledger, new Interface([...own.fragments, ...more]), runner);
}
