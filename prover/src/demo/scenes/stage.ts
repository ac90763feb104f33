import { join } from "node:path";
import { packKey } from "@plimsoll/verifier/groth16/key.ts";
import { canonicalHash } from "@plimsoll/verifier/policy/canonical.ts";
import { BaseContract, type Contract, ContractFactory, type Wallet } from "ethers";
import { type InstanceArtifacts, instanceArtifacts } from "../../build/artifacts.ts";
import { ROOT } from "../../build/paths.ts";
import { type ContractName, contractArtifact } from "../../chain/artifacts.ts";
import type { PolicyConfiguration } from "../../chain/policy-registry.ts";
import type { RegistryConfig } from "../../chain/registry.ts";
import { type BookDomain, NATIVE_TOKEN, type ReserveToken, reserveBookOf } from "../../chain/reserves.ts";
import type { Submission } from "../../chain/submission.ts";
import { deployRegistries } from "../../deploy/deploy.ts";
import { signingProvider } from "../../deploy/signing-provider.ts";
import { localProver } from "../../pipeline/local-prover.ts";
import type { EpochProver } from "../../pipeline/ports.ts";
import { chosenBackend } from "../../proving/chosen-backend.ts";
import type { Narrator } from "../narrator.ts";
import { BluntWallet } from "./blunt-wallet.ts";
import { GasBook } from "./gas-book.ts";
import { type LocalNetwork, startNetwork } from "./local-network.ts";
import { type People, peopleOf } from "./people.ts";
import { ETH, readTinyExchange, TINY_CIRCUITS, type TinyExchange, USDT } from "./tiny-exchange.ts";
import { Trials } from "./trials.ts";

/** What all scenes share: a chain with both registries, an exchange and everybody around it, and what is noted meanwhile. */
export interface Stage {
  readonly tell: Narrator;
  readonly trials: Trials;
  readonly gas: GasBook;
  readonly network: LocalNetwork;
  readonly people: People;
  /** Some of them as senders that don't ask first. */
  readonly blunt: Readonly<Record<"owner" | "exchange" | "relayer" | "stranger", Wallet>>;
  readonly exchange: TinyExchange;
  readonly circuits: { readonly batch: InstanceArtifacts; readonly epoch: InstanceArtifacts };
  readonly prover: EpochProver;
  readonly policyRegistry: string;
  readonly registry: string;
  /** Its reserve book. */
  readonly book: string;
  readonly bookDomain: BookDomain;
  readonly usdt: Contract;
  /** Says what ETH is worth; the other says whether the sequencer is up. */
  readonly feed: Contract;
  readonly sequencer: Contract;
  readonly configuration: PolicyConfiguration;
  readonly registryConfig: RegistryConfig;
  readonly reserveTokens: readonly ReserveToken[];
  /** What was attested so far, by epoch: whoever cheats may use it again. */
  readonly attested: Map<bigint, Submission>;
  /** Where machines of the operator have their folders. */
  readonly folder: string;
  readonly close: () => Promise<void>;
}

export const HOUR = 3_600n;
export const DAY = 24n * HOUR;
export const MINIMUM_INTERVAL = HOUR;
export const TIME_LOCK = 2n * DAY;
export const ETH_PRICE = 3_000n;
export const FEED_DECIMALS = 8;
const BEGINS = "2026-11-20T07:00:00Z";
const GRACE_PERIOD = 1_800;

export interface StageOptions {
  /** What the ledger takes proofs under; left out, nothing is ever withdrawn. */
  readonly ledgerKeys?: Pick<RegistryConfig, "withdrawalKeys" | "refusalKeys">;
  /** When the chain's time begins (ISO 8601), and the port of its endpoint, any that is free where it is left out. */
  readonly begins?: string;
  readonly port?: number;
  /** Names the folder of the operator's machines: stories that are told at the same time have one each. */
  readonly story?: string;
}

