import { Interface } from "ethers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CallReverted, type Endpoint, jsonRpc } from "../../verifier/src/chain/json-rpc.ts";
import { registrySource } from "../../verifier/src/chain/registry-source.ts";
import type { Attestation } from "../../verifier/src/check/attestation.ts";
import { type RpcStandIn, rpcStandIn } from "../support/rpc-stand-in.ts";

const RECORD: Attestation = {
  ...{ epoch: 7n, exchange: 0xe0n, accountsRoot: (1n << 255n) + 1n, policyHash: 2n, descriptorHash: 3n },
  ...{ epochCircuitId: 4n, batchCount: 5, snapshotTime: 1_795_161_600n, attestedAt: 1_795_170_000n },
};
const REGISTRY = 0x1234n;

let first: RpcStandIn;
let second: RpcStandIn;
beforeAll(async () => {
  [first, second] = await Promise.all([rpcStandIn(RECORD), rpcStandIn(RECORD)]);
});
beforeEach(() => {
  for (const one of [first, second]) Object.assign(one, { attestation: RECORD, chainId: 31337n });
});
afterAll(async () => {
  await first.close();
  await second.close();
});

const source = () =>
  registrySource(
    [first, second].map(({ url }) => jsonRpc(url)),
    REGISTRY,
  );

describe("attestations by JSON-RPC (attack row 32)", () => {
  it("are read in the encoding of the contract", async () => {
    const { chainId, registry, attestation } = await source();
    expect([chainId, registry]).toEqual([31337n, REGISTRY]);
    expect(await attestation(7n)).toEqual(RECORD);
    expect(await attestation(8n)).toBeNull();
  });

  it.each([
    "accountsRoot",
    "policyHash",
    "descriptorHash",
    "epochCircuitId",
    "attestedAt",
    "exchange",
  ] as const)("are refused where endpoints tell another %s", async (name) => {
    const { attestation } = await source();
    second.attestation = { ...RECORD, [name]: RECORD[name] + 1n };
    await expect(attestation(7n)).rejects.toThrow(/tell different things: one of them is wrong or behind/);
  });

  it("are refused where one endpoint does not know the epoch, or is of another chain", async () => {
    const { attestation } = await source();
    second.attestation = null;
    await expect(attestation(7n)).rejects.toThrow(/different things/);
    second.chainId = 1n;
    await expect(source()).rejects.toThrow(/different things/);
  });

  it("show no key that stands in an endpoint's address (attack row 35)", async () => {
    const secret = "c0ffee";
    const urls = [`http://127.0.0.1:1/v2/${secret}`, `http://user:${secret}@127.0.0.1:1/?key=${secret}`];
    for (const url of urls) {
      const error = await registrySource([jsonRpc(url)], REGISTRY).catch((thrown: Error) => thrown);
      expect((error as Error).message).toMatch(/^http:\/\/127\.0\.0\.1:1: no answer/);
      expect((error as Error).message).not.toContain(secret);
    }
    const lying = await rpcStandIn({ ...RECORD, accountsRoot: 1n });
    const { attestation } = await registrySource(
      [jsonRpc(first.url), jsonRpc(`${lying.url}${secret}`)],
      REGISTRY,
    );
    const told = await attestation(7n).catch((thrown: Error) => thrown);
    await lying.close();
    expect((told as Error).message).toMatch(/^http:\S+ and http:\S+ tell different things/);
    expect((told as Error).message).not.toContain(secret);
  });

  it("want an endpoint that answers, and a registry", async () => {
    await expect(registrySource([], REGISTRY)).rejects.toThrow(/expected an endpoint/);
    await expect(registrySource([jsonRpc("http://127.0.0.1:1/")], REGISTRY)).rejects.toThrow(/no answer/);
    const say = (result: unknown) =>
      jsonRpc("http://x/", async () => new Response(JSON.stringify({ jsonrpc: "2.0", id: 1, result })));
    await expect(registrySource([say(7)], REGISTRY)).rejects.toThrow(/expected hex digits/);
    await expect(registrySource([say("0x")], REGISTRY)).rejects.toThrow(/expected the chain's number/);
    const empty = {
      name: "http://x",
      ask: async (method: string) => (method === "eth_chainId" ? "0x1" : "0x"),
    };
    const { attestation } = await registrySource([empty], REGISTRY);
    await expect(attestation(7n)).rejects.toThrow(/expected a registry at 0x0+1234, came no such contract/);
    const refuse = jsonRpc(
      "http://x/",
      async () => new Response('{"error":{"code":-32000,"message":"too many requests"}}'),
    );
    await expect(registrySource([refuse], REGISTRY)).rejects.toThrow(
      /the endpoint refuses: too many requests/,
    );
  });
});

describe("a signature of a contract, by JSON-RPC (attack row 32)", () => {
  const wallet = new Interface(["function isValidSignature(bytes32, bytes) view returns (bytes4)"]);
  const [account, digest, signature] = [0xe0n, 5n, `0x${"ab".repeat(65)}`];
  /** An endpoint of a chain on which the account has this code, and answers so. */
  const endpoint = (code: string, answer: () => string): Endpoint => ({
    name: "http://x",
    ask: async (method, params) => {
      if (method === "eth_chainId") return "0x7a69";
      if (method === "eth_getCode") return code;
      const [{ to, data }] = params as [{ to: string; data: string }];
      expect(BigInt(to)).toBe(account);
      expect([...wallet.decodeFunctionData("isValidSignature", data)]).toEqual([
        `0x${"0".repeat(63)}5`,
        signature,
      ]);
      return answer();
    },
  });
  const taken = (answer: string) => wallet.encodeFunctionResult("isValidSignature", [answer]);
  const asked = async (...endpoints: Endpoint[]) => {
    const { contractSigned } = await registrySource(endpoints, REGISTRY);
    return contractSigned!(account, digest, signature);
  };

  it("counts where the contract answers with ERC-1271's word, and in no other way", async () => {
    expect(await asked(endpoint("0x60", () => taken("0x1626ba7e")))).toBe(true);
    for (const answer of [taken("0xffffffff"), "0x", "0x1626ba7e"]) {
      expect(await asked(endpoint("0x60", () => answer))).toBe(false);
    }
    const refuse = () => {
      throw new CallReverted("http://x/", "0x");
    };
    expect(await asked(endpoint("0x60", refuse))).toBe(false);
    expect(await asked(endpoint("0x", () => taken("0x1626ba7e")))).toBeUndefined();
  });

  it("counts for nothing where endpoints tell different things", async () => {
    const yes = endpoint("0x60", () => taken("0x1626ba7e"));
    const no = endpoint("0x60", () => taken("0xffffffff"));
    await expect(asked(yes, no)).rejects.toThrow(/different things/);
    await expect(
      asked(
        yes,
        endpoint("0x", () => "0x"),
      ),
    ).rejects.toThrow(/different things/);
  });
});
