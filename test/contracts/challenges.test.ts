import { type Contract, toBeHex } from "ethers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runsToAbi } from "../../prover/src/chain/submission.ts";
import { BETA_FLOOR, FIELD } from "../../verifier/src/constants.ts";
import { batchWeight } from "../../verifier/src/encodings/batch.ts";
import {
  accountsPath,
  accountsRoot,
  accountsTree,
  batchLeaf,
  betaChallenge,
  claimsHash,
  gammaChallenge,
} from "../../verifier/src/encodings/challenges.ts";
import { claimsPolynomial } from "../../verifier/src/encodings/totals.ts";
import { power } from "../../verifier/src/field.ts";
import { deploy, type LocalChain, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import { scalarsFrom } from "../support/trapdoor.ts";

const word = (value: bigint): string => toBeHex(value, 32);
const noProof = Array.from({ length: 8 }, () => 0n);
const next = scalarsFrom("challenges");
/** All batches under one circuit. */
const oneRun = (circuitId: bigint, count: number) => [{ circuitId: word(circuitId), count }];

function randomBatches(count: number) {
  return Array.from({ length: count }, () => ({
    root: next(),
    transcript: next(),
    t: next(),
    w: next(),
    proof: noProof,
  }));
}

let chain: LocalChain;
let harness: Contract;
beforeAll(async () => {
  chain = await localChain();
  harness = await deploy(chain.signers[0]!, "ChallengesHarness");
});
afterAll(() => chain.close());

describe("the contract draws what the TypeScript verifier draws", () => {
  test.each([1, 2, 255, 256, 257, 513])("the accounts root of %i batches", async (count) => {
    const circuitId = next();
    const batches = randomBatches(count);
    const listed = batches.map((batch) => ({ ...batch, circuitId }));
    const root = accountsRoot(listed);
    expect(await call(harness, "accountsRoot", oneRun(circuitId, count), batches)).toBe(word(root));

    const indices = [...new Set([0, count >> 1, count - 1])];
    for (const index of indices) {
      const path = accountsPath(listed, index).map(word);
      const leaf = word(batchLeaf(listed[index]!));
      expect(await call(harness, "isMember", word(root), count, index, leaf, path)).toBe(true);
      const elsewhere = (index + 1) % count;
      if (elsewhere !== index)
        expect(await call(harness, "isMember", word(root), count, elsewhere, leaf, path)).toBe(false);
    }
  });

  test("gamma, beta and rho on random input", async () => {
    const uint = (bits: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n });
    const input = fc.record({
      chainId: uint(64),
      registry: uint(160),
      exchange: uint(160),
      epoch: uint(64),
      snapshotTime: uint(64),
      policyHash: uint(253),
      descriptorHash: uint(256),
      totalsCommitment: uint(253),
      claims: fc.array(uint(128), { minLength: 1, maxLength: 50 }),
      epochCircuitId: uint(256),
    });
    await fc.assert(
      fc.asyncProperty(input, uint(253), fc.integer({ min: 1, max: 20 }), async (sample, weights, count) => {
        const circuitId = next();
        const batches = randomBatches(count).map((batch) => ({ ...batch, circuitId }));
        const gamma = gammaChallenge({ ...sample, batches });
        const hash = word(claimsHash(sample.claims));
        expect(await call(harness, "claimsHash", sample.claims)).toBe(hash);
        const preimage = {
          ...sample,
          registry: toBeHex(sample.registry, 20),
          exchange: toBeHex(sample.exchange, 20),
          descriptorHash: word(sample.descriptorHash),
          epochCircuitId: word(sample.epochCircuitId),
          claimsHash: hash,
          batchCount: count,
          accountsRoot: word(accountsRoot(batches)),
        };
        expect(await call(harness, "gamma", preimage)).toBe(gamma);
        expect(await call(harness, "beta", gamma, weights)).toBe(betaChallenge(gamma, weights));
        expect(await call(harness, "claimsPolynomial", sample.claims, gamma)).toBe(
          claimsPolynomial(sample.claims, gamma),
        );
      }),
      { numRuns: 20 },
    );
  });

  test.each([1, 2, 3, 17, 300])("t and w of %i batches", async (count) => {
    const batches = randomBatches(count);
    const gamma = next();
    const t = batches.reduce((sum, batch) => (sum + batch.t) % FIELD, 0n);
    const w = batches.reduce((sum, batch, b) => (sum + batchWeight(gamma, b) * batch.w) % FIELD, 0n);
    expect([...(await call<bigint[]>(harness, "sums", batches, gamma, 0))]).toEqual([t, w, BigInt(count)]);
  });

  test("t and w of the batches that are not skipped, at their own weights", async () => {
    const batches = randomBatches(7);
    const [gamma, skipped] = [next(), 0b0101001n];
    const counted = [...batches.entries()].filter(([b]) => ((skipped >> BigInt(b)) & 1n) === 0n);
    const t = counted.reduce((sum, [, batch]) => (sum + batch.t) % FIELD, 0n);
    const w = counted.reduce((sum, [b, batch]) => (sum + batchWeight(gamma, b) * batch.w) % FIELD, 0n);
    expect([...(await call<bigint[]>(harness, "sums", batches, gamma, skipped))]).toEqual([t, w, 4n]);
  });

  test("powers of a field element", async () => {
    const base = next();
    for (const exponent of [0n, 1n, 2n, 255n, (1n << 20n) - 1n]) {
      expect(await call(harness, "power", base, exponent)).toBe(power(base, exponent));
    }
  });
});

