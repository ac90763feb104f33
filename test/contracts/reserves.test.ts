import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type Contract, type EventLog, toBeHex } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attestEpoch, deployRegistry, readAttestation } from "../../prover/src/chain/registry.ts";
import { readSettledReserves } from "../../prover/src/chain/reserve-readings.ts";
import {
  ATTESTOR_DELAY,
  type Custody,
  NATIVE_TOKEN,
  nameAttestor,
  type ReserveToken,
  readAttestor,
  readLowest,
  readRevocations,
  registerReserves,
  removeAttestor,
  reserveBookAt,
  revokeCustody,
  type SignedStatement,
  sampleReserves,
  signCustody,
  signRevocation,
  signStatement,
} from "../../prover/src/chain/reserves.ts";
import { deploy, type LocalChain, localChain } from "../support/chain.ts";
import { GUARD, mutantStage, switchOff } from "../support/mutant-stage.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import {
  custodyOf,
  domainOf,
  draftEpoch,
  EVERY_EPOCH,
  fund,
  openNow,
  PRICE,
  proveEpoch,
  registerStage,
  type Stage,
  signOrder,
  stageRegistry,
  UNIT_DECIMALS,
} from "../support/staged-epoch.ts";

const ASSETS = 3;
/** Asset 0 in a token of 18 decimals, asset 1 in one of 6 and not a whole unit of it, asset 2 in none. */
const CLAIMS = [3_000n, 1_234_567_890n, 500_000_001n, 0n];

let chain: LocalChain;
let stage: Stage;
let mutant: Stage;
let attestor: HardhatEthersSigner;
let epoch = 0n;
beforeAll(async () => {
  chain = await localChain();
  stage = await stageRegistry(chain, { assets: ASSETS, onChain: 2, seed: "reserves" });
  await fund(stage, CLAIMS);
  attestor = chain.signers[6]!;
  mutant = await mutantStage(stage);
});
afterAll(() => chain.close());

const on = (token: Contract, signer: HardhatEthersSigner): Contract => token.connect(signer) as Contract;
const transfer = async (asset: number, from: HardhatEthersSigner, to: string, amount: bigint, of = stage) => {
  await (await on(of.tokens[asset]!, from).getFunction("transfer").send(to, amount)).wait();
};
const balance = (asset: number, of: HardhatEthersSigner): Promise<bigint> =>
  call(stage.tokens[asset]!, "balanceOf", of.address);
const tokensOf = (of: Stage) =>
  Promise.all(
    of.tokens.map(async (token, asset) => ({ token: await token.getAddress(), asset, insures: asset === 0 })),
  );
const sign = (signer: HardhatEthersSigner, custody: Partial<Custody> = {}, of = stage) =>
  signCustody(signer, domainOf(of), { ...custodyOf(signer, false), ...custody });

/** Attests an epoch of this stage with these claims; what its proofs say is not in question here. */
async function attestOpened(
  snapshotTime: bigint,
  claims: readonly bigint[],
  statements: readonly SignedStatement[] = [],
  of = stage,
): Promise<void> {
  const submission = proveEpoch(of, draftEpoch(of, epoch, 1, claims), snapshotTime);
  await attestEpoch(of.exchange, of.registry, { ...submission, statements });
}

async function attest(claims: readonly bigint[], of = stage): Promise<void> {
  await attestOpened(await openNow(of, ++epoch), claims, [], of);
}

/** An attack that the registry refuses, and the mutant as well, but for the one with this guard off. */
async function attack(guard: number, code: string, run: (of: Stage) => Promise<unknown>): Promise<void> {
  await switchOff(chain);
  await expectRefusal(run(stage), code);
  await expectRefusal(run(mutant), code);
  await switchOff(chain, guard);
  await run(mutant);
  await switchOff(chain);
}

