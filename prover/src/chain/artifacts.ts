import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { InterfaceAbi } from "ethers";

export interface ContractArtifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
}

/** Contracts by the file that holds them, below `contracts/`. */
const FILES = Object.freeze({
  PolicyRegistry: "PolicyRegistry.sol",
  SolvencyRegistry: "SolvencyRegistry.sol",
  ReserveBook: "ReserveBook.sol",
  Ledger: "Ledger.sol",
  AccountCheck: "AccountCheck.sol",
  MarginVault: "MarginVault.sol",
  Purse: "Purse.sol",
  LendingPool: "examples/LendingPool.sol",
  FeedMock: "mocks/FeedMock.sol",
  HostileTokenMock: "mocks/HostileTokenMock.sol",
  ReceiverMock: "mocks/ReceiverMock.sol",
  SilentTokenMock: "mocks/SilentTokenMock.sol",
  PoliciesMock: "mocks/PoliciesMock.sol",
  TokenMock: "mocks/TokenMock.sol",
  ChallengesHarness: "mocks/ChallengesHarness.sol",
  GateHarness: "mocks/GateHarness.sol",
  Groth16Harness: "mocks/Groth16Harness.sol",
  WalletMock: "mocks/WalletMock.sol",
});

export type ContractName = keyof typeof FILES;

/** Interface and code of a compiled contract. Throws when the contracts have not been built. */
export async function contractArtifact(name: ContractName): Promise<ContractArtifact> {
  const { abi, bytecode } = await contractArtifactFile(name);
  return { abi, bytecode };
}

/** The same with everything else that the compiler wrote. */
export async function contractArtifactFile(name: ContractName): Promise<ContractArtifact> {
  const file = new URL(`../../../build/artifacts/contracts/${FILES[name]}/${name}.json`, import.meta.url);
  try {
    return JSON.parse(await readFile(file, "utf8")) as ContractArtifact;
  } catch (cause) {
    throw new Error(`expected the built contract ${fileURLToPath(file)}: run \`npm run build\` first`, {
      cause,
    });
  }
}
