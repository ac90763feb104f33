import { ContractFactory } from "ethers";
import { allowPolicy, deployKey } from "../../prover/src/chain/registry.ts";
import { MONEY_DECIMALS } from "../../verifier/src/constants.ts";
import type { LocalChain } from "./chain.ts";
import { type Mutation, mutantOf } from "./mutant.ts";
import type { Stage } from "./staged-epoch.ts";

/** The stage with a registry that has these guards less. It reads the insurance only. */
export async function withMutations(stage: Stage, mutations: readonly Mutation[]): Promise<Stage> {
  const { abi, bytecode } = await mutantOf("SolvencyRegistry.sol", "SolvencyRegistry", mutations);
  const batchKeys: string[] = [];
  for (const { packed } of stage.batchKeys) batchKeys.push((await deployKey(stage.owner, packed)).address);
  const epochKey = await deployKey(stage.owner, stage.epochKey.packed);
  const people = [stage.exchangeAddress, stage.owner, stage.custody, stage.insuranceFund];
  const epochKeys = [{ key: epochKey.address, assets: stage.assets }];
  const factory = new ContractFactory(abi, bytecode, stage.owner);
  const contract = await factory.deploy(...people, 1n, batchKeys, epochKeys);
  const mutant = { ...stage, registry: await contract.getAddress() };
  await allowPolicy(stage.owner, mutant.registry, stage.policy, [
    { token: await stage.tokens[0]!.getAddress(), claim: 0, unitDecimals: MONEY_DECIMALS },
  ]);
  return mutant;
}

/**
 * A condition that a test switches: true while bit `bit` of the block's beneficiary is 0. With one such condition in each
 * guard, one compiled mutant serves many tests, each with another guard off.
 */
export const guardIsOn = (bit: number): string => `((uint160(address(block.coinbase)) >> ${bit}) & 1 == 0)`;

/** Switches the guards of these bits off, and all others on. */
export async function switchOff(chain: LocalChain, ...bits: number[]): Promise<void> {
  const word = bits.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n);
  await chain.provider.send("hardhat_setCoinbase", [`0x${word.toString(16).padStart(40, "0")}`]);
}