describe("a claim is covered by what the accounts have", () => {
  test("exactly covered, with balances in coarser and finer units than the rows", async () => {
    expect([await balance(0, stage.custody), await balance(1, stage.custody)]).toEqual([
      12_345_678_900_000_000_000n, // 10^-8 to 10^-18
      5_000_001n, // 10^-8 to 10^-6, up
    ]);
    await attest(CLAIMS);
    const recorded = await readAttestation(chain.provider, stage.registry);
    expect(recorded).toMatchObject({ assetsOnChain: 2, assetsVouched: 0 });
  });

  test("one unit more than they have is refused; one less, or nothing, passes (attack row 43)", async () => {
    const short = (k: number, claim: bigint) => attest(CLAIMS.map((one, i) => (i === k ? claim : one)));
    await expectRefusal(short(1, CLAIMS[1]! + 1n), "ReserveTooSmall", { asset: 0n, read: CLAIMS[1] });
    // Custody has 5.000001 of a token that a unit of the row is a hundredth unit of.
    await expectRefusal(short(2, 500_000_101n), "ReserveTooSmall", { asset: 1n, read: 500_000_100n });
    await short(2, 500_000_100n);
    await short(1, CLAIMS[1]! - 1n);
    await expectRefusal(short(1, (1n << 128n) - 1n), "ReserveTooSmall");
    await attest([0n, 0n, 0n, 0n]);
    expect((await readAttestation(chain.provider, stage.registry))?.assetsOnChain).toBe(0);
  });

  test("a wei more in custody between proof and submission voids nothing (attack row 43)", async () => {
    const snapshotTime = await openNow(stage, ++epoch);
    for (const token of stage.tokens) {
      for (const to of [stage.custody, stage.insuranceFund])
        await (await token.getFunction("mint").send(to.address, 1n)).wait();
    }
    await attestOpened(snapshotTime, CLAIMS);
  });

  test("an asset that no contract reads is not covered by the exchange's word", async () => {
    await expectRefusal(attest([3_000n, 1n, 1n, 1n]), "ReserveTooSmall", {
      asset: 2n,
      claimed: 1n,
      read: 0n,
    });
  });

  test("balances of 2^128 and more count as 2^128 - 1 (attack row 43)", async () => {
    const rich = await stageRegistry(chain, { assets: 1, onChain: 1, seed: "rich" });
    await (await rich.tokens[0]!.getFunction("mint").send(rich.custody.address, 1n << 200n)).wait();
    await (await rich.tokens[0]!.getFunction("mint").send(rich.insuranceFund.address, 1n << 200n)).wait();
    const most = (1n << 128n) - 1n;
    await openNow(rich, 1n);
    expect(await readLowest(chain.provider, rich.book)).toMatchObject([{ reserves: most, insurance: most }]);
  });

  test("the chain's own coin is read as a token", async () => {
    const own = await stageRegistry(chain, { assets: 1, onChain: 0, seed: "coin" });
    const accounts = [await sign(own.custody, {}, own)];
    await registerReserves(
      own.exchange,
      own.book,
      [{ token: NATIVE_TOKEN, asset: 0, insures: false }],
      accounts,
    );
    await openNow(own, 1n);
    const [reading] = await readLowest(chain.provider, own.book);
    expect(reading).toEqual({
      token: NATIVE_TOKEN,
      reserves: await chain.provider.getBalance(own.custody.address),
      insurance: 0n,
    });
  });

  test("a token that stops to answer holds nothing, and stops no epoch that doesn't need it", async () => {
    const broken = await stageRegistry(chain, { assets: 2, onChain: 2, seed: "broken" });
    await fund(broken, [0n, 5n, 7n]);
    await chain.provider.send("hardhat_setCode", [await broken.tokens[1]!.getAddress(), "0xfe"]);
    const at = await openNow(broken, 1n);
    const attestWith = (claims: bigint[]) => {
      const submission = proveEpoch(broken, draftEpoch(broken, 1n, 1, claims), at);
      return attestEpoch(broken.exchange, broken.registry, submission);
    };
    await expectRefusal(attestWith([0n, 5n, 1n]), "ReserveTooSmall", { asset: 1n, read: 0n });
    await attestWith([0n, 5n, 0n]);
  });

  test("a token that burns its gas takes no more than a reading may (mutant: no limit)", async () => {
    const burning = await stageRegistry(chain, { assets: 1, onChain: 1, seed: "burning" });
    const without = await mutantStage(burning);
    for (const of of [burning, without]) await openNow(of, 1n);
    // In custody and insurance fund: of gas without a limit, a 64th of a 64th would be left.
    await chain.provider.send("hardhat_setCode", [await burning.tokens[0]!.getAddress(), "0xfe"]);
    const sample = async ({ book }: Stage) => {
      const contract = await reserveBookAt(book, burning.relayer);
      return (await contract.getFunction("sample").send({ gasLimit: 1_000_000n })).wait();
    };
    for (const of of [burning, without]) await sample(of);
    expect(await readLowest(chain.provider, burning.book)).toMatchObject([{ reserves: 0n, insurance: 0n }]);
    await switchOff(chain, GUARD.READ_GAS);
    await expect(sample(without)).rejects.toThrow(/out of gas|reverted/);
    await switchOff(chain);
  });
});

