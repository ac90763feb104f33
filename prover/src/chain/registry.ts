import type { Attestation } from "@plimsoll/verifier/check/attestation.ts";
import {
  Contract,
  ContractFactory,
  type ContractRunner,
  type ErrorFragment,
  Interface,
  keccak256,
  type Provider,
  type Signer,
  toBeHex,
} from "ethers";
import { contractArtifact } from "./artifacts.ts";
import { withWords } from "./errors.ts";
import { keyCreation } from "./key-code.ts";
import { type Call, type SentTransaction, sendCall } from "./sending.ts";
import { type Opening, type Submission, submissionToAbi } from "./submission.ts";

/** What a registry is made of. Addresses are 0x hex; keys are packed (see VerificationKeys.sol). */
export interface RegistryConfig {
  readonly exchange: string;
  readonly owner: string;
  /** The policy registry that its publishers sign for. */
  readonly policies: string;
  /** Least seconds between two openings. */
  readonly minimumInterval: bigint;
  readonly batchKeys: readonly Uint8Array[];
  readonly epochKeys: readonly { readonly packed: Uint8Array; readonly assets: number }[];
  /** Of the ledger's circuits. Without them nothing can be withdrawn on this registry's attestations, ever. */
  readonly withdrawalKeys?: readonly Uint8Array[];
  readonly refusalKeys?: readonly Uint8Array[];
}

export interface DeployedRegistry {
  readonly address: string;
  readonly ledger: string;
  /** Addresses of the data contracts: batch keys, epoch keys, withdrawal keys, refusal keys. */
  readonly keys: readonly string[];
  readonly gasUsed: bigint;
}

/** What the chain recorded, and how many assets it read itself. */
export interface RecordedAttestation extends Attestation {
  readonly assetsOnChain: number;
  readonly assetsVouched: number;
}

/** circuitId of a packed key: keccak256 of its words. */
export function circuitIdOf(packed: Uint8Array): bigint {
  return BigInt(keccak256(packed));
}

/** Puts a key on chain as the code of a data contract, with a STOP before it. Returns the address. */
export async function deployKey(
  deployer: Signer,
  packed: Uint8Array,
): Promise<{ address: string; gasUsed: bigint }> {
  const receipt = await (await deployer.sendTransaction({ data: keyCreation(packed) })).wait();
  if (!receipt?.contractAddress) throw new Error("the key's data contract was not created");
  return { address: receipt.contractAddress, gasUsed: receipt.gasUsed };
}

/**
 * Deploys the keys' data contracts, then the ledger, then the registry, which binds it. Throws RegistryError when one refuses a
 * key or an address.
 */
export async function deployRegistry(deployer: Signer, config: RegistryConfig): Promise<DeployedRegistry> {
  const { abi, bytecode } = await contractArtifact("SolvencyRegistry");
  const batchKeys: { address: string; gasUsed: bigint }[] = [];
  for (const packed of config.batchKeys) batchKeys.push(await deployKey(deployer, packed));
  const epochKeys: { address: string; gasUsed: bigint; assets: number }[] = [];
  for (const { packed, assets } of config.epochKeys)
    epochKeys.push({ ...(await deployKey(deployer, packed)), assets });
  const ledger = await deployLedger(deployer, config);
  const factory = new ContractFactory(abi, bytecode, deployer);
  const contract = await withWords(factory.interface, () =>
    factory.deploy(
      config.exchange,
      config.owner,
      config.policies,
      config.minimumInterval,
      batchKeys.map((key) => key.address),
      epochKeys.map(({ address, assets }) => ({ key: address, assets })),
      ledger.address,
    ),
  );
  const receipt = await contract.deploymentTransaction()!.wait();
  const keys = [...batchKeys, ...epochKeys, ...ledger.keys];
  const gasUsed = keys.reduce((sum, key) => sum + key.gasUsed, receipt!.gasUsed + ledger.gasUsed);
  return {
    address: await contract.getAddress(),
    ledger: ledger.address,
    keys: keys.map((key) => key.address),
    gasUsed,
  };
}

