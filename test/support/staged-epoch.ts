import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { AbiCoder, type Contract, keccak256, toBeHex } from "ethers";
import { circuitIdOf, deployRegistry, openEpoch } from "../../prover/src/chain/registry.ts";
import {
  type BookDomain,
  type Custody,
  readRevocations,
  registerReserves,
  reserveBookAt,
  reserveBookOf,
  signCustody,
  sortedSet,
} from "../../prover/src/chain/reserves.ts";
import type { Submission } from "../../prover/src/chain/submission.ts";
import { FIELD, PUBLIC_SIGNALS } from "../../verifier/src/constants.ts";
import { batchWeight } from "../../verifier/src/encodings/batch.ts";
import { betaChallenge, gammaChallenge } from "../../verifier/src/encodings/challenges.ts";
import { claimsPolynomial } from "../../verifier/src/encodings/totals.ts";
import { deploy, type LocalChain } from "./chain.ts";
import { scalarsFrom, type TrapdoorKey, trapdoorKey, trapdoorProof, trapdoorSetup } from "./trapdoor.ts";

/** A registry on a local chain, its keys' secrets, and everybody who has to do with it. */
export interface Stage {
  readonly chain: LocalChain;
  readonly registry: string;
  /** The registry's reserve book. */
  readonly book: string;
  /** Publishes whatever a test wants. */
  readonly policies: Contract;
  /** Keys of the batch circuits; `batchKey` is the first. */
  readonly batchKeys: readonly TrapdoorKey[];
  readonly batchKey: TrapdoorKey;
  readonly epochKey: TrapdoorKey;
  /** Where free collateral is spent, and the keys of its circuits. */
  readonly ledger: string;
  readonly withdrawalKey: TrapdoorKey;
  readonly refusalKey: TrapdoorKey;
  readonly assets: number;
  readonly policy: { readonly policyHash: bigint; readonly descriptorHash: bigint };
  readonly rowTableHash: bigint;
  /** Tokens of the assets that are read on chain (assets 0, 1, ..). The insurance is held in the first. */
  readonly tokens: readonly Contract[];
  readonly owner: HardhatEthersSigner;
  readonly exchange: HardhatEthersSigner;
  /** The exchange's own address, or that of its contract wallet. */
  readonly exchangeAddress: string;
  readonly relayer: HardhatEthersSigner;
  readonly custody: HardhatEthersSigner;
  readonly insuranceFund: HardhatEthersSigner;
  readonly next: () => bigint;
}

/** Packed keys of real circuits, in place of the stage's own. */
export interface LedgerKeys {
  readonly withdrawal: readonly Uint8Array[];
  readonly refusal: readonly Uint8Array[];
}

export const UNIT_DECIMALS = 8;
/** Of one unit of every row, in 10^-12 of the quote currency. */
export const PRICE = 3n;
export const EVERY_EPOCH = { fromEpoch: 0n, toEpoch: (1n << 64n) - 1n };

/** Tokens have alternately more and fewer decimals than their rows. */
export const tokenDecimals = (asset: number): number => (asset % 2 === 0 ? 18 : 6);