describe("insurance is worth its tokens at the policy's prices and unit weights, rounded down", () => {
  test("a money unit more than they are worth is refused", async () => {
    // 1,000 units of asset 0 in 18 decimals, and a wei that is worth nothing.
    expect(await balance(0, stage.insuranceFund)).toBe(1_000n * 10n ** 10n + 1n);
    const worth = 1_000n * PRICE;
    await expectRefusal(attest([worth + 1n, 0n, 0n, 0n]), "InsuranceTooSmall", {
      claimed: worth + 1n,
      value: worth,
    });
    await attest([worth, 0n, 0n, 0n]);
  });

  test("an asset that margin counts for less insures less, the exchange's own token nothing (attack row 19)", async () => {
    const attestAt = async (unitWeight: bigint, insurance: bigint) =>
      attestOpened(await openNow(stage, ++epoch, unitWeight), [insurance, 0n, 0n, 0n]);
    await expectRefusal(attestAt(0n, 1n), "InsuranceTooSmall", { claimed: 1n, value: 0n });
    await expectRefusal(attestAt(PRICE - 1n, 1_000n * PRICE), "InsuranceTooSmall", {
      value: 1_000n * (PRICE - 1n),
    });
    // Hedges may be worth more to an account than the asset is: the fund has no more than its price.
    await expectRefusal(attestAt(PRICE + 1n, 1_000n * PRICE + 1n), "InsuranceTooSmall");
    await attestAt(PRICE + 1n, 1_000n * PRICE);
  });

  test("tokens that are not listed as insurance, or lie in custody, are none", async () => {
    await (await stage.tokens[1]!.getFunction("mint").send(stage.insuranceFund.address, 10n ** 12n)).wait();
    await expectRefusal(attest([3_001n, 0n, 0n, 0n]), "InsuranceTooSmall");
  });
});