/** Deploys a ledger that waits for its registry, and its keys' data contracts: withdrawal keys first. */
async function deployLedger(
  deployer: Signer,
  { withdrawalKeys = [], refusalKeys = [] }: Pick<RegistryConfig, "withdrawalKeys" | "refusalKeys">,
) {
  const { abi, bytecode } = await contractArtifact("Ledger");
  const keys: { address: string; gasUsed: bigint }[] = [];
  for (const packed of [...withdrawalKeys, ...refusalKeys]) keys.push(await deployKey(deployer, packed));
  const addresses = keys.map(({ address }) => address);
  const factory = new ContractFactory(abi, bytecode, deployer);
  const contract = await withWords(factory.interface, () =>
    factory.deploy(addresses.slice(0, withdrawalKeys.length), addresses.slice(withdrawalKeys.length)),
  );
  const receipt = await contract.deploymentTransaction()!.wait();
  return { address: await contract.getAddress(), keys, gasUsed: receipt!.gasUsed };
}

/** Opens an epoch. `signature` is the exchange's over `openTypedData`; none is needed when `sender` is the exchange. */
export async function openEpoch(
  sender: Signer,
  registry: string,
  opening: Opening,
  signature = "0x",
): Promise<SentTransaction> {
  return sendCall(await openCall(sender, registry, opening, signature));
}

export async function openCall(
  sender: Signer,
  registry: string,
  { epoch, snapshotTime }: Opening,
  signature: string,
): Promise<Call> {
  const args = [epoch, snapshotTime, signature];
  return { contract: await registryAt(registry, sender), method: "open", args };
}

/** Attests an epoch. `signature` is the exchange's over `commitTypedData`; none when `sender` is the exchange. */
export async function attestEpoch(
  sender: Signer,
  registry: string,
  submission: Submission,
  signature = "0x",
): Promise<SentTransaction> {
  return sendCall(await attestCall(sender, registry, submission, signature));
}

export async function attestCall(
  sender: Signer,
  registry: string,
  submission: Submission,
  signature: string,
): Promise<Call> {
  const args = [submissionToAbi(submission), signature];
  return { contract: await registryAt(registry, sender), method: "attest", args };
}

/** The last opening; `pending` while it can still be attested. Epoch 0 means that there was none. */
export async function readOpening(
  provider: Provider,
  registry: string,
): Promise<Opening & { pending: boolean }> {
  const contract = await registryAt(registry, provider);
  const [epoch, snapshotTime, pending] = await contract.getFunction("opening").staticCall();
  return { epoch, snapshotTime, pending };
}

/** The record of an attested epoch, or of the newest one; null where there is none. */
export async function readAttestation(
  provider: Provider,
  registry: string,
  epoch?: bigint,
): Promise<RecordedAttestation | null> {
  const contract = await registryAt(registry, provider);
  try {
    const exchange: string = await contract.getFunction("exchange").staticCall();
    const record = await withWords(contract.interface, () =>
      epoch === undefined
        ? contract.getFunction("latest").staticCall()
        : contract.getFunction("attestationOf").staticCall(epoch),
    );
    return {
      epoch: record.epoch,
      exchange: BigInt(exchange),
      accountsRoot: BigInt(record.accountsRoot),
      policyHash: record.policyHash,
      descriptorHash: BigInt(record.descriptorHash),
      epochCircuitId: BigInt(record.epochCircuitId),
      batchCount: Number(record.batchCount),
      snapshotTime: record.snapshotTime,
      attestedAt: record.attestedAt,
      assetsOnChain: Number(record.assetsOnChain),
      assetsVouched: Number(record.assetsVouched),
    };
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code === "NothingAttested" || code === "NotAttested") return null;
    throw error;
  }
}

/** Whether a batch is in the accounts root of an attested epoch. `path` as from `accountsPath`. */
export async function readIsAttested(
  provider: Provider,
  registry: string,
  place: {
    epoch: bigint;
    index: number;
    circuitId: bigint;
    root: bigint;
    transcript: bigint;
    path: readonly bigint[];
  },
): Promise<boolean> {
  const contract = await registryAt(registry, provider);
  const path = place.path.map((sibling) => toBeHex(sibling, 32));
  const { epoch, index, circuitId, root, transcript } = place;
  return contract
    .getFunction("isAttested")
    .staticCall(epoch, index, toBeHex(circuitId, 32), root, transcript, path);
}

/** The registry as an ethers contract, for what has no function here; knows the errors of its reserve book as well. */
export async function registryAt(registry: string, runner: ContractRunner): Promise<Contract> {
  const { abi } = await contractArtifact("SolvencyRegistry");
  const own = new Interface(abi);
  const book = new Interface((await contractArtifact("ReserveBook")).abi);
  const more = book.fragments.filter(
    (fragment) => fragment.type === "error" && own.getError((fragment as ErrorFragment).name) === null,
  );
  return new Contract(registry, new Interface([...own.fragments, ...more]), runner);
}
