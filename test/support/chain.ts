import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { BaseContract, type Contract, ContractFactory } from "ethers";
import { network } from "hardhat";
import { type ContractName, contractArtifact } from "../../prover/src/chain/artifacts.ts";

export type LocalChain = Awaited<ReturnType<typeof localChain>>;

/**
 * A new chain in this process, with funded signers. `chainId` other than 31337 stands for a public chain; mutants may
 * be larger than chains take.
 */
export async function localChain(chainId?: number, options: { allowUnlimitedContractSize?: boolean } = {}) {
  // Contracts that say which of their statements ran (`npm run coverage`) are larger than chains take.
  const measured = process.env.HARDHAT_COVERAGE === "true" ? { allowUnlimitedContractSize: true } : {};
  const override = { ...measured, ...options, ...(chainId === undefined ? {} : { chainId }) };
  const connection = await network.create({ override });
  const signers: HardhatEthersSigner[] = await connection.ethers.getSigners();
  const provider = connection.ethers.provider;
  return {
    provider,
    signers,
    chainId: (await provider.getNetwork()).chainId,
    close: () => connection.close(),
    now: async (): Promise<bigint> => BigInt((await provider.getBlock("latest"))!.timestamp),
    /** The next block's time; the chain's time never goes back. */
    setNextTime: async (time: bigint): Promise<void> => {
      await provider.send("evm_setNextBlockTimestamp", [Number(time)]);
    },
  };
}

/** Deploys a built contract. */
export async function deploy(
  signer: HardhatEthersSigner,
  name: ContractName,
  ...args: unknown[]
): Promise<Contract> {
  const { abi, bytecode } = await contractArtifact(name);
  const contract = await new ContractFactory(abi, bytecode, signer).deploy(...args);
  await contract.waitForDeployment();
  return BaseContract.from(await contract.getAddress(), abi, signer) as Contract;
}
