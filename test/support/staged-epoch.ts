import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { Contract } from "ethers";
import {
  allowPolicy,
  circuitIdOf,
  deployRegistry,
  openEpoch,
  type Reserve,
} from "../../prover/src/chain/registry.ts";
import type { Submission } from "../../prover/src/chain/submission.ts";
import { FIELD, MONEY_DECIMALS, PUBLIC_SIGNALS } from "../../verifier/src/constants.ts";
import { batchWeight } from "../../verifier/src/encodings/batch.ts";
import { betaChallenge, gammaChallenge } from "../../verifier/src/encodings/challenges.ts";
import { claimsPolynomial } from "../../verifier/src/encodings/totals.ts";
import { deploy, type LocalChain } from "./chain.ts";
import { scalarsFrom, type TrapdoorKey, trapdoorKey, trapdoorProof, trapdoorSetup } from "./trapdoor.ts";

/** A registry on a local chain, its keys' secrets, and everybody who has to do with it. */
export interface Stage {
  readonly chain: LocalChain;
  readonly registry: string;
  /** Keys of the batch circuits; `batchKey` is the first. */
  readonly batchKeys: readonly TrapdoorKey[];
  readonly batchKey: TrapdoorKey;
  readonly epochKey: TrapdoorKey;
  readonly assets: number;
  readonly policy: { readonly policyHash: bigint; readonly descriptorHash: bigint };
  /** Token of the insurance, then of the assets that are read on chain (assets 0, 1, ..). */
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

export const INSURANCE_DECIMALS = 6;
export const UNIT_DECIMALS = 8;

/** Tokens have alternately more and fewer decimals than their rows. */
export const tokenDecimals = (asset: number): number => (asset % 2 === 0 ? 18 : 6);

export async function stageRegistry(
  chain: LocalChain,
  { assets = 2, onChain = 1, seed = "stage", exchange: wallet = "", minimumInterval = 1n, circuits = 1 } = {},
): Promise<Stage> {
  const next = scalarsFrom(seed);
  const [owner, exchange, relayer, custody, insuranceFund] = chain.signers as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  const exchangeAddress = wallet === "" ? exchange.address : wallet;
  const setup = trapdoorSetup(next);
  const batchKeys = Array.from({ length: circuits }, () =>
    trapdoorKey(setup, PUBLIC_SIGNALS.batch.length, next),
  );
  const batchKey = batchKeys[0]!;
  const epochKey = trapdoorKey(setup, PUBLIC_SIGNALS.epoch.length, next);
  const { address: registry } = await deployRegistry(owner, {
    exchange: exchangeAddress,
    owner: owner.address,
    custody: custody.address,
    insuranceFund: insuranceFund.address,
    minimumInterval,
    batchKeys: batchKeys.map(({ packed }) => packed),
    epochKeys: [{ packed: epochKey.packed, assets }],
  });
  const tokens = [await deploy(owner, "TokenMock", "QUOTE", INSURANCE_DECIMALS)];
  for (let k = 0; k < onChain; k++)
    tokens.push(await deploy(owner, "TokenMock", `ASSET${k}`, tokenDecimals(k)));
  const reserves: Reserve[] = await Promise.all(
    tokens.map(async (token, claim) => ({
      token: await token.getAddress(),
      claim,
      unitDecimals: claim === 0 ? MONEY_DECIMALS : UNIT_DECIMALS,
    })),
  );
  const policy = { policyHash: next(), descriptorHash: next() };
  await allowPolicy(owner, registry, policy, reserves);
  const people = { owner, exchange, exchangeAddress, relayer, custody, insuranceFund };
  return { chain, registry, batchKeys, batchKey, epochKey, assets, policy, tokens, ...people, next };
}

/** Gives the insurance fund and the custody exactly what `claims` say, rounded up to the tokens' units. */
export async function fund(stage: Stage, claims: readonly bigint[]): Promise<void> {
  for (const [k, token] of stage.tokens.entries()) {
    const [to, have, unit] =
      k === 0
        ? [stage.insuranceFund, INSURANCE_DECIMALS, MONEY_DECIMALS]
        : [stage.custody, tokenDecimals(k - 1), UNIT_DECIMALS];
    const claim = claims[k]!;
    const scale = 10n ** BigInt(Math.abs(have - unit));
    const amount = have >= unit ? claim * scale : (claim + scale - 1n) / scale;
    await (await token.getFunction("mint").send(to, amount)).wait();
  }
}

/** Opens an epoch whose snapshot is at the opening itself, so that it can be attested at once. */
export async function openNow(stage: Stage, epoch: bigint): Promise<bigint> {
  const snapshotTime = (await stage.chain.now()) + 100n;
  await stage.chain.setNextTime(snapshotTime);
  await openEpoch(stage.exchange, stage.registry, { epoch, snapshotTime });
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
