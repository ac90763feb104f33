// What comes in, and who may name the operator and stop deposits.
import type { Contract } from "ethers";
import { AbiCoder, Interface, toBeHex } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contractArtifact } from "../../prover/src/chain/artifacts.ts";
import { errorsWithoutWords } from "../../prover/src/chain/errors.ts";
import { registerReserves, reserveBookAt } from "../../prover/src/chain/reserves.ts";
import { FIELD } from "../../verifier/src/constants.ts";
import { deploy, type LocalChain, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import { EVERY_EPOCH } from "../support/staged-epoch.ts";
import { NATIVE } from "../support/staged-ledger.ts";
import {
  attest,
  deployVault,
  deposit,
  held,
  stageVault,
  TIMES,
  transact,
  type VaultStage,
} from "../support/staged-vault.ts";

let chain: LocalChain;
let stage: VaultStage;
let vault: Contract;
beforeAll(async () => {
  chain = await localChain();
  stage = await stageVault(chain, "vault deposits");
  vault = stage.vault.connect(stage.alice) as Contract;
});
afterAll(() => chain.close());

/** Deposits a token of no stage, minted and approved before. */
async function strange(name: "HostileTokenMock" | "SilentTokenMock", amount: bigint): Promise<Contract> {
  const args = name === "SilentTokenMock" ? [6] : ["ODD", 6];
  const token = (await deploy(stage.alice, name, ...args)) as Contract;
  await transact(token, "mint", [stage.alice.address, amount]);
  await transact(token, "approve", [stage.address, amount]);
  return token;
}

describe("before anything is attested", () => {
  test("takes tokens with and without a return value, and the chain's own coin", async () => {
    await deposit(stage, 0, 500n);
    await deposit(stage, 2, 300n);
    const token = await strange("SilentTokenMock", 9n);
    await transact(vault, "deposit", [token, 9n, 1n]);
    expect(await held(stage, 0, stage.address)).toBe(500n);
    expect(await held(stage, 2, stage.address)).toBe(300n);
    expect(await call(token, "balanceOf", stage.address)).toBe(9n);
  });

  test("refuses a token that takes a fee", async () => {
    const token = await strange("HostileTokenMock", 100n);
    await transact(token, "setFee", [1n]);
    const fields = { amount: 100n, before: 0n, balance: 99n };
    await expectRefusal(transact(vault, "deposit", [token, 100n, 1n]), "DepositMismatch", fields);
  });

  test("refuses a token that says no instead of reverting", async () => {
    const token = await strange("HostileTokenMock", 100n);
    await transact(token, "setRefusing", [true]);
    await expectRefusal(transact(vault, "deposit", [token, 100n, 1n]), "SafeERC20FailedOperation");
  });

  test("a token that re-enters a deposit is not let in, so one transfer counts once", async () => {
    const token = await strange("HostileTokenMock", 100n);
    const inner = vault.interface.encodeFunctionData("deposit", [await token.getAddress(), 50n, 1n]);
    await transact(token, "callNext", [stage.address, inner]);
    await transact(vault, "deposit", [token, 50n, 1n]);
    expect(await call(token, "callSucceeded")).toBe(false);
    expect(vault.interface.parseError(await call(token, "callAnswer"))?.name).toBe(
      "ReentrancyGuardReentrantCall",
    );
  });

  test("refuses an owner that is none", async () => {
    for (const owner of [0n, FIELD, FIELD + 1n])
      await expectRefusal(transact(vault, "deposit", [stage.tokens[0], 1n, owner]), "OwnerInvalid", {
        owner,
      });
  });

  test("refuses nothing, no token, and coins that don't fit", async () => {
    const { thief, tokens } = stage;
    const [token] = tokens;
    await expectRefusal(transact(vault, "deposit", [token, 0n, 1n]), "NothingDeposited");
    await expectRefusal(transact(vault, "deposit", [thief.address, 1n, 1n]), "TokenWithoutCode");
    await expectRefusal(transact(vault, "deposit", [NATIVE, 5n, 1n]), "CoinMismatch", {
      amount: 5n,
      came: 0n,
    });
    const both = call(vault, "deposit", token, 5n, 1n, { value: 5n });
    await expectRefusal(both, "CoinMismatch", { amount: 0n, came: 5n });
    await expect(stage.alice.sendTransaction({ to: stage.address, value: 1n })).rejects.toThrow();
  });
});

test("once there is a policy, refuses a token that it doesn't list: nothing would pay it out", async () => {
  await attest(stage, 1n);
  const token = await strange("HostileTokenMock", 100n);
  await expectRefusal(transact(vault, "deposit", [token, 100n, 1n]), "TokenNotListed", { epoch: 1n });
  await deposit(stage, 1, 70n);
  expect(await held(stage, 1, stage.address)).toBe(70n);
});

test("a pause stops deposits, until it ends", async () => {
  const exchange = vault.connect(stage.exchange) as Contract;
  await expectRefusal(transact(vault, "pauseDeposits", [true]), "ExchangeOnly");
  await transact(exchange, "pauseDeposits", [true]);
  await expectRefusal(transact(vault, "deposit", [stage.tokens[0], 1n, 1n]), "DepositsArePaused");
  await transact(exchange, "pauseDeposits", [false]);
  await deposit(stage, 0, 1n);
});

test("the exchange alone names the operator", async () => {
  await expectRefusal(transact(vault, "nameOperator", [stage.thief.address]), "ExchangeOnly");
  const exchange = vault.connect(stage.exchange) as Contract;
  await transact(exchange, "nameOperator", [stage.bob.address]);
  expect(await call(vault, "operator")).toBe(stage.bob.address);
  await transact(exchange, "nameOperator", [stage.operator.address]);
});

test("times that hurry somebody, or never end, are refused", async () => {
  const bounds = { response: [1n, 30n], answer: [1n, 30n], claim: [7n, 90n], maxRootAge: [7n, 365n] };
  for (const [name, [least, most]] of Object.entries(bounds)) {
    for (const time of [least! * 86_400n - 1n, most! * 86_400n + 1n]) {
      const deployed = deployVault(stage, stage.operator.address, { ...TIMES, [name]: time });
      await expect(deployed, name).rejects.toThrow("TimeOutOfRange");
    }
    await deployVault(stage, stage.operator.address, { ...TIMES, [name]: most! * 86_400n });
  }
});

describe("consents to be read as custody by its registry's book, and to nothing else", () => {
  const { fromEpoch, toEpoch } = EVERY_EPOCH;
  const consent = (...epochs: bigint[]) =>
    AbiCoder.defaultAbiCoder().encode(
      epochs.map(() => "uint256"),
      epochs,
    );
  const MAGIC = "0x1626ba7e";

  test("in the role and for the epochs that it is asked about", async () => {
    const book = await reserveBookAt(stage.book, chain.provider);
    const digest = await call<string>(book, "custodyDigest", stage.address, false, fromEpoch, toEpoch);
    const insurance = await call<string>(book, "custodyDigest", stage.address, true, fromEpoch, toEpoch);
    const other = await call<string>(book, "custodyDigest", stage.alice.address, false, fromEpoch, toEpoch);
    const check = (hash: string, signature: string) => call(vault, "isValidSignature", hash, signature);
    expect(await check(digest, consent(fromEpoch, toEpoch))).toBe(MAGIC);
    expect(await check(insurance, consent(fromEpoch, toEpoch))).not.toBe(MAGIC);
    expect(await check(other, consent(fromEpoch, toEpoch))).not.toBe(MAGIC);
    expect(await check(digest, consent(fromEpoch, toEpoch - 1n))).not.toBe(MAGIC);
    expect(await check(digest, consent(fromEpoch, (1n << 64n) | toEpoch))).not.toBe(MAGIC);
    expect(await check(digest, consent(fromEpoch))).not.toBe(MAGIC);
    expect(await check(toBeHex(1n, 32), consent(fromEpoch, toEpoch))).not.toBe(MAGIC);
  });

  test("so the exchange registers it, and its balances are reserves", async () => {
    const account = { account: stage.address, isInsurance: false, ...EVERY_EPOCH };
    const tokens = [{ token: stage.rows[0]!.token, asset: 0, insures: false }];
    await registerReserves(stage.exchange, stage.book, tokens, [
      { ...account, signature: consent(fromEpoch, toEpoch) },
    ]);
    await attest(stage, 2n);
    const book = await reserveBookAt(stage.book, chain.provider);
    const [reading] = await call<{ reserves: bigint }[]>(book, "lowest");
    expect(reading!.reserves).toBe(await held(stage, 0, stage.address));
  });
});

test("all errors have words", async () => {
  // Of libraries, and never reached: strings too long for a domain, and clones that are made of nothing or too much.
  const unreachable = [
    "InvalidShortString",
    "StringTooLong",
    "CloneArgumentsTooLong",
    "Create2EmptyBytecode",
  ];
  for (const name of ["MarginVault", "Purse"] as const) {
    const without = errorsWithoutWords(new Interface((await contractArtifact(name)).abi));
    expect(without.filter((error) => !unreachable.includes(error))).toEqual([]);
  }
});