describe("a part of the list hashes to the same root", () => {
  test.each([1, 5, 256, 300, 700])(
    "every part of %i batches, of any size, under several circuits",
    async (count) => {
      const circuits = [next(), next()];
      const batches = randomBatches(count).map((batch, b) => ({
        ...batch,
        circuitId: circuits[b % 5 < 3 ? 0 : 1]!,
      }));
      const levels = accountsTree(batches);
      for (const depth of [0, 1, 3, 8]) {
        const parts = Math.ceil(count / 2 ** depth);
        for (const part of new Set([0, 1, parts >> 1, parts - 1].filter((p) => p < parts))) {
          const first = part << depth;
          const path = levels.slice(depth, -1).map((level, d) => word(level[(part >> d) ^ 1] ?? 0n));
          const taken = batches.slice(first, first + 2 ** depth);
          const runs = runsToAbi(taken);
          const root = await call(harness, "partRoot", runs, taken, first, depth, path);
          expect(root).toBe(word(accountsRoot(batches)));
        }
      }
    },
  );

  test("runs that are shorter or longer than the list, or empty, are refused", async () => {
    const batches = randomBatches(3);
    const circuitId = word(next());
    for (const [counts, index] of [
      [[], 0n],
      [[2], 1n],
      [[4], 0n],
      [[3, 1], 1n],
      [[0, 3], 0n],
      [[1, (1n << 256n) - 1n], 1n],
    ] as const) {
      const runs = counts.map((count) => ({ circuitId, count }));
      await expectRefusal(call(harness, "accountsRoot", runs, batches), "RunsMiscounted", { index });
    }
  });
});

describe("the accounts tree has one opening per batch", () => {
  test("a path that is a level short or long, an index beyond the batches, and padding are no members", async () => {
    const circuitId = next();
    const batches = randomBatches(3).map((batch) => ({ ...batch, circuitId }));
    const root = word(accountsRoot(batches));
    const path = accountsPath(batches, 2).map(word);
    const leaf = word(batchLeaf(batches[2]!));
    const isMember = (index: number, of: string, by: string[]) =>
      call(harness, "isMember", root, 3, index, of, by);
    expect(await isMember(2, leaf, path)).toBe(true);
    expect(await isMember(2, leaf, path.slice(1))).toBe(false);
    expect(await isMember(2, leaf, [...path, word(0n)])).toBe(false);
    // The padding of the chunk stands at index 3 of the tree, but is no batch.
    const sibling = [leaf, ...path.slice(1)];
    expect(await isMember(3, word(0n), sibling)).toBe(false);
    expect(await call(harness, "isMember", root, 4, 3, word(0n), sibling)).toBe(true);
  });

  test("a node is no leaf: their hashes have different prefixes", async () => {
    const [id, root, transcript] = [next(), next(), next()];
    const leaf = await call(harness, "leafOf", word(id), root, transcript);
    expect(leaf).toBe(word(batchLeaf({ circuitId: id, root, transcript })));
  });
});

describe("values with a second meaning are refused", () => {
  test("beta below 2^19, where it could be a row", async () => {
    const floor = BETA_FLOOR;
    await expectRefusal(call(harness, "betaOfDigest", word(floor - 1n)), "BetaTooSmall", {
      beta: floor - 1n,
    });
    await expectRefusal(call(harness, "betaOfDigest", word(FIELD)), "BetaTooSmall", { beta: 0n });
    await expectRefusal(call(harness, "betaOfDigest", word(FIELD + floor - 1n)), "BetaTooSmall");
    expect(await call(harness, "betaOfDigest", word(floor))).toBe(floor);
  });

  test("a claim of 2^128, at any place; 2^128 - 1 passes", async () => {
    const most = (1n << 128n) - 1n;
    for (const at of [0, 1, 2]) {
      const claims = [most, 0n, most].map((claim, k) => (k === at ? most + 1n : claim));
      await expectRefusal(call(harness, "claimsHash", claims), "ClaimTooLarge", { claim: BigInt(at) });
    }
    expect(await call(harness, "claimsHash", [most, 0n, most])).toBe(word(claimsHash([most, 0n, most])));
  });

  test.each(["root", "transcript", "t", "w"] as const)("%s of any batch as x + r", async (signal) => {
    const batches = randomBatches(3);
    batches[1]![signal] += FIELD;
    await expectRefusal(call(harness, "sums", batches, next(), 0), "NotInField", {
      value: batches[1]![signal],
    });
  });
});
