import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type Contract, ContractFactory } from "ethers";
import {
  configurationToAbi,
  deployPolicyRegistry,
  type PolicyConfiguration,
  publishPolicy,
  type SignedPublication,
} from "../../prover/src/chain/policy-registry.ts";
import { endorse, publicationTypedData } from "../../prover/src/chain/policy-typed-data.ts";
import { NO_EXPIRY, type PolicyPublication } from "../../verifier/src/policy/publication.ts";
import { deploy, type LocalChain } from "./chain.ts";
import { type Mutation, mutantOf } from "./mutant.ts";
import { scalarsFrom } from "./trapdoor.ts";

export const TIME_LOCK = 2n * 86_400n;
export const PUBLISH_WITHIN = 3_600;
export const HEARTBEAT = 3_600;
export const GRACE_PERIOD = 1_800;
/** Hundredths of a per cent. */
export const BAND = 200;
/** Price of asset 0 in the decimals of its feed, and of asset 1. */
export const ANSWERS = [60_000n * 10n ** 8n, 10n ** 18n] as const;

/** A policy registry on a local chain with its publishers (ascending, 3 of 5), feeds, and everybody else. */
export interface PolicyStage {
  readonly chain: LocalChain;
  readonly registry: string;
  readonly configuration: PolicyConfiguration;
  /** Of assets 0 and 1. */
  readonly feeds: readonly [Contract, Contract];
  readonly sequencer: Contract;
  readonly owner: HardhatEthersSigner;
  readonly relayer: HardhatEthersSigner;
  readonly publishers: readonly HardhatEthersSigner[];
  readonly next: () => bigint;
}

export async function stagePolicyRegistry(chain: LocalChain, seed = "policy"): Promise<PolicyStage> {
  const [owner, relayer, ...others] = chain.signers as [HardhatEthersSigner, HardhatEthersSigner];
  const publishers = (others as HardhatEthersSigner[])
    .slice(0, 5)
    .sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  const feeds = [
    await deploy(owner, "FeedMock", 8, ANSWERS[0]),
    await deploy(owner, "FeedMock", 18, ANSWERS[1]),
  ] as const;
  const sequencer = await deploy(owner, "FeedMock", 0, 0);
  await wait(sequencer, "set", 0, (await chain.now()) - 86_400n, await chain.now());
  const configuration: PolicyConfiguration = {
    publishers: publishers.map(({ address }) => address),
    threshold: 3,
    riskParametersHash: scalarsFrom("risk parameters")(),
    publishWithin: PUBLISH_WITHIN,
    sequencerFeed: await sequencer.getAddress(),
    gracePeriod: GRACE_PERIOD,
    feeds: await Promise.all(
      feeds.map(async (feed, asset) => ({
        asset,
        aggregator: await feed.getAddress(),
        decimals: asset === 0 ? 8 : 18,
        heartbeat: HEARTBEAT,
        band: BAND,
      })),
    ),
  };
  const { address } = await deployPolicyRegistry(owner, {
    owner: owner.address,
    timeLock: TIME_LOCK,
    configuration,
  });
  const people = { owner, relayer, publishers };
  return { chain, registry: address, configuration, feeds, sequencer, ...people, next: scalarsFrom(seed) };
}

/** Guards that are out of `unguardedRegistry`, each the one that some attack of the tests meets. */
const GUARDS: readonly Mutation[] = [
  { file: "lib/Quorum.sol", from: "seen |= bit;", to: "" },
  { file: "PolicyRegistry.sol", from: "published != address(0)", to: "false" },
  { file: "PolicyRegistry.sol", from: "block.timestamp > deadline", to: "false" },
  {
    file: "PolicyRegistry.sol",
    from: "policy.riskParametersHash != inForce.riskParametersHash",
    to: "false",
  },
  { file: "PolicyRegistry.sol", from: "block.timestamp < from || ", to: "" },
  { file: "lib/SpotFeeds.sol", from: "answer != 0 || startedAt == 0", to: "false" },
  { file: "lib/SpotFeeds.sol", from: "block.timestamp <= startedAt + gracePeriod", to: "false" },
  { file: "lib/SpotFeeds.sol", from: "answer <= 0 || ", to: "" },
  { file: "lib/SpotFeeds.sol", from: "block.timestamp - updatedAt > feed.heartbeat", to: "false" },
  { file: "lib/SpotFeeds.sol", from: "decimals != feed.decimals", to: "false" },
  { file: "lib/SpotFeeds.sol", from: "difference * BAND_UNIT > feed.band * theirs", to: "false" },
];