describe("the lowest reading counts", () => {
  test("what left between opening and attestation is missed, and what came is not counted (attack rows 28, 43; mutant: the last reading only)", async () => {
    const amount = 10n ** 10n;
    const opened = await openNow(stage, ++epoch);
    await transfer(0, stage.custody, stage.owner.address, amount);
    await expectRefusal(attestOpened(opened, CLAIMS), "ReserveTooSmall", {
      asset: 0n,
      read: CLAIMS[1]! - 1n,
    });
    await transfer(0, stage.owner, stage.custody.address, amount);
    await attestOpened(opened, CLAIMS);

    // Borrowed after the opening: a flash loan, a deposit to a vault, a friend.
    await transfer(0, stage.custody, stage.owner.address, amount);
    await attack(GUARD.LOWEST, "ReserveTooSmall", async (of) => {
      const at = await openNow(of, ++epoch);
      await transfer(0, stage.owner, stage.custody.address, amount);
      try {
        await attestOpened(at, CLAIMS, [], of);
      } finally {
        await transfer(0, stage.custody, stage.owner.address, amount);
      }
    });
    await transfer(0, stage.owner, stage.custody.address, amount);
  });

  test("anybody's sample in between keeps the lowest, and never raises it", async () => {
    const idle = await stageRegistry(chain, { seed: "idle" });
    await expectRefusal(call(await reserveBookAt(idle.book, idle.relayer), "sample"), "NothingOpen");
    const opened = await openNow(stage, ++epoch);
    const [first] = await readLowest(chain.provider, stage.book);
    await transfer(0, stage.custody, stage.owner.address, 10n ** 10n);
    await sampleReserves(stage.relayer, stage.book);
    await transfer(0, stage.owner, stage.custody.address, 10n ** 10n);
    await (await stage.tokens[0]!.getFunction("mint").send(stage.custody.address, 10n ** 10n)).wait();
    await sampleReserves(stage.relayer, stage.book);
    const [last] = await readLowest(chain.provider, stage.book);
    expect(last).toEqual({ ...first, reserves: first!.reserves - 10n ** 10n });
    await expectRefusal(attestOpened(opened, CLAIMS), "ReserveTooSmall");
    // The next opening starts anew.
    await transfer(0, stage.custody, stage.owner.address, 10n ** 10n);
    await attest(CLAIMS);
  });

  test("both readings in one block are one reading (mutant: blocks not compared)", async () => {
    const { provider } = chain;
    await attack(GUARD.TWO_BLOCKS, "ReadingsInOneBlock", async (of) => {
      // The policy is there before: the opening and the attestation share a block.
      const at = await openNow(of, ++epoch);
      const submission = proveEpoch(of, draftEpoch(of, epoch, 1, CLAIMS), at);
      // The last block but one is the opening's.
      const opened = BigInt((await provider.getBlockNumber()) - 1);
      const [round, word] = await roundOf(of.book, opened);
      const moved = word + (2n << 160n);
      await provider.send("hardhat_setStorageAt", [
        of.book,
        toBeHex(round, 32).replace(/^0x0+/, "0x"),
        toBeHex(moved, 32),
      ]);
      await attestEpoch(of.exchange, of.registry, submission);
    });
  });

  /** The slot of the last opening's set and block, and what is there. */
  async function roundOf(book: string, opened: bigint): Promise<[slot: bigint, word: bigint]> {
    for (let slot = 0n; slot < 12n; slot++) {
      const word = BigInt(await chain.provider.getStorage(book, slot));
      if (word >> 160n === opened) return [slot, word];
    }
    throw new Error("no such slot");
  }

  test("what an epoch was judged by is in the log", async () => {
    const opened = await openNow(stage, ++epoch);
    const [first] = await readLowest(chain.provider, stage.book);
    await transfer(0, stage.custody, stage.owner.address, 10n ** 10n);
    await attestOpened(opened, [0n, CLAIMS[1]! - 1n, 0n, 0n]);
    await transfer(0, stage.owner, stage.custody.address, 10n ** 10n);
    const book = await reserveBookAt(stage.book, chain.provider);
    const last = (await book.queryFilter(book.filters.ReservesRead!(epoch))).at(-1) as EventLog;
    const attestation = (await readAttestation(chain.provider, stage.registry, epoch))!;
    const { attestedAt } = attestation;
    expect(BigInt((await last.getBlock()).timestamp)).toBe(attestedAt);
    const [word] = last.args.getValue("lowest");
    expect(word >> 128n).toBe(first!.reserves - 10n ** 10n);
    expect(word & ((1n << 128n) - 1n)).toBe(first!.insurance);
    // As coverage shows it: in units of the rows, and nothing for an asset under another token.
    const { chainId } = domainOf(stage);
    const tokens = await Promise.all(stage.tokens.map((token) => token.getAddress()));
    const collateral = tokens.map((address) => ({
      decimals: UNIT_DECIMALS,
      tokens: [{ chainId: Number(chainId), address, decimals: 0 }],
    }));
    const read = () => readSettledReserves(chain.provider, stage.registry, attestation, collateral);
    const units = await Promise.all(
      stage.tokens.map(async (token, asset) => {
        const decimals = Number(await call(token, "decimals"));
        const balances = last.args.getValue("lowest")[asset] >> 128n;
        return [asset, (balances * 10n ** BigInt(UNIT_DECIMALS)) / 10n ** BigInt(decimals)] as const;
      }),
    );
    expect([...(await read())]).toEqual(units);
    expect(units[0]![1]).toBeGreaterThanOrEqual(CLAIMS[1]! - 1n);
    collateral[1]!.tokens[0]!.address = stage.custody.address;
    expect([...(await read()).keys()]).toEqual([0]);
    collateral[0]!.tokens[0]!.chainId += 1;
    expect((await read()).size).toBe(0);
    const later = { ...attestation, attestedAt: attestedAt + 1n };
    await expect(readSettledReserves(chain.provider, stage.registry, later, collateral)).rejects.toThrow(
      /came none: ask an endpoint that keeps old blocks/,
    );
  });

  test("an account or token that is registered after the opening counts from the next one on", async () => {
    const late = chain.signers[7]!;
    await (await stage.tokens[0]!.getFunction("mint").send(late.address, 5n * 10n ** 10n)).wait();
    const opened = await openNow(stage, ++epoch);
    const accounts = [
      await sign(stage.custody),
      await sign(stage.insuranceFund, { isInsurance: true }),
      await sign(late),
    ];
    await registerReserves(stage.exchange, stage.book, await tokensOf(stage), accounts);
    const more = CLAIMS.map((claim, k) => (k === 1 ? claim + 5n : claim));
    await expectRefusal(attestOpened(opened, more), "ReserveTooSmall");
    await attest(more);
    await registerStage(stage);
  });
});

