import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { rpcSource } from "../../../prover/src/cli/attestation-source.ts";
import { withEndpoint } from "../../../prover/src/cli/endpoint.ts";
import { errorOutcome } from "../../../prover/src/cli/outcome.ts";

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Answers for chain 31337, and with `failure` to whatever else is asked. The address has a key in path and query. */
async function endpoint(failure: RequestListener): Promise<string> {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const asked = JSON.parse(Buffer.concat(chunks).toString());
    const list: { id: number; method: string }[] = [asked].flat();
    if (list.some(({ method }) => method !== "eth_chainId")) return failure(request, response);
    const answers = list.map(({ id }) => ({ jsonrpc: "2.0", id, result: "0x7a69" }));
    response.end(JSON.stringify(Array.isArray(asked) ? answers : answers[0]));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v3/SECRET-PATH?key=SECRET-QUERY`;
}

const FAILURES: [string, RequestListener, RegExp][] = [
  [
    "refuses",
    (_, response) => response.writeHead(500).end(),
    /127\.0\.0\.1:\d+: expected an answer .*came server response 500/,
  ],
  ["speaks HTML", (_, response) => response.end("<html>"), /came response body is not valid JSON/],
  ["hangs up", (request) => request.socket.destroy(), /came ECONNRESET/],
];

it.each(FAILURES)(
  "no key of an endpoint that %s in the middle of a run is in words",
  async (_, failure, words) => {
    const rpc = await endpoint(failure);
    const run = withEndpoint(rpc, 31337n, "chain.rpc", (provider) => provider.getBlockNumber());
    const { text } = errorOutcome(await run.catch((error) => error));
    expect(text).toMatch(words);
    expect(text).not.toContain("SECRET");
  },
);

it("no key of an endpoint is in what a check says of it, which people pass on as evidence", async () => {
  const source = await rpcSource([await endpoint((_, response) => response.writeHead(500).end())], 5n);
  const attested = {
    ...{ epoch: 1n, exchange: 2n, accountsRoot: 3n, policyHash: 4n, descriptorHash: 5n, epochCircuitId: 6n },
    ...{ batchCount: 1, snapshotTime: 7n, attestedAt: 8n },
  };
  const error = await source.publicHash!(attested).catch((cause: Error) => cause);
  source.close();
  expect(String(error)).toMatch(/came server response 500/);
  expect(String(error)).not.toContain("SECRET");
});
