import { ContractFactory } from "ethers";
import { deployKey } from "../../prover/src/chain/registry.ts";
import { deploy } from "./chain.ts";
import { type Mutation, mutantOf } from "./mutant.ts";
import type { Stage } from "./staged-epoch.ts";

/** Guards of the ledger that a test can switch off, by their bit (`switchOff`). */
export const LEDGER_GUARD = Object.freeze({
  ATTESTED: 0,
  SINCE: 1,
  PLEDGES: 2,
  OTHER_TOKENS: 3,
  DECIMALS: 4,
  ADMITTED: 5,
  CONSUMER: 6,
  RENEWED_KEY: 8,
  VAULT: 9,
  GATE: 10,
  NEEDED: 11,
  NEWER: 12,
  COVERED: 13,
  BOUND: 14,
  FIRST: 15,
  CHAIN: 16,
});

// True while the guard's bit of the block's beneficiary is 0, as in mutant-stage.ts.
const on = (guard: keyof typeof LEDGER_GUARD): string =>
  `((uint160(address(block.coinbase)) >> ${LEDGER_GUARD[guard]}) & 1 == 0)`;
const guarded = (
  file: string,
  guard: keyof typeof LEDGER_GUARD,
  from: string,
  condition: string,
): Mutation => ({
  file,
  from,
  to: from.replace(condition, () => `${on(guard)} && (${condition})`),
});
const instead = (
  file: string,
  guard: keyof typeof LEDGER_GUARD,
  real: string,
  without: string,
): Mutation => ({
  file,
  from: real,
  to: `(${on(guard)} ? ${real} : ${without})`,
});

const LEDGER = "Ledger.sol";
const PROOFS = "base/LedgerProofs.sol";
const ACCOUNTS = "base/LedgerAccounts.sol";
const MUTATIONS: readonly Mutation[] = [
  guarded(PROOFS, "ATTESTED", "if (!isAttested)", "!isAttested"),
  guarded(PROOFS, "BOUND", "if (registry != address(0))", "registry != address(0)"),
  instead(
    PROOFS,
    "CHAIN",
    "abi.encode(DOMAIN_CONTEXT, block.chainid, address(this), action, consumer, payload)",
    "abi.encode(address(this), payload)",
  ),
  // Payments kept under no epoch's number count for none.
  {
    file: ACCOUNTS,
    from: "_mark(key, token).paid.add(epoch, amount);",
    to: `_mark(key, token).paid.add(${on("SINCE")} ? epoch : 0, amount);`,
  },
  instead(ACCOUNTS, "PLEDGES", "line.paid.since(claim.epoch) + line.pledged", "line.paid.since(claim.epoch)"),
  {
    file: ACCOUNTS,
    from: "if (!first.isOneOfMany) return charge;",
    to: `if (!${on("OTHER_TOKENS")} || !first.isOneOfMany) return charge;`,
  },
  {
    file: ACCOUNTS,
    from: "if (token.token == but) return 0;",
    to: `if (token.token == but || !${on("FIRST")}) return 0;`,
  },
  {
    file: ACCOUNTS,
    from: "if (known.place != 0) return known.decimals;",
    to: `if (${on("DECIMALS")} && known.place != 0) return known.decimals;`,
  },
  guarded(LEDGER, "ADMITTED", "if (!_admitted[id]) revert", "!_admitted[id]"),
  guarded(LEDGER, "CONSUMER", "if (msg.sender != claim.consumer)", "msg.sender != claim.consumer"),
  guarded(LEDGER, "RENEWED_KEY", "if (withdrawal.key != one.key)", "withdrawal.key != one.key"),
  guarded(LEDGER, "NEWER", "if (withdrawal.epoch <= one.epoch)", "withdrawal.epoch <= one.epoch"),
  guarded(
    LEDGER,
    "COVERED",
    "if (withdrawal.asset != asset || withdrawal.amount < amount || withdrawal.charge < charge)",
    "withdrawal.asset != asset || withdrawal.amount < amount || withdrawal.charge < charge",
  ),
  guarded(LEDGER, "VAULT", "if (msg.sender != one.vault)", "msg.sender != one.vault"),
  guarded(
    LEDGER,
    "GATE",
    "if (msg.sender != one.gate && block.timestamp < one.until)",
    "msg.sender != one.gate && block.timestamp < one.until",
  ),
  guarded(
    LEDGER,
    "NEEDED",
    "if (refusal.amount > amount || refusal.charge > charge)",
    "refusal.amount > amount || refusal.charge > charge",
  ),
];

/** The stage with a ledger whose guards can be switched off, of the same circuits, bound to the stage's registry. */
export async function mutantLedger(stage: Stage): Promise<Stage> {
  const { abi, bytecode } = await mutantOf(LEDGER, "Ledger", MUTATIONS);
  const keys: string[] = [];
  for (const { packed } of [stage.withdrawalKey, stage.refusalKey])
    keys.push((await deployKey(stage.owner, packed)).address);
  const factory = new ContractFactory(abi, bytecode, stage.owner);
  const contract = await factory.deploy([keys[0]!], [keys[1]!]);
  const { provider } = stage.chain;
  // Only a registry's constructor binds a ledger otherwise.
  await provider.send("hardhat_impersonateAccount", [stage.registry]);
  await provider.send("hardhat_setBalance", [stage.registry, "0xde0b6b3a7640000"]);
  const data = contract.interface.encodeFunctionData("bind");
  await provider.send("eth_sendTransaction", [
    { from: stage.registry, to: await contract.getAddress(), data },
  ]);
  return { ...stage, ledger: await contract.getAddress() };
}

/** A token that says what it is told to. */
export const fickleToken = (stage: Stage, decimals: number) => deploy(stage.owner, "FeedMock", decimals, 1n);
