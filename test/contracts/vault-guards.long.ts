// A vault without its guards: what each of them stops works there. With them, the other tests of vaults name each refusal.
import { BaseContract, type Contract, ContractFactory } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalChain, localChain } from "../support/chain.ts";
import { type Mutation, mutantOf } from "../support/mutant.ts";
import { refusalOf, type StagedEpoch } from "../support/staged-ledger.ts";
import {
  attest,
  DAY,
  freshAddress,
  held,
  inPurse,
  inToken,
  NOBODY,
  pass,
  pledge,
  proved,
  requestExit,
  stageVault,
  stateOf,
  TIMES,
  transact,
  UNIT_WEIGHT,
  type VaultStage,
  vaultInterface,
  type Wish,
} from "../support/staged-vault.ts";

const without = (file: string, guard: string, instead = ""): Mutation => ({
  ...{ file: `base/${file}.sol`, from: guard, to: instead },
});

const MUTATIONS: readonly Mutation[] = [
  without("VaultInstant", "if (withdrawal.epoch != newest) revert EpochNotLatest(withdrawal.epoch, newest);"),
  without(
    "VaultInstant",
    "_requireOperator(orderDigest(withdrawal, relay, order), order.deadline, signature);",
  ),
  without("VaultExits", "_requireRecent(pledge.epoch, uint64(block.timestamp));"),
  without("VaultExits", "_requireOperator(approvalDigest(id, most, deadline), deadline, signature);"),
  without("VaultExits", "if (now_ <= exit.deadline) revert DeadlineNotPassed(exit.deadline, now_);"),
  without(
    "VaultExits",
    "if (_owed(id, exit) == 0) revert NothingOwed(exit.key, exit.epoch);\n        (_isFrozen",
    "(_isFrozen",
  ),
  without("VaultExits", "if (exit.state != ExitState.Requested) revert ExitNotRefusable(id, exit.state);"),
  without("VaultExits", "if (msg.sender != pledge.gate) revert GateOnly(pledge.gate, msg.sender);"),
  without(
    "VaultEscape",
    "if (claimed != 0 && claimed != epoch) revert OtherEpochClaimed(key, epoch, claimed);",
  ),
  without("VaultEscape", "if (now_ <= _claimUntil) revert ClaimsStillOpen(_claimUntil, now_);"),
  without("VaultEscape", "if (epoch > _escapeEpoch) revert EpochTooNew(epoch, _escapeEpoch);"),
];

let chain: LocalChain;
let first: VaultStage;
let code: { readonly abi: unknown; readonly bytecode: string };
let epochs = 0n;
beforeAll(async () => {
  // Compiled for tests it is larger than chains take.
  chain = await localChain(undefined, { allowUnlimitedContractSize: true });
  first = await stageVault(chain, "vault guards");
  code = await mutantOf("MarginVault.sol", "MarginVault", MUTATIONS);
});
afterAll(() => chain.close());

interface Unguarded {
  readonly stage: VaultStage;
  /** As the thief calls it. */
  readonly vault: Contract;
  readonly old: StagedEpoch;
  readonly last: StagedEpoch;
}

/** An unguarded vault of its own, with so many units of token 0, and two more epochs. */
async function unguarded(units = 1000n): Promise<Unguarded> {
  const factory = new ContractFactory(code.abi as never, code.bytecode, first.owner);
  const deployed = await factory.deploy(first.registry, first.operator.address, TIMES);
  await deployed.waitForDeployment();
  const address = await deployed.getAddress();
  const vault = BaseContract.from(address, await vaultInterface(), first.owner) as Contract;
  const stage = { ...first, vault, address };
  await transact(first.tokens[0]!, "mint", [address, inToken(0, units)]);
  const [old, last] = [await attest(stage, ++epochs), await attest(stage, ++epochs)];
  return { stage, vault: vault.connect(first.thief) as Contract, old, last };
}

