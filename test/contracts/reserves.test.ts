import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  allowPolicy,
  attestEpoch,
  deployRegistry,
  type Reserve,
  readAttestation,
  registryAt,
} from "../../prover/src/chain/registry.ts";
import { MONEY_DECIMALS } from "../../verifier/src/constants.ts";
import { type LocalChain, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import { draftEpoch, fund, openNow, proveEpoch, type Stage, stageRegistry } from "../support/staged-epoch.ts";

const ASSETS = 4;
/** Insurance with digits below the token's; asset 0 in a finer token; asset 1 in a coarser one, not a whole unit. */
const CLAIMS = [7_000_000_000_001n, 1_234_567_890n, 500_000_001n, 0n, 77n];

let chain: LocalChain;
let stage: Stage;
let epoch = 0n;
beforeAll(async () => {
  chain = await localChain();
  stage = await stageRegistry(chain, { assets: ASSETS, onChain: 2 });
  await fund(stage, CLAIMS);
});
afterAll(() => chain.close());

/** Attests a new epoch with these claims; what its proofs say is not in question here. */
async function attest(claims: readonly bigint[], of = stage): Promise<void> {
  const snapshotTime = await openNow(of, ++epoch);
  const submission = proveEpoch(of, draftEpoch(of, epoch, 1, claims), snapshotTime);
  await attestEpoch(of.exchange, of.registry, submission);
}

const balance = (token: number): Promise<bigint> =>
  call(stage.tokens[token]!, "balanceOf", token === 0 ? stage.insuranceFund.address : stage.custody.address);

describe("a claim is covered by what the account has", () => {
  test("exactly covered, each rounded up to the token's units", async () => {
    expect([await balance(0), await balance(1), await balance(2)]).toEqual([
      7_000_001n, // 10^-12 to 10^-6, up
      12_345_678_900_000_000_000n, // 10^-8 to 10^-18
      5_000_001n, // 10^-8 to 10^-6, up
    ]);
    await attest(CLAIMS);
    const recorded = await readAttestation(chain.provider, stage.registry);
    expect(recorded).toMatchObject({ assetsOnChain: 2, assetsVouched: 1 });
  });

  test("one unit more than the account has is refused: reserves, and insurance by its own name", async () => {
    const [insurance, fine, coarse] = CLAIMS as [bigint, bigint, bigint];
    const short = (k: number, claim: bigint) => attest(CLAIMS.map((one, i) => (i === k ? claim : one)));
    await expectRefusal(short(1, fine + 1n), "ReserveTooSmall", { claim: 1n, actual: await balance(1) });
    await expectRefusal(short(2, coarse + 100n), "ReserveTooSmall", { claim: 2n, claimed: 5_000_002n });
    await expectRefusal(short(0, insurance + 1_000_000n), "InsuranceTooSmall", { claimed: 7_000_002n });
    await expectRefusal(short(1, (1n << 128n) - 1n), "ReserveTooSmall", {
      claimed: ((1n << 128n) - 1n) * 10n ** 10n,
    });
  });

  test("declaring less than one has is fine: a wei sent between proof and submission voids nothing", async () => {
    const snapshotTime = await openNow(stage, ++epoch);
    const submission = proveEpoch(stage, draftEpoch(stage, epoch, 1, CLAIMS), snapshotTime);
    for (const token of stage.tokens) {
      for (const to of [stage.custody, stage.insuranceFund])
        await (await token.getFunction("mint").send(to.address, 1n)).wait();
    }
    await attestEpoch(stage.exchange, stage.registry, submission);
  });

  test("a token that left between proof and submission is missed", async () => {
    const snapshotTime = await openNow(stage, ++epoch);
    const submission = proveEpoch(stage, draftEpoch(stage, epoch, 1, CLAIMS), snapshotTime);
    const token = stage.tokens[1]!.connect(stage.custody) as (typeof stage.tokens)[number];
    await (await token.getFunction("transfer").send(stage.owner.address, 2n)).wait();
    await expectRefusal(attestEpoch(stage.exchange, stage.registry, submission), "ReserveTooSmall", {
      claim: 1n,
    });
    const back = stage.tokens[1]!.connect(stage.owner) as (typeof stage.tokens)[number];
    await (await back.getFunction("transfer").send(stage.custody.address, 1n)).wait();
    await attestEpoch(stage.exchange, stage.registry, submission);
  });

  test("insurance held by the custody is none", async () => {
    const uninsured = await stageRegistry(chain, { assets: ASSETS, onChain: 0, seed: "uninsured" });
    await (await uninsured.tokens[0]!.getFunction("mint").send(uninsured.custody.address, 10n ** 12n)).wait();
    await expectRefusal(attest([1n, 0n, 0n, 0n, 0n], uninsured), "InsuranceTooSmall", {
      actual: 0n,
      claimed: 1n,
    });
    await attest([0n, 1n, 1n, 1n, 1n], uninsured);
    const recorded = await readAttestation(chain.provider, uninsured.registry);
    expect(recorded).toMatchObject({ assetsOnChain: 0, assetsVouched: 4 });
  });
});

describe("a reserve table is told apart from a wrong one", () => {
  const reserve = async (token: number, claim: number, unitDecimals = claim === 0 ? MONEY_DECIMALS : 8) =>
    ({ token: await stage.tokens[token]!.getAddress(), claim, unitDecimals }) satisfies Reserve;
  const register = async (reserves: Reserve[], sender = stage.owner) =>
    call(await registryAt(stage.registry, sender), "registerReserveTable", reserves);

  test("without the insurance first, out of order, or empty", async () => {
    await expectRefusal(register([]), "ReservesNotAscending", { index: 0n });
    await expectRefusal(register([await reserve(0, 1)]), "ReservesNotAscending", { index: 0n });
    const [i, a, b] = [await reserve(0, 0), await reserve(1, 2), await reserve(2, 1)];
    await expectRefusal(register([i, a, b]), "ReservesNotAscending", { index: 2n });
    await expectRefusal(register([i, a, { ...b, claim: 2 }]), "ReservesNotAscending", { index: 2n });
  });

  test("one token for two assets: its balance would count twice", async () => {
    const table = [await reserve(0, 0), await reserve(1, 1), await reserve(1, 2)];
    await expectRefusal(register(table), "ReserveTokenTwice", { token: table[1]!.token });
    // The insurance is on another account, so its token may be an asset too.
    await register([await reserve(0, 0), await reserve(0, 1)]);
  });

  test("decimals that no claim could be scaled by, or an insurance in other than 10^-12", async () => {
    await expectRefusal(register([await reserve(0, 0, 6)]), "ReserveDecimalsUnsupported", {
      unitDecimals: 6n,
    });
    await expectRefusal(
      register([await reserve(0, 0), await reserve(1, 1, 57)]),
      "ReserveDecimalsUnsupported",
    );
    await register([await reserve(0, 0), await reserve(1, 1, 56)]);
  });

  test("a table for an asset that the circuit does not have leaves nothing unread", async () => {
    const wide = [await reserve(0, 0), await reserve(1, ASSETS + 1)];
    const policy = { policyHash: stage.next(), descriptorHash: stage.next() };
    await allowPolicy(stage.owner, stage.registry, policy, wide);
    await expectRefusal(attest(CLAIMS, { ...stage, policy }), "ClaimsMiscounted", {
      expected: BigInt(ASSETS + 2),
    });
  });

  test("by anybody but the owner, who in turn allows no unknown table and no policy hash beyond the field", async () => {
    const table = [await reserve(0, 0)];
    const stranger = stage.relayer;
    await expectRefusal(register(table, stranger), "OwnableUnauthorizedAccount", {
      account: stranger.address,
    });
    const zero = `0x${"0".repeat(64)}`;
    for (const [sender, policyHash, code] of [
      [stranger, 1n, "OwnableUnauthorizedAccount"],
      [stage.owner, 1n, "ReserveTableUnknown"],
      [stage.owner, (1n << 256n) - 1n, "NotInField"],
    ] as const) {
      const registry = await registryAt(stage.registry, sender);
      await expectRefusal(call(registry, "allowPolicy", policyHash, zero, zero), code);
    }
    const asExchange = await registryAt(stage.registry, stage.exchange);
    await expectRefusal(call(asExchange, "disallowPolicy", 1n, zero), "OwnableUnauthorizedAccount");
  });
});

test("one account for insurance and reserves, or no account, is refused at deployment", async () => {
  const [a, b, c] = [stage.exchange.address, stage.custody.address, stage.insuranceFund.address];
  const config = {
    exchange: a,
    owner: stage.owner.address,
    custody: b,
    insuranceFund: c,
    minimumInterval: 1n,
    batchKeys: [],
    epochKeys: [],
  };
  const zero = `0x${"0".repeat(40)}`;
  await expectRefusal(deployRegistry(stage.owner, { ...config, insuranceFund: b }), "InsuranceAmongReserves");
  for (const missing of [{ exchange: zero }, { custody: zero }, { insuranceFund: zero }])
    await expectRefusal(deployRegistry(stage.owner, { ...config, ...missing }), "AddressMissing");
  await expectRefusal(deployRegistry(stage.owner, { ...config, owner: zero }), "OwnableInvalidOwner");
});
