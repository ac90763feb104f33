import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Attestation, AttestationSource } from "../check/attestation.ts";
import { ChainError } from "./error.ts";
import { CallReverted, type Endpoint } from "./json-rpc.ts";

/** In the order of `ISolvencyRegistry.Attestation`. */
const FIELDS = [
  "accountsRoot",
  "policyHash",
  "descriptorHash",
  "epochCircuitId",
  "epoch",
  "snapshotTime",
  "attestedAt",
  "batchCount",
  "assetsOnChain",
  "assetsVouched",
] as const;

const ATTESTATION_OF = selector("attestationOf(uint64)");
const EXCHANGE = selector("exchange()");
const NOT_ATTESTED = selector("NotAttested(uint64)");
const IS_VALID_SIGNATURE = selector("isValidSignature(bytes32,bytes)");

/**
 * Attestations of a registry, read from one endpoint or several, which must tell the same: one of them may lie about the
 * chain. Throws ChainError where they disagree, from the start where they are of different chains.
 */
export async function registrySource(
  endpoints: readonly Endpoint[],
  registry: bigint,
): Promise<AttestationSource> {
  const chainId = BigInt(
    await agreed(endpoints, async (endpoint) => {
      const number = hex(endpoint, await endpoint.ask("eth_chainId", []));
      if (number === "0x") throw new ChainError(`${endpoint.name}: expected the chain's number, came none`);
      return number;
    }),
  );
  const address = addressOf(registry);
  return {
    chainId,
    registry,
    attestation: async (epoch) => {
      const words = await agreed(endpoints, (endpoint) => recordOf(endpoint, address, epoch));
      return words === NONE ? null : attestationOf(words);
    },
    contractSigned: async (account, digest, signature) => {
      const answer = await agreed(endpoints, (endpoint) =>
        contractAnswer(endpoint, account, signatureCall(digest, signature)),
      );
      return answer === NO_CODE ? undefined : answer === TAKEN;
    },
  };
}

const NO_CODE = "no code";
/** What a contract answers that takes a signature (ERC-1271): the selector, then 28 bytes that don't count. */
const TAKEN = `0x${IS_VALID_SIGNATURE}`;

/** What a contract answers to the question for a signature, its first four bytes: "0x" where it refuses. */
async function contractAnswer(endpoint: Endpoint, account: bigint, data: string): Promise<string> {
  const to = addressOf(account);
  if (hex(endpoint, await endpoint.ask("eth_getCode", [to, "latest"])) === "0x") return NO_CODE;
  try {
    const answer = hex(endpoint, await endpoint.ask("eth_call", [{ to, data }, "latest"]));
    return answer.length < 66 ? "0x" : answer.slice(0, 10);
  } catch (error) {
    if (error instanceof CallReverted) return "0x";
    throw error;
  }
}

/** isValidSignature(digest, signature) in the ABI's encoding. */
function signatureCall(digest: bigint, signature: string): string {
  const word = (value: bigint | number) => value.toString(16).padStart(64, "0");
  const bytes = signature.slice(2);
  const padded = bytes.padEnd(64 * Math.ceil(bytes.length / 64), "0");
  return `0x${IS_VALID_SIGNATURE}${word(digest)}${word(64)}${word(bytes.length / 2)}${padded}`;
}

function addressOf(account: bigint): string {
  return `0x${account.toString(16).padStart(40, "0")}`;
}

/** What an endpoint tells of an epoch, as one text: equal texts are equal records. */
async function recordOf(endpoint: Endpoint, address: string, epoch: bigint): Promise<string> {
  const call = async (data: string) =>
    hex(endpoint, await endpoint.ask("eth_call", [{ to: address, data: `0x${data}` }, "latest"]));
  const exchange = await call(EXCHANGE);
  if (exchange.length !== 66) {
    throw new ChainError(`${endpoint.name}: expected a registry at ${address}, came no such contract`);
  }
  try {
    const record = await call(`${ATTESTATION_OF}${epoch.toString(16).padStart(64, "0")}`);
    if (record.length !== 2 + 64 * FIELDS.length) {
      throw new ChainError(`${endpoint.name}: expected an attestation, came ${record.length / 2 - 1} bytes`);
    }
    return record + exchange.slice(2);
  } catch (error) {
    if (
      error instanceof CallReverted &&
      (error.data === "0x" || error.data.startsWith(`0x${NOT_ATTESTED}`))
    ) {
      return NONE;
    }
    throw error;
  }
}

const NONE = "none";

function attestationOf(words: string): Attestation {
  const at = (i: number) => BigInt(`0x${words.slice(2 + 64 * i, 66 + 64 * i)}`);
  const named = Object.fromEntries(FIELDS.map((name, i) => [name, at(i)])) as Record<
    (typeof FIELDS)[number],
    bigint
  >;
  const { accountsRoot, policyHash, descriptorHash, epochCircuitId, epoch, snapshotTime, attestedAt } = named;
  return {
    ...{ accountsRoot, policyHash, descriptorHash, epochCircuitId, epoch, snapshotTime, attestedAt },
    exchange: at(FIELDS.length),
    batchCount: Number(named.batchCount),
  };
}

async function agreed(
  endpoints: readonly Endpoint[],
  read: (endpoint: Endpoint) => Promise<string>,
): Promise<string> {
  const [first, ...rest] = await Promise.all(endpoints.map(read));
  if (first === undefined) throw new ChainError("expected an endpoint of the chain, came none");
  const other = rest.findIndex((answer) => answer !== first);
  if (other >= 0) {
    const names = `${endpoints[0]!.name} and ${endpoints[other + 1]!.name}`;
    throw new ChainError(`${names} tell different things: one of them is wrong or behind; ask a third`);
  }
  return first;
}

function hex(endpoint: Endpoint, answer: unknown): string {
  if (typeof answer === "string" && /^0x[0-9a-fA-F]*$/.test(answer)) return answer.toLowerCase();
  throw new ChainError(`${endpoint.name}: expected hex digits, came another answer`);
}

/** The first four bytes of a signature's hash, as hex without 0x. */
function selector(signature: string): string {
  const hash = keccak_256(new TextEncoder().encode(signature));
  return Array.from(hash.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