describe("accounts consent, for one registry, one role, and some epochs (attack row 28)", () => {
  const register = async (of: Stage, accounts: readonly (Custody & { signature: string })[]) =>
    registerReserves(of.exchange, of.book, await tokensOf(of), accounts);

  test("an address without a signature, with another's, or with one for another book, role or range (mutant: none checked)", async () => {
    const good = await sign(stage.custody);
    const stranger = await sign(stage.relayer);
    const elsewhere = await stageRegistry(chain, { assets: ASSETS, seed: "another exchange" });
    for (const edit of [
      { signature: "0x" },
      { signature: stranger.signature },
      { isInsurance: true },
      { fromEpoch: 1n },
      { toEpoch: 5n },
      { signature: (await sign(stage.custody, {}, elsewhere)).signature },
      { signature: (await sign(stage.custody, {}, { ...stage, registry: elsewhere.registry })).signature },
    ]) {
      await expectRefusal(register(stage, [{ ...good, ...edit }]), "CustodySignatureInvalid", {
        account: stage.custody.address,
      });
    }
    await attack(GUARD.CUSTODY, "CustodySignatureInvalid", (of) =>
      register(of, [{ ...good, signature: "0x" }]),
    );
    await registerStage(stage);
    await registerStage(mutant);
  });

  test("an address twice, or as reserve and as insurance (mutant: order not checked)", async () => {
    await attack(GUARD.ONCE, "AccountsNotAscending", async (of) => {
      const twice = [await sign(stage.custody, {}, of), await sign(stage.custody, { isInsurance: true }, of)];
      await register(of, twice);
    });
    await registerStage(mutant);
  });

  test("a signature whose epochs are over covers nothing (mutant: epochs not compared)", async () => {
    await attack(GUARD.EPOCHS, "ReserveTooSmall", async (of) => {
      const old = { fromEpoch: 0n, toEpoch: epoch };
      const fundOf = await sign(stage.insuranceFund, { isInsurance: true }, of);
      await register(of, [await sign(stage.custody, old, of), fundOf]);
      await attest(CLAIMS, of);
    });
    const backwards = { fromEpoch: 9n, toEpoch: 8n };
    await expectRefusal(register(stage, [await sign(stage.custody, backwards)]), "EpochsOutOfOrder");
    await registerStage(stage);
    await registerStage(mutant);
  });

  test("a contract wallet consents with the key that it has", async () => {
    const wallet = await deploy(stage.owner, "WalletMock", stage.relayer.address);
    const custody: Custody = { account: await wallet.getAddress(), isInsurance: false, ...EVERY_EPOCH };
    await register(stage, [await signCustody(stage.relayer, domainOf(stage), custody)]);
    await expectRefusal(
      register(stage, [await signCustody(stage.owner, domainOf(stage), custody)]),
      "CustodySignatureInvalid",
    );
    await registerStage(stage);
  });

  test("only the exchange registers, or who has its order, once", async () => {
    const tokens = await tokensOf(stage);
    const accounts = [await sign(stage.custody)];
    const by = (signature?: string) =>
      registerReserves(stage.relayer, stage.book, tokens, accounts, signature);
    await expectRefusal(by(), "ExchangeSignatureInvalid");
    await expectRefusal(
      by(await signOrder(stage, stage.relayer, tokens, accounts)),
      "ExchangeSignatureInvalid",
    );
    const order = await signOrder(stage, stage.exchange, tokens, accounts);
    await by(order);
    await expectRefusal(by(order), "ExchangeSignatureInvalid");
    await registerStage(stage);
  });

  test("tokens out of order, without code, with too many decimals; more balances than one reading takes", async () => {
    const [a, b] = (await tokensOf(stage)) as [ReserveToken, ReserveToken];
    const accounts = [await sign(stage.custody)];
    const fine = await deploy(stage.owner, "TokenMock", "FINE", 39);
    const direct = async (tokens: unknown[], list: unknown[] = accounts) =>
      call(await reserveBookAt(stage.book, stage.exchange), "register", tokens, list, "0x");
    for (const [tokens, code] of [
      [[b, a], "TokensNotAscending"],
      [[a, { ...b, asset: 0 }], "TokensNotAscending"],
      [[{ ...a, token: stage.relayer.address }], "TokenUnusable"],
      [[{ ...a, token: await fine.getAddress() }], "TokenUnusable"],
    ] as const) {
      await expectRefusal(direct([...tokens]), code);
    }
    const many = Array.from({ length: 513 }, (_, asset) => ({ ...a, asset }));
    await expectRefusal(direct(many), "SetTooLarge", { readings: 513n, most: 512n });
    // Nothing to read, but more than the code of a contract holds.
    const tooMany = Array.from({ length: 800 }, (_, asset) => ({ ...a, asset }));
    await expectRefusal(direct(tooMany, []), "DataNotStored");
  });

  test("a token of another asset of the policy stands for nothing (mutant: the policy's token not compared)", async () => {
    // Asset 1's claim, covered by the token of asset 0.
    await attack(GUARD.TOKEN, "ReserveTooSmall", async (of) => {
      const [first] = await tokensOf(of);
      const accounts = [await sign(stage.custody, {}, of)];
      await registerReserves(of.exchange, of.book, [{ ...first!, asset: 1, insures: false }], accounts);
      await attest([0n, 0n, 7n, 0n], of);
    });
    await registerStage(stage);
    await registerStage(mutant);
  });
});

