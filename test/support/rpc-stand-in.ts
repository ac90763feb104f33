import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Interface, toBeHex } from "ethers";
import { contractArtifact } from "../../prover/src/chain/artifacts.ts";
import type { Attestation } from "../../verifier/src/check/attestation.ts";
import type { EpochRecord } from "../../verifier/src/formats/epoch.ts";

/** An endpoint that answers as a node with a registry does, in the encoding of the contract's own ABI. */
export interface RpcStandIn {
  readonly url: string;
  /** What it tells of the epoch; null where it is not attested. */
  attestation: Attestation | null;
  chainId: bigint;
  /** Milliseconds before each answer. */
  delay: number;
  readonly requests: string[];
  close(): Promise<void>;
}

/** What a registry would have recorded of an epoch, an hour after its snapshot. */
export function attestationOf(record: EpochRecord): Attestation {
  const { epoch, exchange, accountsRoot, policyHash, descriptorHash, snapshotTime, circuits } = record;
  return {
    ...{ epoch, exchange, accountsRoot, policyHash, descriptorHash, snapshotTime },
    epochCircuitId: circuits.epoch.circuitId,
    batchCount: record.batches.length,
    attestedAt: snapshotTime + 3600n,
  };
}

export async function rpcStandIn(attestation: Attestation | null): Promise<RpcStandIn> {
  const registry = new Interface((await contractArtifact("SolvencyRegistry")).abi);
  const requests: string[] = [];
  const call = (data: string): { result: string } | { error: object } => {
    const parsed = registry.parseTransaction({ data })!;
    if (parsed.name === "exchange") {
      return {
        result: registry.encodeFunctionResult("exchange", [toBeHex(self.attestation?.exchange ?? 0n, 20)]),
      };
    }
    if (self.attestation === null || parsed.args[0] !== self.attestation.epoch) {
      const error = registry.encodeErrorResult("NotAttested", [parsed.args[0]]);
      return { error: { code: 3, message: "execution reverted", data: error } };
    }
    const record = self.attestation;
    const words = {
      ...record,
      ...Object.fromEntries(
        (["accountsRoot", "descriptorHash", "epochCircuitId"] as const).map((name) => [
          name,
          toBeHex(record[name], 32),
        ]),
      ),
      ...{ assetsOnChain: 2, assetsVouched: 0 },
    };
    return { result: registry.encodeFunctionResult("attestationOf", [words]) };
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Allow-Headers", "content-type");
    if (request.method === "OPTIONS") return void response.end();
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString());
    requests.push(method);
    const answer =
      method === "eth_chainId"
        ? { result: toBeHex(self.chainId) }
        : // The exchange is no contract.
          method === "eth_getCode"
          ? { result: "0x" }
          : call(params[0].data);
    setTimeout(() => response.end(JSON.stringify({ jsonrpc: "2.0", id, ...answer })), self.delay);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const self: RpcStandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    ...{ attestation, chainId: 31337n, delay: 0, requests },
    close: async () => {
      server.closeAllConnections();
      await new Promise((settle) => server.close(settle));
    },
  };
  return self;
}
