import { Contract, type ContractRunner, type Fragment, Interface } from "ethers";
import { type ContractName, contractArtifact } from "../../../chain/artifacts.ts";

const ALL: readonly ContractName[] = [
  "MarginVault",
  "Ledger",
  "SolvencyRegistry",
  "PolicyRegistry",
  "AccountCheck",
  "GateHarness",
  "Purse",
];

/** A contract that has a name for whatever it or one of those that it calls refuses. */
export async function knowing(
  name: ContractName,
  address: string,
  runner: ContractRunner,
): Promise<Contract> {
  const own = new Interface((await contractArtifact(name)).abi);
  const errors = new Map<string, Fragment>();
  for (const other of ALL) {
    new Interface((await contractArtifact(other)).abi).forEachError((error) => {
      if (own.getError(error.name) === null) errors.set(error.name, error);
    });
  }
  return new Contract(address, new Interface([...own.fragments, ...errors.values()]), runner);
}
