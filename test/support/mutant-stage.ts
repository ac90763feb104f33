import { ContractFactory } from "ethers";
import { deployKey } from "../../prover/src/chain/registry.ts";
import { reserveBookOf } from "../../prover/src/chain/reserves.ts";
import { deploy, type LocalChain } from "./chain.ts";
import { type Mutation, mutantOf } from "./mutant.ts";
import { registerStage, type Stage } from "./staged-epoch.ts";

/** Guards of the registry and its parts that a test can switch off, by their bit. */
export const GUARD = Object.freeze({
  BITMAP: 0,
  LISTED: 1,
  MISSING: 2,
  TERMS: 3,
  EXCHANGE: 4,
  SEALED: 5,
  SUMS: 6,
  PLACE: 7,
  LOWEST: 8,
  TWO_BLOCKS: 9,
  CUSTODY: 10,
  ONCE: 11,
  EPOCHS: 12,
  ATTESTOR: 13,
  ATTESTOR_ONCE: 14,
  TOKEN: 15,
  POLICY: 16,
  ATTESTOR_DELAY: 17,
  RENAMED: 18,
  ROW_TABLE: 19,
  REVOKED: 20,
  REVOKED_SET: 21,
  REVOKER: 22,
  READ_GAS: 23,
});

// True while the guard's bit of the block's beneficiary is 0: so that one compiled mutant serves all tests.
const on = (guard: keyof typeof GUARD): string =>
  `((uint160(address(block.coinbase)) >> ${GUARD[guard]}) & 1 == 0)`;
const guarded = (file: string, guard: keyof typeof GUARD, from: string, condition: string): Mutation => ({
  file,
  from,
  to: from.replace(condition, () => `${on(guard)} && (${condition})`),
});
const instead = (
  file: string,
  guard: keyof typeof GUARD,
  from: string,
  [real, without]: readonly [string, string],
): Mutation => ({ file, from, to: from.replace(real, () => `(${on(guard)} ? ${real} : ${without})`) });