describe("an account takes its consent back", () => {
  const everything = (of: Stage) => attest(CLAIMS, of);
  const revoke = (of: Stage, by = stage.custody) => revokeCustody(by, of.book, by.address);
  const signedNow = async (of: Stage, signer: HardhatEthersSigner) =>
    signRevocation(
      signer,
      domainOf(of),
      signer.address,
      await readRevocations(chain.provider, of.book, signer.address),
    );

  test("from the next opening on it is not read; an open epoch goes on (mutant: the set stays)", async () => {
    const opened = await openNow(stage, ++epoch);
    await revoke(stage);
    await sampleReserves(stage.relayer, stage.book);
    await attestOpened(opened, CLAIMS);
    const book = await reserveBookAt(stage.book, chain.provider);
    const event = (await book.queryFilter("CustodyRevoked")).at(-1) as EventLog;
    expect(event.args.toObject()).toEqual({
      account: stage.custody.address,
      data: await call(book, "registered"),
      revocations: 1n,
    });
    await attack(GUARD.REVOKED_SET, "ReserveTooSmall", async (of) => {
      await registerStage(of);
      await revoke(of);
      await everything(of);
    });
    // What the others consented to is read as before.
    const [first] = await readLowest(chain.provider, stage.book);
    expect(first).toMatchObject({ reserves: 0n, insurance: await balance(0, stage.insuranceFund) });
    for (const of of [stage, mutant]) await registerStage(of);
  });

  test("what it signed before is no consent any more (mutant: revocations not signed)", async () => {
    const old = [await sign(stage.custody)];
    await expectRefusal(
      registerReserves(stage.exchange, stage.book, await tokensOf(stage), old),
      "CustodySignatureInvalid",
    );
    const fresh = await stageRegistry(chain, { assets: ASSETS, onChain: 2, seed: "revoked" });
    const without = await mutantStage(fresh);
    const again = async (of: Stage) => {
      const custody = await sign(fresh.custody, {}, of);
      await revoke(of);
      await registerReserves(of.exchange, of.book, await tokensOf(of), [custody]);
    };
    await expectRefusal(again(fresh), "CustodySignatureInvalid");
    await switchOff(chain, GUARD.REVOKED);
    await again(without);
    await switchOff(chain);
    await registerStage(fresh);
  });

  test("anybody sends what it signed, once; a stranger's word is nothing (mutant: nobody asked)", async () => {
    const send = async (of: Stage, signature: string) =>
      revokeCustody(of.relayer, of.book, stage.custody.address, signature);
    await attack(GUARD.REVOKER, "CustodySignatureInvalid", (of) => send(of, "0x"));
    await expectRefusal(
      send(stage, await signRevocation(stage.relayer, domainOf(stage), stage.custody.address)),
      "CustodySignatureInvalid",
      { account: stage.custody.address },
    );
    await expectRefusal(send(stage, await signedNow(mutant, stage.custody)), "CustodySignatureInvalid");
    const good = await signedNow(stage, stage.custody);
    await send(stage, good);
    await expectRefusal(send(stage, good), "CustodySignatureInvalid");
    await expectRefusal(everything(stage), "ReserveTooSmall");
    for (const of of [stage, mutant]) await registerStage(of);
    await everything(stage);
  });

  test("a contract wallet does it with the key that it has, and one that was never read as well", async () => {
    const wallet = await deploy(stage.owner, "WalletMock", stage.relayer.address);
    const account = await wallet.getAddress();
    const before = await call(await reserveBookAt(stage.book, stage.relayer), "registered");
    const signature = await signRevocation(stage.relayer, domainOf(stage), account);
    await revokeCustody(stage.owner, stage.book, account, signature);
    expect(await call(await reserveBookAt(stage.book, stage.relayer), "registered")).toBe(before);
    expect(await readRevocations(chain.provider, stage.book, account)).toBe(1n);
  });
});