/** Deploys everything through Hardhat Ignition, with development keys of the smallest circuits, and registers nothing yet. */
export async function setStage(
  tell: Narrator,
  { ledgerKeys = {}, begins = BEGINS, port, story = "epochs" }: StageOptions = {},
): Promise<Stage> {
  const network = await startNetwork(begins, port);
  const { provider } = network;
  const people = peopleOf(network);
  const gas = new GasBook(provider);
  const { owner, publishers } = people;
  const usdt = await deployMock(owner, "TokenMock", "USDT", 6);
  const feed = await deployMock(owner, "FeedMock", FEED_DECIMALS, answerFor(ETH_PRICE));
  const sequencer = await deployMock(owner, "FeedMock", 0, 0);
  const started = (await network.now()) - DAY;
  await sendTo(sequencer, "set", 0, started, started);

  const exchange = await readTinyExchange(await usdt.getAddress());
  const circuits = {
    batch: await instanceArtifacts(TINY_CIRCUITS.batch),
    epoch: await instanceArtifacts(TINY_CIRCUITS.epoch),
  };
  const configuration: PolicyConfiguration = {
    publishers: publishers.map(({ address }) => address),
    threshold: 2,
    riskParametersHash: canonicalHash(JSON.parse(exchange.riskParameters)),
    publishWithin: Number(HOUR),
    sequencerFeed: await sequencer.getAddress(),
    gracePeriod: GRACE_PERIOD,
    feeds: [
      {
        asset: ETH,
        aggregator: await feed.getAddress(),
        decimals: FEED_DECIMALS,
        heartbeat: Number(HOUR),
        band: 150,
      },
    ],
  };
  const solvency = {
    exchange: people.exchange.address,
    owner: owner.address,
    minimumInterval: MINIMUM_INTERVAL,
    batchKeys: [packKey(circuits.batch.vkey)],
    epochKeys: [{ packed: packKey(circuits.epoch.vkey), assets: 2 }],
    ...ledgerKeys,
  };
  const deployed = await gas.measure("deploy both registries, the reserve book and two keys", () =>
    deployRegistries({
      provider: signingProvider(provider, owner),
      sender: owner.address,
      deployment: {
        policyRegistry: { owner: owner.address, timeLock: TIME_LOCK, configuration },
        solvencyRegistry: solvency,
      },
    }),
  );
  const [policyRegistry, registry] = [deployed.policyRegistry!, deployed.solvencyRegistry!];
  const book = await reserveBookOf(registry, provider);
  const prover = localProver(chosenBackend());
  return {
    tell,
    trials: new Trials(provider),
    gas,
    network,
    people,
    blunt: bluntly(people),
    exchange,
    circuits,
    prover,
    policyRegistry,
    registry,
    book,
    bookDomain: { chainId: network.chainId, registry, book },
    usdt,
    feed,
    sequencer,
    configuration,
    registryConfig: { ...solvency, policies: policyRegistry },
    reserveTokens: [
      { token: NATIVE_TOKEN, asset: ETH, insures: false },
      { token: await usdt.getAddress(), asset: USDT, insures: true },
    ],
    attested: new Map(),
    folder: join(ROOT, "epochs/scenes", story),
    async close() {
      await prover.close?.();
      await network.close();
    },
  };
}

function bluntly({ owner, exchange, relayer, stranger }: People): Stage["blunt"] {
  return {
    owner: BluntWallet.of(owner),
    exchange: BluntWallet.of(exchange),
    relayer: BluntWallet.of(relayer),
    stranger: BluntWallet.of(stranger),
  };
}

/** A price in whole units of the quote currency, as the feed says it. */
export function answerFor(price: bigint): bigint {
  return price * 10n ** BigInt(FEED_DECIMALS);
}

export async function deployMock(
  deployer: Wallet,
  name: ContractName,
  ...args: unknown[]
): Promise<Contract> {
  const { abi, bytecode } = await contractArtifact(name);
  const contract = await new ContractFactory(abi, bytecode, deployer).deploy(...args);
  await contract.waitForDeployment();
  return BaseContract.from(await contract.getAddress(), abi, deployer) as Contract;
}

/** Calls a contract's function in a transaction, as whoever the contract is connected to. */
export async function sendTo(contract: Contract, method: string, ...args: unknown[]): Promise<void> {
  await (await contract.getFunction(method).send(...args)).wait();
}