const REGISTRY = "SolvencyRegistry.sol";
const PARTS = "base/Parts.sol";
const BOOK = "ReserveBook.sol";
const CONSENTS = "base/Consents.sol";
const ATTESTORS = "base/Attestors.sol";
const MUTATIONS: readonly Mutation[] = [
  instead(PARTS, "BITMAP", "step, before >> offset)", ["before >> offset", "0"]),
  guarded(PARTS, "LISTED", "if (!isListed) revert", "!isListed"),
  guarded(
    REGISTRY,
    "MISSING",
    "if (commitment.proved != commitment.batchCount)",
    "commitment.proved != commitment.batchCount",
  ),
  guarded(REGISTRY, "TERMS", "if (termsHash != commitment.termsHash)", "termsHash != commitment.termsHash"),
  guarded(REGISTRY, "SEALED", "if (isCommitted) revert", "isCommitted"),
  guarded(
    REGISTRY,
    "POLICY",
    "if (terms.policyHash != policyHash || terms.descriptorHash != descriptorHash)",
    "terms.policyHash != policyHash || terms.descriptorHash != descriptorHash",
  ),
  instead(REGISTRY, "SUMS", "Challenges.sums(batches, Challenges.batchStep(drawn[0])", [
    "batches",
    "batches[1:]",
  ]),
  {
    file: "base/Openings.sol",
    from: "if (msg.sender == exchange) return;",
    to: `if (msg.sender == exchange || !${on("EXCHANGE")}) return;`,
  },
  {
    file: "lib/Groth16Batch.sol",
    from: "_addBatch(work, scalars, sum, batches[i],",
    to: `_addBatch(work, scalars, sum, batches[${on("PLACE")} ? i : 0],`,
  },
  // The check is in a pure function, which sees no block: this mutant takes numbers from 2^255 on.
  {
    file: "lib/Challenges.sol",
    from: "if (value >= FIELD) revert NotInField(value);",
    to: "if (value >= FIELD && value >> 255 == 0) revert NotInField(value);",
  },
  instead(BOOK, "LOWEST", "now_) = (_lowest[i], _pack(set, i, epoch))", ["_lowest[i]", "type(uint256).max"]),
  guarded(BOOK, "TWO_BLOCKS", "if (round.openedBlock == block.number)", "round.openedBlock == block.number"),
  guarded(
    CONSENTS,
    "CUSTODY",
    "if (!_isSigned(one.account, digest, one.signature))",
    "!_isSigned(one.account, digest, one.signature)",
  ),
  instead(CONSENTS, "REVOKED", "fromEpoch, toEpoch, revocations[account]", ["revocations[account]", "0"]),
  instead(CONSENTS, "REVOKED_SET", "data = ReserveSet.without(registered, account)", [
    "ReserveSet.without(registered, account)",
    "registered",
  ]),
  guarded(
    CONSENTS,
    "REVOKER",
    "if (msg.sender != account && !_isSigned(account, digest, signature))",
    "msg.sender != account && !_isSigned(account, digest, signature)",
  ),
  guarded(BOOK, "TOKEN", "if (asset.token != token.token) continue;", "asset.token != token.token"),
  guarded(
    ATTESTORS,
    "ATTESTOR_ONCE",
    "if (i > 0 && one.attestor <= statements[i - 1].attestor)",
    "i > 0 && one.attestor <= statements[i - 1].attestor",
  ),
  guarded(
    ATTESTORS,
    "ATTESTOR",
    "if (from == 0) revert AttestorUnknown(attestor);\n        if (snap",
    "from == 0",
  ),
  guarded(ATTESTORS, "ATTESTOR_DELAY", "if (snapshotTime < from)", "snapshotTime < from"),
  instead(ATTESTORS, "RENAMED", "if (attestorFrom[attestor] != 0 || isRenamed)", ["isRenamed", "false"]),
  instead(ATTESTORS, "ROW_TABLE", "PolicyTable.readRowTable(policy)", [
    "PolicyTable.readRowTable(policy)",
    "bytes32(0)",
  ]),
  {
    file: "lib/ReserveSet.sol",
    from: "staticcall(READ_GAS, token",
    to: `staticcall(add(READ_GAS, shl(48, and(shr(${GUARD.READ_GAS}, coinbase()), 1))), token`,
  },
  guarded(
    "lib/ReserveSet.sol",
    "ONCE",
    "if (i > 0 && account.account <= accounts[i - 1].account)",
    "i > 0 && account.account <= accounts[i - 1].account",
  ),
  guarded(
    "lib/ReserveSet.sol",
    "EPOCHS",
    "if (epoch < epochs >> FROM_SHIFT || epoch > uint64(epochs) || (isInsurance && !token.insures)) continue;",
    "epoch < epochs >> FROM_SHIFT || epoch > uint64(epochs) || (isInsurance && !token.insures)",
  ),
];

/** The stage with a registry whose guards can be switched off, of the same keys, policies and reserves. */
export async function mutantStage(stage: Stage): Promise<Stage> {
  const { abi, bytecode } = await mutantOf(REGISTRY, "SolvencyRegistry", MUTATIONS);
  const batchKeys: string[] = [];
  for (const { packed } of stage.batchKeys) batchKeys.push((await deployKey(stage.owner, packed)).address);
  const epochKey = await deployKey(stage.owner, stage.epochKey.packed);
  const epochKeys = [{ key: epochKey.address, assets: stage.assets }];
  const factory = new ContractFactory(abi, bytecode, stage.owner);
  const { exchangeAddress, owner, policies } = stage;
  const ledger = await deploy(stage.owner, "Ledger", [], []);
  const contract = await factory.deploy(exchangeAddress, owner, policies, 1n, batchKeys, epochKeys, ledger);
  const registry = await contract.getAddress();
  const mutant = { ...stage, registry, book: await reserveBookOf(registry, stage.chain.provider) };
  await registerStage(mutant);
  return mutant;
}

/** Switches the guards of these bits off, and all others on. */
export async function switchOff(chain: LocalChain, ...guards: number[]): Promise<void> {
  const word = guards.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n);
  await chain.provider.send("hardhat_setCoinbase", [`0x${word.toString(16).padStart(40, "0")}`]);
}