describe("named attestors vouch for what no contract reads", () => {
  const vouched = CLAIMS.map((claim, k) => (k === 3 ? 77n : claim));
  const state = (snapshotTime: bigint, edit: object = {}, of = stage, signer = attestor) =>
    signStatement(signer, domainOf(of), {
      epoch,
      snapshotTime,
      rowTableHash: stage.rowTableHash,
      assets: [2],
      amounts: [77n],
      ...edit,
    });
  /** Names an attestor, and lets so much time pass that its word counts. */
  const nameEarly = async (of: Stage, who: HardhatEthersSigner, name: string) => {
    await nameAttestor(of.owner, of.book, who.address, name);
    await chain.setNextTime((await chain.now()) + ATTESTOR_DELAY);
    await chain.provider.send("evm_mine", []);
  };

  test("a statement for the claim, counted as vouched for, and named in the events", async () => {
    await nameEarly(stage, attestor, "A Bank");
    const at = await openNow(stage, ++epoch);
    await expectRefusal(attestOpened(at, vouched), "ReserveTooSmall", { asset: 2n, vouched: 0n });
    await attestOpened(at, vouched, [await state(at)]);
    expect(await readAttestation(chain.provider, stage.registry)).toMatchObject({
      assetsOnChain: 2,
      assetsVouched: 1,
    });
    const book = await reserveBookAt(stage.book, chain.provider);
    const [event] = (await book.queryFilter("ReservesVouched")) as EventLog[];
    expect(event?.args.toObject()).toMatchObject({ epoch, attestor: attestor.address });
    expect(await readAttestor(chain.provider, stage.book, attestor.address)).toMatchObject({
      name: "A Bank",
      from: expect.any(BigInt),
    });
  });

  test("together with what is read, and with other attestors, but not less than the claim", async () => {
    const second = chain.signers[8]!;
    await nameEarly(stage, second, "B Trust");
    const claims = CLAIMS.map((claim, k) => (k === 1 ? claim + 10n : claim));
    const at = await openNow(stage, ++epoch);
    const part = await state(at, { assets: [0], amounts: [4n] });
    const rest = await state(at, { assets: [0], amounts: [6n] }, stage, second);
    await expectRefusal(attestOpened(at, claims, [part]), "ReserveTooSmall", { asset: 0n, vouched: 4n });
    await attestOpened(at, claims, [part, rest]);
    expect(await readAttestation(chain.provider, stage.registry)).toMatchObject({
      assetsOnChain: 1,
      assetsVouched: 1,
    });
  });

  test("a stranger's statement, one for another epoch, time or registry, or changed", async () => {
    const at = await openNow(stage, ++epoch);
    const good = await state(at);
    const refused = (statement: SignedStatement, code: string) =>
      expectRefusal(attestOpened(at, vouched, [statement]), code);
    await refused(await state(at, {}, stage, stage.relayer), "AttestorUnknown");
    await refused({ ...good, amounts: [78n] }, "StatementSignatureInvalid");
    await refused(await state(at, { epoch: epoch - 1n }), "StatementSignatureInvalid");
    await refused(await state(at + 1n), "StatementSignatureInvalid");
    await refused(await state(at, {}, mutant), "StatementSignatureInvalid");
    for (const edit of [
      { assets: [3] },
      { assets: [2, 1], amounts: [77n, 1n] },
      { assets: [2, 2], amounts: [77n, 1n] },
      { amounts: [1n << 128n] },
      { amounts: [] },
    ]) {
      await refused(await state(at, edit), "StatementMalformed");
    }
    await attestOpened(at, vouched, [good]);
  });

  test("one attestor's word does not count twice (mutant: attestors in any order)", async () => {
    await nameEarly(mutant, attestor, "A Bank");
    await attack(GUARD.ATTESTOR_ONCE, "AttestorsNotAscending", async (of) => {
      const at = await openNow(of, ++epoch);
      const half = await state(at, { amounts: [39n] }, of);
      await attestOpened(at, vouched, [half, half], of);
    });
  });

  test("a statement under another row table says something else (mutant: the table not signed)", async () => {
    await attack(GUARD.ROW_TABLE, "StatementSignatureInvalid", async (of) => {
      const at = await openNow(of, ++epoch);
      await attestOpened(at, vouched, [await state(at, { rowTableHash: 0n }, of)], of);
    });
  });

  test("who is named counts for snapshots two days later, to the second (mutant: at once)", async () => {
    const [first, second] = [chain.signers[9]!, chain.signers[10]!];
    const named = (await chain.now()) + 100n;
    await chain.setNextTime(named);
    await nameAttestor(stage.owner, stage.book, first.address, "C Notary");
    await chain.setNextTime(named + 1n);
    await nameAttestor(stage.owner, stage.book, second.address, "D Notary");
    await chain.setNextTime(named + ATTESTOR_DELAY - 100n);
    await chain.provider.send("evm_mine", []);
    const at = await openNow(stage, ++epoch);
    expect(at).toBe(named + ATTESTOR_DELAY);
    await expectRefusal(attestOpened(at, vouched, [await state(at, {}, stage, second)]), "AttestorTooNew", {
      attestor: second.address,
      from: at + 1n,
      snapshotTime: at,
    });
    await attestOpened(at, vouched, [await state(at, {}, stage, first)]);
    expect(await call(await reserveBookAt(stage.book, stage.owner), "ATTESTOR_DELAY")).toBe(ATTESTOR_DELAY);

    const late = chain.signers[11]!;
    for (const of of [stage, mutant]) await nameAttestor(of.owner, of.book, late.address, "Late");
    await attack(GUARD.ATTESTOR_DELAY, "AttestorTooNew", async (of) => {
      const opened = await openNow(of, ++epoch);
      await attestOpened(opened, vouched, [await state(opened, {}, of, late)], of);
    });
  });

  test("a name stays with its address, and who was removed waits again (mutant: names change)", async () => {
    const who = chain.signers[12]!;
    const name = (of: Stage, as: string) => nameAttestor(of.owner, of.book, who.address, as);
    for (const of of [stage, mutant]) await nameEarly(of, who, "E Bank");
    // Neither while it counts, by any name, nor by another name ever.
    await expectRefusal(name(stage, "E Bank"), "AttestorNamedBefore", { name: "E Bank" });
    for (const of of [stage, mutant]) await removeAttestor(of.owner, of.book, who.address);
    expect(await readAttestor(chain.provider, stage.book, who.address)).toEqual({
      name: "E Bank",
      from: undefined,
    });
    await attack(GUARD.RENAMED, "AttestorNamedBefore", (of) => name(of, "Another Bank"));
    await name(stage, "E Bank");
    const at = await openNow(stage, ++epoch);
    await expectRefusal(attestOpened(at, vouched, [await state(at, {}, stage, who)]), "AttestorTooNew");
  });

  test("only the owner names and removes, and who is removed counts no more (mutant: anybody attests)", async () => {
    const asRelayer = await reserveBookAt(stage.book, stage.relayer);
    const refuse = (method: string, ...args: unknown[]) =>
      expectRefusal(call(asRelayer, method, ...args), "OwnableUnauthorizedAccount");
    await refuse("nameAttestor", stage.relayer.address, "Me");
    await refuse("removeAttestor", attestor.address);
    const asOwner = await reserveBookAt(stage.book, stage.owner);
    await expectRefusal(call(asOwner, "nameAttestor", attestor.address, ""), "AttestorUnknown");
    await expectRefusal(call(asOwner, "removeAttestor", stage.relayer.address), "AttestorUnknown");
    for (const of of [stage, mutant]) await removeAttestor(of.owner, of.book, attestor.address);
    await attack(GUARD.ATTESTOR, "AttestorUnknown", async (of) => {
      const at = await openNow(of, ++epoch);
      await attestOpened(at, vouched, [await state(at, {}, of)], of);
    });
  });
});

test("only its registry opens and settles in a book", async () => {
  const book = await reserveBookAt(stage.book, stage.exchange);
  await expectRefusal(call(book, "begin", 1n), "RegistryOnly", { sender: stage.exchange.address });
  const policy = await call<string>(stage.policies, "dataOf", 1n);
  await expectRefusal(call(book, "settle", 1n, 1n, policy, [0n], []), "RegistryOnly");
});

test("a registry without exchange, owner or policies is refused", async () => {
  const [exchange, owner, policies] = [stage.exchange.address, stage.owner.address, stage.relayer.address];
  const config = { exchange, owner, policies, minimumInterval: 1n, batchKeys: [], epochKeys: [] };
  const zero = toBeHex(0, 20);
  for (const missing of [{ exchange: zero }, { policies: zero }])
    await expectRefusal(deployRegistry(stage.owner, { ...config, ...missing }), "AddressMissing");
  await expectRefusal(deployRegistry(stage.owner, { ...config, owner: zero }), "OwnableInvalidOwner");
});
