import type {
  PolicyPublication,
  PublishedCollateral,
  PublishedPolicy,
} from "@plimsoll/verifier/policy/publication.ts";
import {
  Contract,
  ContractFactory,
  type ContractRunner,
  Interface,
  type Provider,
  type Signer,
  toBeHex,
} from "ethers";
import { contractArtifact } from "./artifacts.ts";
import { withWords } from "./errors.ts";
import { type Endorsement, publicationToAbi } from "./policy-typed-data.ts";
import { type SentTransaction, send } from "./sending.ts";

/** A feed of Chainlink's interface that an asset's price must agree with: IPolicyRegistry.Feed. */
export interface PriceFeed {
  readonly asset: number;
  readonly aggregator: string;
  readonly decimals: number;
  /** Seconds. */
  readonly heartbeat: number;
  /** In hundredths of a per cent. */
  readonly band: number;
}

/** What changes behind the time lock only: IPolicyRegistry.Configuration. Addresses in any order are sorted here. */
export interface PolicyConfiguration {
  readonly publishers: readonly string[];
  readonly threshold: number;
  readonly riskParametersHash: bigint;
  /** Seconds. */
  readonly publishWithin: number;
  /** None on a chain without a sequencer. */
  readonly sequencerFeed?: string;
  readonly gracePeriod: number;
  readonly feeds: readonly PriceFeed[];
}

export interface PolicyRegistryConfig {
  readonly owner: string;
  /** Seconds. */
  readonly timeLock: bigint;
  readonly configuration: PolicyConfiguration;
}

/** A publication with its signatures, as `publish` takes it. */
export interface SignedPublication {
  readonly publication: PolicyPublication;
  /** Seconds since 1970. */
  readonly deadline: bigint;
  readonly endorsements: readonly Endorsement[];
}

/** Throws RegistryError when the registry refuses the configuration. */
export async function deployPolicyRegistry(
  deployer: Signer,
  { owner, timeLock, configuration }: PolicyRegistryConfig,
): Promise<{ address: string; gasUsed: bigint }> {
  const { abi, bytecode } = await contractArtifact("PolicyRegistry");
  const factory = new ContractFactory(abi, bytecode, deployer);
  const contract = await withWords(factory.interface, () =>
    factory.deploy(owner, timeLock, configurationToAbi(configuration)),
  );
  const receipt = await contract.deploymentTransaction()!.wait();
  return { address: await contract.getAddress(), gasUsed: receipt!.gasUsed };
}

/** Publishes; anybody may. Throws RegistryError with the registry's reason. */
export async function publishPolicy(
  sender: Signer,
  registry: string,
  signed: SignedPublication,
): Promise<SentTransaction> {
  return send(await policyRegistryAt(registry, sender), "publish", publishArguments(signed));
}

/** What publishing would cost, in gas, without sending it. Throws as `publishPolicy` does. */
export async function estimatePublishing(
  sender: Signer,
  registry: string,
  signed: SignedPublication,
): Promise<bigint> {
  const contract = await policyRegistryAt(registry, sender);
  return withWords(contract.interface, () =>
    contract.getFunction("publish").estimateGas(...publishArguments(signed)),
  );
}

/** Starts the time lock of another configuration. */
export async function proposeConfiguration(
  owner: Signer,
  registry: string,
  configuration: PolicyConfiguration,
): Promise<SentTransaction> {
  return send(await policyRegistryAt(registry, owner), "propose", [configurationToAbi(configuration)]);
}

/** Puts the proposed configuration in force, once its time lock has passed. */
export async function enactConfiguration(
  owner: Signer,
  registry: string,
  configuration: PolicyConfiguration,
): Promise<SentTransaction> {
  return send(await policyRegistryAt(registry, owner), "enact", [configurationToAbi(configuration)]);
}

/** The policy of an observation time with its collateral table, or null when none was published. */
export async function readPolicy(
  provider: Provider,
  registry: string,
  observationTime: bigint,
): Promise<PublishedPolicy | null> {
  const contract = await policyRegistryAt(registry, provider);
  const read = (method: string) =>
    withWords(contract.interface, () => contract.getFunction(method).staticCall(observationTime));
  try {
    const [record, collateral] = await Promise.all([read("policyAt"), read("collateralTable")]);
    return publishedOf(record, collateral);
  } catch (error) {
    if ((error as { code?: unknown }).code === "NotPublished") return null;
    throw error;
  }
}

/** The collateral table of an observation time: an asset's place in it is its number. Throws RegistryError when none was published. */
export async function readCollateral(
  provider: Provider,
  registry: string,
  observationTime: bigint,
): Promise<PublishedCollateral[]> {
  const contract = await policyRegistryAt(registry, provider);
  const table: Decoded[] = await withWords(contract.interface, () =>
    contract.getFunction("collateralTable").staticCall(observationTime),
  );
  return table.map(collateralOf);
}

/** The registry as an ethers contract, for what has no function here. */
export async function policyRegistryAt(registry: string, runner: ContractRunner): Promise<Contract> {
  const { abi } = await contractArtifact("PolicyRegistry");
  return new Contract(registry, new Interface(abi), runner);
}

/** As the contract takes it: publishers ascending, no sequencer feed as address 0. */
export function configurationToAbi(configuration: PolicyConfiguration): Record<string, unknown> {
  const ascending = (a: string, b: string) => (BigInt(a) < BigInt(b) ? -1 : 1);
  return {
    ...configuration,
    publishers: [...configuration.publishers].sort(ascending),
    riskParametersHash: toBeHex(configuration.riskParametersHash, 32),
    sequencerFeed: configuration.sequencerFeed ?? toBeHex(0, 20),
    feeds: [...configuration.feeds].sort((a, b) => a.asset - b.asset),
  };
}

function publishArguments({ publication, deadline, endorsements }: SignedPublication): unknown[] {
  return [publicationToAbi(publication), deadline, endorsements];
}

type Decoded = Readonly<Record<string, bigint | string>>;

function publishedOf(record: Decoded, collateral: readonly Decoded[]): PublishedPolicy {
  return {
    policyHash: BigInt(record.policyHash!),
    descriptorHash: BigInt(record.descriptorHash!),
    policyTree: BigInt(record.policyTree!),
    shapeHash: BigInt(record.shapeHash!),
    rowTableHash: BigInt(record.rowTableHash!),
    observationTime: BigInt(record.observationTime!),
    publishedAt: BigInt(record.publishedAt!),
    nextExpiry: BigInt(record.nextExpiry!),
    configuration: Number(record.configuration),
    collateral: collateral.map(collateralOf),
  };
}

function collateralOf(record: Decoded): PublishedCollateral {
  return {
    token: BigInt(record.token!),
    decimals: Number(record.decimals),
    price: BigInt(record.price!),
    weight: BigInt(record.weight!),
    unitWeight: BigInt(record.unitWeight!),
  };
}
