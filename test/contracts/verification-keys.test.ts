import { ContractFactory, Interface, keccak256, toBeHex } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instanceArtifacts } from "../../prover/src/build/artifacts.ts";
import { contractArtifact } from "../../prover/src/chain/artifacts.ts";
import { errorsWithoutWords, withWords } from "../../prover/src/chain/errors.ts";
import {
  circuitIdOf,
  deployRegistry,
  type RegistryConfig,
  registryAt,
} from "../../prover/src/chain/registry.ts";
import { PUBLIC_SIGNALS } from "../../verifier/src/constants.ts";
import { BASE_FIELD, packKey } from "../../verifier/src/groth16/key.ts";
import { type LocalChain, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import { g1, g2, packWords, scalarsFrom, trapdoorKey, trapdoorSetup } from "../support/trapdoor.ts";

const next = scalarsFrom("keys");
const setup = trapdoorSetup(next);
const batchKey = trapdoorKey(setup, PUBLIC_SIGNALS.batch.length, next);
const epochKey = trapdoorKey(setup, PUBLIC_SIGNALS.epoch.length, next);
const [ALPHA, BETA, GAMMA, DELTA, IC] = [0x00, 0x40, 0xc0, 0x140, 0x1c0] as const;

let local: LocalChain;
let open: LocalChain;
beforeAll(async () => {
  local = await localChain();
  open = await localChain(1);
});
afterAll(() => Promise.all([local.close(), open.close()]));

function deployWith(keys: Partial<Pick<RegistryConfig, "batchKeys" | "epochKeys">>, chain = local) {
  const [owner, exchange, policies] = chain.signers.map((signer) => signer.address);
  return deployRegistry(chain.signers[0]!, {
    exchange: exchange!,
    owner: owner!,
    policies: policies!,
    minimumInterval: 1n,
    batchKeys: [batchKey.packed],
    epochKeys: [{ packed: epochKey.packed, assets: 3 }],
    ...keys,
  });
}

/** The batch key with other bytes from `offset` on. */
function edited(offset: number, bytes: Uint8Array): Uint8Array {
  const packed = Uint8Array.from(batchKey.packed);
  packed.set(bytes, offset);
  return packed;
}

describe("a key is refused", () => {
  test("that nobody contributed to: gamma2 == delta2, or delta2 is the generator", async () => {
    for (const delta of [batchKey.packed.subarray(GAMMA, DELTA), packWords(g2(1n))]) {
      await expectRefusal(deployWith({ batchKeys: [edited(DELTA, delta)] }), "KeyWithoutContribution");
    }
  });

  test("for another number of signals: each kind in the other's place, a point short, a point more", async () => {
    const packed = batchKey.packed;
    for (const keys of [
      { batchKeys: [epochKey.packed] },
      { epochKeys: [{ packed, assets: 3 }] },
      { batchKeys: [packed.subarray(0, packed.length - 64)] },
      { batchKeys: [Uint8Array.from([...packed, ...packWords(g1(5n))])] },
    ]) {
      await expectRefusal(deployWith(keys), "KeyMalformed");
    }
  });

  test("from another set-up: alpha1, beta2 or gamma2 differs", async () => {
    for (const [offset, bytes] of [
      [ALPHA, packWords(g1(next()))],
      [BETA, packWords(g2(next()))],
      [GAMMA, packWords(g2(next()))],
    ] as const) {
      await expectRefusal(
        deployWith({ batchKeys: [batchKey.packed, edited(offset, bytes)] }),
        "SetupNotShared",
      );
      await expectRefusal(deployWith({ batchKeys: [edited(offset, bytes)] }), "SetupNotShared");
    }
  });

  test("with a point at infinity, off its curve, or with a coordinate plus the base field's order", async () => {
    const x = BigInt(`0x${Buffer.from(batchKey.packed.subarray(IC, IC + 32)).toString("hex")}`);
    const cases: [number, Uint8Array][] = [
      [ALPHA, new Uint8Array(64)],
      [BETA, new Uint8Array(128)],
      [GAMMA, new Uint8Array(128)],
      [DELTA, new Uint8Array(128)],
      [IC, new Uint8Array(64)],
      [IC + 0x40 * PUBLIC_SIGNALS.batch.length, packWords([1n, 3n])],
      [BETA, packWords([1n, 2n, 3n, 4n])],
      [IC, packWords([x + BASE_FIELD])],
    ];
    for (const [offset, bytes] of cases) {
      const at = BigInt(offset);
      await expectRefusal(deployWith({ batchKeys: [edited(offset, bytes)] }), "KeyPointInvalid", {
        offset: at,
      });
    }
  });

  test("twice, or as an address without code, or as code that is no key", async () => {
    await expectRefusal(
      deployWith({ batchKeys: [batchKey.packed, batchKey.packed] }),
      "CircuitRegisteredTwice",
    );
    const { abi, bytecode } = await contractArtifact("SolvencyRegistry");
    const people = local.signers.slice(0, 3).map((signer) => signer.address);
    const registry = (await deployWith({})).address;
    for (const [address, code] of [
      [local.signers[5]!.address, "KeyWithoutCode"],
      [registry, "KeyMalformed"],
    ] as const) {
      const deployed = withWords(new Interface(abi), () =>
        new ContractFactory(abi, bytecode, local.signers[0]!).deploy(...people, 1n, [address], [], registry),
      );
      await expectRefusal(deployed, code);
    }
  });
});

test("accepted keys are registered under the hash that TypeScript gives them, several of a kind too", async () => {
  const other = trapdoorKey(setup, PUBLIC_SIGNALS.batch.length, next);
  const { address, keys } = await deployWith({ batchKeys: [batchKey.packed, other.packed] }, open);
  const registry = await registryAt(address, open.provider);
  const expected = [
    [batchKey.packed, 0n, false],
    [other.packed, 0n, false],
    [epochKey.packed, 3n, true],
  ] as const;
  for (const [i, [packed, assets, isEpoch]] of expected.entries()) {
    const id = keccak256(packed);
    expect(BigInt(id)).toBe(circuitIdOf(packed));
    expect([...(await call<unknown[]>(registry, "circuitOf", id))]).toEqual([
      keys[i],
      assets,
      BigInt(i),
      isEpoch,
    ]);
  }
});

describe("development keys, whose secrets are public", () => {
  const developmentKeys = async () => {
    const [batch, epoch] = [await instanceArtifacts("batch-4-8"), await instanceArtifacts("epoch-tiny")];
    return {
      batch,
      keys: { batchKeys: [packKey(batch.vkey)], epochKeys: [{ packed: packKey(epoch.vkey), assets: 2 }] },
    };
  };

  test("are refused on a public chain, by the part that they all share", async () => {
    const { keys } = await developmentKeys();
    await expectRefusal(deployWith(keys, open), "DevelopmentKeyOnPublicChain", { chainId: 1n });
    await expectRefusal(deployWith({ ...keys, batchKeys: [] }, open), "DevelopmentKeyOnPublicChain");
  });

  test("are taken on the two local chain ids, under the id that the build gives them", async () => {
    const { batch, keys } = await developmentKeys();
    const second = await localChain(1337);
    for (const chain of [local, second]) {
      const { address } = await deployWith(keys, chain);
      const registry = await registryAt(address, chain.provider);
      const [key] = await call<[string]>(registry, "circuitOf", toBeHex(batch.circuitId, 32));
      expect(BigInt(key)).not.toBe(0n);
    }
    await second.close();
  });
});

test("every error that the registry can meet has words", async () => {
  const { address } = await deployWith({});
  // Of the library's, for a domain name beyond 31 bytes: a constant excludes them.
  const unreachable = ["InvalidShortString", "StringTooLong"];
  expect(errorsWithoutWords((await registryAt(address, local.provider)).interface)).toEqual(unreachable);
});