export async function stageRegistry(
  chain: LocalChain,
  {
    assets = 2,
    onChain = 2,
    seed = "stage",
    exchange: wallet = "",
    minimumInterval = 1n,
    circuits = 1,
    ledgerKeys = undefined as LedgerKeys | undefined,
  } = {},
): Promise<Stage> {
  const next = scalarsFrom(seed);
  type Signers = [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  const [owner, exchange, relayer, custody, insuranceFund] = chain.signers as Signers;
  const exchangeAddress = wallet === "" ? exchange.address : wallet;
  const setup = trapdoorSetup(next);
  const batchKeys = Array.from({ length: circuits }, () =>
    trapdoorKey(setup, PUBLIC_SIGNALS.batch.length, next),
  );
  const epochKey = trapdoorKey(setup, PUBLIC_SIGNALS.epoch.length, next);
  const nextOfLedger = scalarsFrom(`${seed} ledger`);
  const withdrawalKey = trapdoorKey(setup, PUBLIC_SIGNALS.withdrawal.length, nextOfLedger);
  const refusalKey = trapdoorKey(setup, PUBLIC_SIGNALS.refusal.length, nextOfLedger);
  const policies = await deploy(owner, "PoliciesMock");
  const { address: registry, ledger } = await deployRegistry(owner, {
    exchange: exchangeAddress,
    owner: owner.address,
    policies: await policies.getAddress(),
    minimumInterval,
    batchKeys: batchKeys.map(({ packed }) => packed),
    epochKeys: [{ packed: epochKey.packed, assets }],
    withdrawalKeys: ledgerKeys?.withdrawal ?? [withdrawalKey.packed],
    refusalKeys: ledgerKeys?.refusal ?? [refusalKey.packed],
  });
  const tokens: Contract[] = [];
  for (let k = 0; k < onChain; k++)
    tokens.push(await deploy(owner, "TokenMock", `ASSET${k}`, tokenDecimals(k)));
  const people = { owner, exchange, exchangeAddress, relayer, custody, insuranceFund };
  const stage = {
    chain,
    registry,
    book: await reserveBookOf(registry, chain.provider),
    policies,
    batchKeys,
    batchKey: batchKeys[0]!,
    epochKey,
    ledger,
    withdrawalKey,
    refusalKey,
    assets,
    policy: { policyHash: next(), descriptorHash: next() },
    rowTableHash: next(),
    tokens,
    ...people,
    next,
  };
  await registerStage(stage);
  return stage;
}

export const domainOf = ({ chain, registry, book }: Stage): BookDomain => ({
  chainId: chain.chainId,
  registry,
  book,
});

/** Registers the stage's tokens, in custody and insurance fund, for all epochs. */
export async function registerStage(stage: Stage): Promise<void> {
  const { custody, insuranceFund, exchange, exchangeAddress, relayer, book } = stage;
  const tokens = await Promise.all(
    stage.tokens.map(async (token, asset) => ({
      token: await token.getAddress(),
      asset,
      insures: asset === 0,
    })),
  );
  const sign = async (signer: HardhatEthersSigner, isInsurance: boolean) =>
    signCustody(signer, domainOf(stage), {
      ...custodyOf(signer, isInsurance),
      revocations: await readRevocations(stage.chain.provider, book, signer.address),
    });
  const accounts = [await sign(custody, false), await sign(insuranceFund, true)];
  if (exchangeAddress === exchange.address) {
    await registerReserves(exchange, book, tokens, accounts);
    return;
  }
  await registerReserves(relayer, book, tokens, accounts, await signOrder(stage, relayer, tokens, accounts));
}

export const custodyOf = (signer: HardhatEthersSigner, isInsurance: boolean): Custody => ({
  account: signer.address,
  isInsurance,
  ...EVERY_EPOCH,
});

/** A signature that orders the next registration; `signer` may be the key of the exchange's wallet. */
export async function signOrder(
  { chain, registry, book }: Stage,
  signer: HardhatEthersSigner,
  ...set: Parameters<typeof sortedSet>
): Promise<string> {
  const contract = await reserveBookAt(book, chain.provider);
  const inputs = contract.interface.getFunction("register")!.inputs.slice(0, 2);
  const content = keccak256(AbiCoder.defaultAbiCoder().encode(inputs, sortedSet(...set)));
  const registrations = await contract.getFunction("registrations").staticCall();
  return signer.signTypedData(
    { name: "Plimsoll ReserveBook", version: "1", chainId: chain.chainId, verifyingContract: book },
    {
      Register: [
        { name: "registry", type: "address" },
        { name: "registrations", type: "uint64" },
        { name: "content", type: "bytes32" },
      ],
    },
    { registry, registrations, content },
  );
}

/** Gives the insurance fund and the custody exactly what `claims` say, rounded up to the tokens' units. */
export async function fund(stage: Stage, claims: readonly bigint[]): Promise<void> {
  const [insurance, ...held] = claims;
  const mint = async (asset: number, to: HardhatEthersSigner, units: bigint): Promise<void> => {
    const have = tokenDecimals(asset);
    const scale = 10n ** BigInt(Math.abs(have - UNIT_DECIMALS));
    const amount = have >= UNIT_DECIMALS ? units * scale : (units + scale - 1n) / scale;
    await (await stage.tokens[asset]!.getFunction("mint").send(to, amount)).wait();
  };
  if (stage.tokens.length > 0) await mint(0, stage.insuranceFund, (insurance! + PRICE - 1n) / PRICE);
  for (const k of stage.tokens.keys()) await mint(k, stage.custody, held[k]!);
}

/** Publishes the stage's policy for a time, with other hashes where given. */
export async function publishAt(
  stage: Stage,
  observationTime: bigint,
  { policyHash, descriptorHash } = stage.policy,
  unitWeight = PRICE,
): Promise<void> {
  const zero = toBeHex(0, 32);
  const collateral = await Promise.all(
    Array.from({ length: stage.assets }, async (_, k) => ({
      token: (await stage.tokens[k]?.getAddress()) ?? toBeHex(0, 20),
      decimals: UNIT_DECIMALS,
      price: PRICE,
      weight: 0n,
      unitWeight,
    })),
  );
  const policy = {
    observationTime,
    nextExpiry: (1n << 64n) - 1n,
    policyHash,
    policyTree: 1n,
    shapeHash: zero,
    riskParametersHash: zero,
    marksHash: zero,
    rowTableHash: toBeHex(stage.rowTableHash, 32),
    collateral,
  };
  await (await stage.policies.getFunction("publish").send(policy, toBeHex(descriptorHash, 32))).wait();
}

/** Opens an epoch whose snapshot is at the opening itself, with its policy, so that it can be attested at once. */
export async function openNow(stage: Stage, epoch: bigint, unitWeight = PRICE): Promise<bigint> {
  const snapshotTime = (await stage.chain.now()) + 100n;
  await stage.chain.setNextTime(snapshotTime);
  await openEpoch(stage.exchange, stage.registry, { epoch, snapshotTime });
  await publishAt(stage, snapshotTime, stage.policy, unitWeight);
  return snapshotTime;
}

export type Draft = Omit<Submission, "epochProof">;

/** What the verifier derives from a submission. Batches without proofs will do. */
export function challengesOf(stage: Stage, draft: Draft, snapshotTime: bigint) {
  const gamma = gammaChallenge({
    chainId: stage.chain.chainId,
    registry: BigInt(stage.registry),
    exchange: BigInt(stage.exchangeAddress),
    epoch: draft.epoch,
    snapshotTime,
    policyHash: draft.policyHash,
    descriptorHash: draft.descriptorHash,
    totalsCommitment: draft.totalsCommitment,
    claims: draft.claims,
    epochCircuitId: draft.epochCircuitId,
    batches: draft.batches,
  });
  const beta = betaChallenge(gamma, draft.weightsCommitment);
  const t = draft.batches.reduce((sum, batch) => (sum + batch.t) % FIELD, 0n);
  const w = draft.batches.reduce((sum, batch, b) => (sum + batchWeight(gamma, b) * batch.w) % FIELD, 0n);
  return { gamma, beta, t, w, rho: claimsPolynomial(draft.claims, gamma) };
}

export function epochSignals(draft: Draft, challenges: ReturnType<typeof challengesOf>): bigint[] {
  const { gamma, beta, t, w, rho } = challenges;
  return [draft.policyHash, draft.totalsCommitment, draft.weightsCommitment, gamma, beta, t, w, rho];
}

/** A submission without proofs, with random commitments and sums; circuits share the batches in turn. */
export function draftEpoch(stage: Stage, epoch: bigint, count: number, claims: readonly bigint[]): Draft {
  const { next } = stage;
  return {
    epoch,
    epochCircuitId: circuitIdOf(stage.epochKey.packed),
    ...stage.policy,
    totalsCommitment: next(),
    weightsCommitment: next(),
    publicHash: next(),
    claims,
    batches: Array.from({ length: count }, (_, b) => ({
      circuitId: circuitIdOf(stage.batchKeys[b % stage.batchKeys.length]!.packed),
      root: next(),
      transcript: next(),
      t: next(),
      w: next(),
      proof: [],
    })),
  };
}

/** Makes every proof of a draft. */
export function proveEpoch(stage: Stage, draft: Draft, snapshotTime: bigint): Submission {
  const challenges = challengesOf(stage, draft, snapshotTime);
  const { gamma, beta } = challenges;
  const batches = draft.batches.map((batch) => {
    const signals = [batch.root, batch.transcript, batch.t, batch.w, gamma, beta];
    const key = stage.batchKeys.find(({ packed }) => circuitIdOf(packed) === batch.circuitId);
    return { ...batch, proof: trapdoorProof(key ?? stage.batchKey, signals, stage.next) };
  });
  const epochProof = trapdoorProof(stage.epochKey, epochSignals(draft, challenges), stage.next);
  return { ...draft, batches, epochProof };
}

/** Opens an epoch and makes a submission that the registry accepts once the claims are funded. */
export async function honestEpoch(
  stage: Stage,
  epoch: bigint,
  count: number,
  claims: readonly bigint[],
): Promise<{ submission: Submission; snapshotTime: bigint }> {
  const snapshotTime = await openNow(stage, epoch);
  return {
    submission: proveEpoch(stage, draftEpoch(stage, epoch, count, claims), snapshotTime),
    snapshotTime,
  };
}