/**
 * The stage with another registry of the same configuration that lacks the guards above. One mutant for all of them: compiling
 * takes seconds, and the real registry's refusal names the one guard that an attack met.
 */
export async function unguardedRegistry(stage: PolicyStage): Promise<PolicyStage> {
  const { abi, bytecode } = await mutantOf("PolicyRegistry.sol", "PolicyRegistry", GUARDS);
  const factory = new ContractFactory(abi, bytecode, stage.owner);
  const contract = await factory.deploy(
    stage.owner.address,
    TIME_LOCK,
    configurationToAbi(stage.configuration),
  );
  return { ...stage, registry: await contract.getAddress() };
}

/** A policy for a time: three assets, of which the last has neither feed nor token. What it commits to is random. */
export function draftPublication(stage: PolicyStage, observationTime: bigint): PolicyPublication {
  const { next } = stage;
  return {
    observationTime,
    nextExpiry: NO_EXPIRY,
    policyHash: next(),
    policyTree: next(),
    shapeHash: next(),
    riskParametersHash: stage.configuration.riskParametersHash,
    marksHash: next(),
    rowTableHash: next(),
    collateral: [
      // 60,000 for a whole one of 10^8 units, in 10^-12.
      { token: 0x1111n, decimals: 8, price: 600_000_000n, weight: 500_000_000n, unitWeight: 660_000_000n },
      { token: 0x2222n, decimals: 6, price: 1_000_000n, weight: 1_000_000n, unitWeight: 1_000_000n },
      { token: 0n, decimals: 4, price: 37_000_000n, weight: 0n, unitWeight: 0n },
    ],
  };
}

/** The publication signed by these publishers, all but two when none are named. */
export async function signed(
  stage: PolicyStage,
  publication: PolicyPublication,
  {
    by = stage.publishers.slice(0, 3),
    deadline = publication.observationTime + 86_400n,
    registry = stage.registry,
    chainId = stage.chain.chainId,
  }: {
    by?: readonly HardhatEthersSigner[];
    deadline?: bigint;
    registry?: string;
    chainId?: bigint;
  } = {},
): Promise<SignedPublication> {
  const data = publicationTypedData({ chainId, registry }, publication, deadline);
  const endorsements = await Promise.all(by.map((publisher) => endorse(publisher, data)));
  return { publication, deadline, endorsements };
}

/** Sets all feeds to a moment, with the prices of `draftPublication`. */
export async function refresh(stage: PolicyStage, at: bigint): Promise<void> {
  for (const [asset, feed] of stage.feeds.entries()) await wait(feed, "set", ANSWERS[asset], at, at);
}

/** An honest policy for the chain's present time, drafted and signed, with feeds that agree. */
export async function honestPublication(stage: PolicyStage): Promise<SignedPublication> {
  await refresh(stage, await stage.chain.now());
  return signed(stage, draftPublication(stage, await stage.chain.now()));
}

export const publish = (stage: PolicyStage, publication: SignedPublication, sender = stage.relayer) =>
  publishPolicy(sender, stage.registry, publication);

/** Sends a transaction to a contract of the stage and waits for it. */
export async function wait(contract: Contract, method: string, ...args: unknown[]): Promise<void> {
  await (await contract.getFunction(method).send(...args)).wait();
}