const wish = (part: Partial<Wish> = {}): Wish => ({
  ...{ key: first.next(), amount: 100n, recipient: freshAddress(first) },
  ...part,
});
const order = async () => ({ paidBefore: 0n, deadline: (await chain.now()) + DAY });

describe("without its guard", () => {
  test("an instant withdrawal takes what was free at an old root, and asks no operator", async () => {
    const { stage, vault, old } = await unguarded();
    const w = proved(stage, old, "Withdraw", wish());
    await transact(vault, "withdraw", [w, NOBODY, await order(), "0x"]);
    expect(await held(stage, 0, w.recipient)).toBe(inToken(0, 100n));
  });

  test("anybody approves an exit that the operator was about to refuse", async () => {
    const { stage, vault, old } = await unguarded();
    const w = proved(stage, old, "Exit", wish());
    const id = await requestExit(stage, w);
    await transact(vault, "approveExit", [id, 1n << 200n, 0n, "0x"]);
    expect(await inPurse(stage, 0, w.recipient)).toBe(inToken(0, 100n));
  });

  test("a vault freezes before the operator had its time, and by an exit that owes nothing", async () => {
    const { stage, vault, old } = await unguarded();
    const w = proved(stage, old, "Exit", wish());
    const id = await requestExit(stage, w);
    // The account is paid what it asked for at once: nothing is owed by the exit any more.
    const paid = proved(stage, old, "Withdraw", { ...w, amount: w.amount, charge: w.charge });
    await transact(vault, "withdraw", [paid, NOBODY, await order(), "0x"]);
    await transact(vault, "freeze", [id]);
    expect((await vault.getFunction("escape").staticCall()).isFrozen).toBe(true);
  });

  test("an answered exit is refused again, for ever", async () => {
    const { stage, vault, old, last } = await unguarded();
    const w = proved(stage, old, "Exit", wish());
    const id = await requestExit(stage, w);
    const denial = { key: w.key, asset: 0, amount: 100n, charge: 100n * UNIT_WEIGHT };
    await transact(vault, "refuse", [id, refusalOf(stage, last, denial)]);
    const answer = proved(stage, last, "Answer", wish({ key: w.key, recipient: w.recipient, exit: id }));
    await transact(vault, "answer", [id, answer, NOBODY]);
    expect(await stateOf(stage, id)).toBe("Answered");
    const next = await attest(stage, ++epochs);
    await transact(vault, "refuse", [id, refusalOf(stage, next, denial)]);
    expect(await stateOf(stage, id)).toBe("Refused");
  });

  test("a pledge of an account that was emptied long ago exits, for a thief who is no gate of it", async () => {
    const { stage, vault, old } = await unguarded();
    const id = await pledge(stage, old, wish());
    await pass(chain, TIMES.maxRootAge + DAY);
    await attest(stage, ++epochs);
    await transact(vault, "requestPledgeExit", [id]);
    const exit = await stage.vault.getFunction("exits").staticCall();
    expect(await stateOf(stage, exit)).toBe("Requested");
  });

  test("an escape counts two leaves of one account, pays before all have claimed, and takes epochs after the freeze", async () => {
    const { stage, vault, old, last } = await unguarded(150n);
    await transact(vault, "freeze", [
      await requestExit(stage, proved(stage, old, "Exit", wish({ amount: 1n }))),
    ]);
    const key = first.next();
    const claim = async (against: StagedEpoch, amount: bigint) => {
      const w = proved(stage, against, "Claim", wish({ key, amount, charge: amount * UNIT_WEIGHT }));
      await transact(vault, "registerClaim", [w, NOBODY]);
      return { id: (await stage.vault.getFunction("claims").staticCall()) as bigint, w };
    };
    const one = await claim(last, 100n);
    await transact(vault, "payClaim", [one.id]);
    expect(await inPurse(stage, 0, one.w.recipient)).toBe(inToken(0, 100n));
    await claim(old, 200n);
    const after = await attest(stage, ++epochs);
    await claim(after, 300n);
    expect(await stage.vault.getFunction("claims").staticCall()).toBe(3n);
  });
});
