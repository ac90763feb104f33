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
      if (number === "0x") throw new ChainError(`${endpoint.url}: expected the chain's number, came none`);
      return number;
    }),
  );
  const address = `0x${registry.toString(16).padStart(40, "0")}`;
  return {
    chainId,
    registry,
    attestation: async (epoch) => {
      const words = await agreed(endpoints, (endpoint) => recordOf(endpoint, address, epoch));
      return words === NONE ? null : attestationOf(words);
    },
  };
}

/** What an endpoint tells of an epoch, as one text: equal texts are equal records. */
async function recordOf(endpoint: Endpoint, address: string, epoch: bigint): Promise<string> {
  const call = async (data: string) =>
    hex(endpoint, await endpoint.ask("eth_call", [{ to: address, data: `0x${data}` }, "latest"]));
  const exchange = await call(EXCHANGE);
  if (exchange.length !== 66) {
    throw new ChainError(`${endpoint.url}: expected a registry at ${address}, came no such contract`);
  }
  try {
    const record = await call(`${ATTESTATION_OF}${epoch.toString(16).padStart(64, "0")}`);
    if (record.length !== 2 + 64 * FIELDS.length) {
      throw new ChainError(`${endpoint.url}: expected an attestation, came ${record.length / 2 - 1} bytes`);
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
    const names = `${endpoints[0]!.url} and ${endpoints[other + 1]!.url}`;
    throw new ChainError(`${names} tell different things: one of them is wrong or behind; ask a third`);
  }
  return first;
}

function hex(endpoint: Endpoint, answer: unknown): string {
  if (typeof answer === "string" && /^0x[0-9a-fA-F]*$/.test(answer)) return answer.toLowerCase();
  throw new ChainError(`${endpoint.url}: expected hex digits, came another answer`);
}

/** The first four bytes of a signature's hash, as hex without 0x. */
function selector(signature: string): string {
  const hash = keccak_256(new TextEncoder().encode(signature));
  return Array.from(hash.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
