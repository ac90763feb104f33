import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deployKey } from "../../prover/src/chain/registry.ts";
import { FIELD } from "../../verifier/src/constants.ts";
import { BASE_FIELD } from "../../verifier/src/groth16/key.ts";
import { deploy, type LocalChain, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import {
  multiplyTwist,
  negated,
  scalarsFrom,
  trapdoorKey,
  trapdoorProof,
  trapdoorSetup,
} from "../support/trapdoor.ts";

const next = scalarsFrom("one proof");
const key = trapdoorKey(trapdoorSetup(next), 7, next);
const signals = Array.from({ length: 7 }, next);
const proof = trapdoorProof(key, signals, next);

let chain: LocalChain;
let harness: Contract;
let at: string;
beforeAll(async () => {
  chain = await localChain();
  harness = await deploy(chain.signers[0]!, "Groth16Harness");
  at = (await deployKey(chain.signers[0]!, key.packed)).address;
});
afterAll(() => chain.close());

const check = (words = proof, of = signals): Promise<unknown> => call(harness, "checkSingle", words, of, at);
const changed = (list: readonly bigint[], index: number, to: bigint): bigint[] => list.with(index, to);

describe("one proof by itself", () => {
  test("is refused for any other signal, or one too few", async () => {
    for (const i of signals.keys()) {
      await expectRefusal(check(proof, changed(signals, i, (signals[i]! + 1n) % FIELD)), "ProofsRejected");
    }
    await expectRefusal(check(proof, signals.slice(1)), "ProofsRejected");
  });

  test("is refused when a signal has a second encoding (attack row 4)", async () => {
    for (const i of signals.keys()) {
      for (const twin of [signals[i]! + FIELD, FIELD, (1n << 256n) - 1n]) {
        await expectRefusal(check(proof, changed(signals, i, twin)), "SignalOutOfField", {
          signal: BigInt(i),
        });
      }
    }
  });

  test("is refused at infinity, off the curve, with a coordinate beyond the base field (attack row 5)", async () => {
    for (const [from, to] of [
      [0, 2],
      [2, 6],
      [6, 8],
    ] as const) {
      await expectRefusal(
        check(proof.map((word, i) => (i >= from && i < to ? 0n : word))),
        "PointAtInfinity",
      );
    }
    for (const i of proof.keys()) {
      await expectRefusal(check(changed(proof, i, proof[i]! + 1n)), "PointInvalid");
      await expectRefusal(check(changed(proof, i, proof[i]! + BASE_FIELD)), "PointInvalid");
    }
  });

  test("is refused with a point negated, of another key or of two proofs", async () => {
    const other = trapdoorProof(key, signals, next);
    for (const words of [
      [...negated(proof.slice(0, 2)), ...proof.slice(2)],
      [...proof.slice(0, 6), ...negated(proof.slice(6))],
      [...proof.slice(0, 2), ...multiplyTwist(proof.slice(2, 6), 2n), ...proof.slice(6)],
      [...proof.slice(0, 6), ...other.slice(6)],
      trapdoorProof(trapdoorKey(key.setup, 7, next), signals, next),
    ]) {
      await expectRefusal(check(words), "ProofsRejected");
    }
  });

  test("holds for its own signals, whoever made it, at both ends of the field", async () => {
    await check();
    await check(trapdoorProof(key, signals, next));
    for (const edge of [0n, 1n, FIELD - 1n]) {
      const of = signals.map(() => edge);
      await check(trapdoorProof(key, of, next), of);
    }
    expect(await harness.getFunction("checkSingle").estimateGas(proof, signals, at)).toBeLessThan(290_000n);
  });
});
