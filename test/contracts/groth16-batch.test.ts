import { bn254 } from "@noble/curves/bn254";
import { BaseContract, type Contract, ContractFactory } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RegistryError } from "../../prover/src/chain/errors.ts";
import { deployKey } from "../../prover/src/chain/registry.ts";
import { FIELD, PUBLIC_SIGNALS } from "../../verifier/src/constants.ts";
import { toField } from "../../verifier/src/field.ts";
import { BASE_FIELD } from "../../verifier/src/groth16/key.ts";
import { deploy, type LocalChain, localChain } from "../support/chain.ts";
import { type Mutation, mutantOf } from "../support/mutant.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import {
  addMultiple,
  g1,
  g2,
  multiplyTwist,
  negated,
  provesOneByOne,
  scalarsFrom,
  type TrapdoorKey,
  trapdoorKey,
  trapdoorProof,
  trapdoorSetup,
} from "../support/trapdoor.ts";

interface Batch {
  root: bigint;
  transcript: bigint;
  t: bigint;
  w: bigint;
  proof: bigint[];
}

/** A whole call of the combined check; tests spoil copies of it. */
interface Call {
  batches: Batch[];
  epochProof: bigint[];
  signals: bigint[];
}

const next = scalarsFrom("combined check");
const setup = trapdoorSetup(next);
const batchKey = trapdoorKey(setup, PUBLIC_SIGNALS.batch.length, next);
const epochKey = trapdoorKey(setup, PUBLIC_SIGNALS.epoch.length, next);
const WEIGHT = "uint256(Hashes.efficientKeccak256(seed, bytes32(i))) % FIELD";

let chain: LocalChain;
let harness: Contract;
let keys: [string, string];
beforeAll(async () => {
  chain = await localChain();
  harness = await deploy(chain.signers[0]!, "Groth16Harness");
  keys = [await place(batchKey), await place(epochKey)];
});
afterAll(() => chain.close());

const place = async (key: TrapdoorKey): Promise<string> =>
  (await deployKey(chain.signers[0]!, key.packed)).address;

const batchSignals = (made: Call, b: number): bigint[] => {
  const { root, transcript, t, w } = made.batches[b]!;
  return [root, transcript, t, w, made.signals[3]!, made.signals[4]!];
};

function honestCall(count: number, [batch, epoch] = [batchKey, epochKey]): Call {
  const signals = Array.from({ length: PUBLIC_SIGNALS.epoch.length }, next);
  const batches = Array.from({ length: count }, () => ({
    root: next(),
    transcript: next(),
    t: next(),
    w: next(),
    proof: [] as bigint[],
  }));
  const made: Call = { batches, epochProof: trapdoorProof(epoch!, signals, next), signals };
  for (const b of batches.keys()) batches[b]!.proof = trapdoorProof(batch!, batchSignals(made, b), next);
  return made;
}

const check = (made: Call, contract = harness, [batchAt, epochAt] = keys): Promise<unknown> =>
  call(
    contract,
    "check",
    [{ key: batchAt, count: made.batches.length }],
    made.batches,
    made.epochProof,
    made.signals,
    epochAt,
  );

async function mutantHarness(...mutations: Mutation[]): Promise<Contract> {
  const { abi, bytecode } = await mutantOf("mocks/Groth16Harness.sol", "Groth16Harness", mutations);
  const contract = await new ContractFactory(abi, bytecode, chain.signers[0]!).deploy();
  return BaseContract.from(await contract.getAddress(), abi, chain.signers[0]!) as Contract;
}

describe("one bad proof among many is noticed", () => {
  test.each([0, 1, 2])("batch %i of three proves other sums", async (bad) => {
    for (const signal of ["root", "transcript", "t", "w"] as const) {
      const made = honestCall(3);
      made.batches[bad]![signal] = toField(made.batches[bad]![signal] + 1n);
      await expectRefusal(check(made), "ProofsRejected");
    }
  });

  test("the epoch proof proves another statement, one signal off by one", async () => {
    const honest = honestCall(2);
    for (const i of honest.signals.keys()) {
      const signals = honest.signals.map((signal, j) => (i === j ? toField(signal + 1n) : signal));
      await expectRefusal(check({ ...honest, signals }), "ProofsRejected");
    }
  });

  test("proofs in another order, one in another's place, one left out, one repeated", async () => {
    const { batches, ...rest } = honestCall(3);
    const [a, b, c] = batches as [Batch, Batch, Batch];
    const swapped = [{ ...a, proof: b.proof }, { ...b, proof: a.proof }, c];
    await expectRefusal(check({ ...rest, batches: swapped }), "ProofsRejected");
    await expectRefusal(check({ ...rest, batches: [a, { ...b, proof: a.proof }, c] }), "ProofsRejected");
    await expectRefusal(
      check({ ...rest, batches: [a, b, { ...c, proof: rest.epochProof }] }),
      "ProofsRejected",
    );
    // The list itself is not this library's business: the challenges and the sums depend on it.
    await check({ ...rest, batches: [c, a] });
    await check({ ...rest, batches: [a, a, b, c] });
  });

  test("a proof under another version of the circuit", async () => {
    const revised = trapdoorKey(setup, PUBLIC_SIGNALS.batch.length, next);
    await expectRefusal(check(honestCall(2, [revised, epochKey])), "ProofsRejected");
    await check(honestCall(2, [revised, epochKey]), harness, [await place(revised), keys[1]]);
  });

  test("the combined check agrees with one-by-one checks on random good and bad proofs", async () => {
    const die = (sides: number): number => Number(next() % BigInt(sides));
    const verdicts = new Set<boolean>();
    for (let round = 0; round < 10; round++) {
      const made = honestCall(1 + die(3));
      const { proof } = made.batches[die(made.batches.length)]!;
      const spoils = [
        () => {},
        () => proof.splice(0, 2, ...g1(next())),
        () => proof.splice(2, 4, ...g2(next())),
        () => proof.splice(6, 2, ...g1(next())),
        () => made.epochProof.splice(6, 2, ...g1(next())),
        () => made.batches.at(-1)!.root--,
      ];
      spoils[round % 2 === 0 ? 0 : die(spoils.length)]!();
      const each = made.batches.every((batch, b) =>
        provesOneByOne(batchKey, batchSignals(made, b), batch.proof),
      );
      const expected = each && provesOneByOne(epochKey, made.signals, made.epochProof);
      const combined = await check(made).then(
        () => true,
        (error: unknown) => {
          if (error instanceof RegistryError && error.code === "ProofsRejected") return false;
          throw error;
        },
      );
      expect(combined).toBe(expected);
      verdicts.add(expected);
    }
    expect(verdicts).toEqual(new Set([true, false]));
  });
});

describe("several circuits in one check", () => {
  const second = trapdoorKey(setup, PUBLIC_SIGNALS.batch.length, next);
  const pool = [batchKey, second];
  let at: string[];
  beforeAll(async () => {
    at = [keys[0], await place(second)];
  });

  /** Honest proofs of batches under the pool's keys in this order. */
  function mixedCall(order: readonly number[]): Call {
    const made = honestCall(order.length);
    for (const [b, key] of order.entries())
      made.batches[b]!.proof = trapdoorProof(pool[key]!, batchSignals(made, b), next);
    return made;
  }
  const runsOf = (order: readonly number[]) => order.map((key) => ({ key: at[key], count: 1 }));
  const checkAll = (made: Call, runs: readonly unknown[]) =>
    call(harness, "check", runs, made.batches, made.epochProof, made.signals, keys[1]);
  const checkBatches = (made: Call, runs: readonly unknown[]) =>
    call(harness, "checkBatches", runs, made.batches, made.signals[3], made.signals[4]);
  const checkEpoch = (made: Call) => call(harness, "checkEpoch", made.epochProof, made.signals, keys[1]);

  test("batches of two circuits in runs of any length, with the epoch's proof or without", async () => {
    const made = mixedCall([0, 0, 1, 0]);
    const runs = [
      { key: at[0], count: 2 },
      { key: at[1], count: 1 },
      { key: at[0], count: 1 },
    ];
    await checkAll(made, runs);
    await checkBatches(made, runs);
    await checkBatches({ ...made, batches: made.batches.slice(2, 3) }, runs.slice(1, 2));
    await checkEpoch(made);
  });

  test("a proof counts under its own circuit only, also when another batch's circuit is taken for its", async () => {
    const made = mixedCall([0, 1]);
    for (const order of [
      [1, 0],
      [0, 0],
      [1, 1],
    ]) {
      await expectRefusal(checkAll(made, runsOf(order)), "ProofsRejected");
      await expectRefusal(checkBatches(made, runsOf(order)), "ProofsRejected");
    }
    await checkBatches(made, runsOf([0, 1]));
  });

  test("the combined check agrees with one-by-one checks, whatever is combined", async () => {
    const die = (sides: number): number => Number(next() % BigInt(sides));
    const verdict = (run: Promise<unknown>): Promise<boolean> =>
      run.then(
        () => true,
        (error: unknown) => {
          if (error instanceof RegistryError && error.code === "ProofsRejected") return false;
          throw error;
        },
      );
    const seen = new Set<string>();
    for (let round = 0; round < 12; round++) {
      const order = Array.from({ length: 1 + die(3) }, () => die(2));
      const made = mixedCall(order);
      const spoiled = made.batches[die(order.length)]!;
      const spoils = [
        () => {},
        () => spoiled.proof.splice(6, 2, ...g1(next())),
        () => {
          spoiled.w = toField(spoiled.w + 1n);
        },
        () => made.epochProof.splice(0, 2, ...g1(next())),
      ];
      spoils[round % spoils.length]!();
      const batches = order.every((key, b) =>
        provesOneByOne(pool[key]!, batchSignals(made, b), made.batches[b]!.proof),
      );
      const epoch = provesOneByOne(epochKey, made.signals, made.epochProof);
      expect(await verdict(checkBatches(made, runsOf(order)))).toBe(batches);
      expect(await verdict(checkEpoch(made))).toBe(epoch);
      expect(await verdict(checkAll(made, runsOf(order)))).toBe(batches && epoch);
      seen.add(`${batches} ${epoch}`);
    }
    expect(seen.size).toBe(3);
  });
});

describe("bad proofs cannot be made to cancel", () => {
  /** Moves C of batch 0 by `up` and of batch 1 by `down` times one point: each proof is false by itself. */
  function cancelling(up: bigint, down: bigint): Call {
    const made = honestCall(3);
    const shift = g1(next());
    for (const [b, times] of [up, down].entries()) {
      const { proof } = made.batches[b]!;
      proof.splice(6, 2, ...addMultiple(proof.slice(6), shift, times));
      expect(provesOneByOne(batchKey, batchSignals(made, b), proof)).toBe(false);
    }
    return made;
  }

  test("two proofs off by opposite points: refused, but accepted by a mutant with equal weights", async () => {
    const made = cancelling(1n, -1n);
    await expectRefusal(check(made), "ProofsRejected");
    await check(made, await mutantHarness({ file: "lib/Groth16Batch.sol", from: WEIGHT, to: "1" }));
  });

  test("two proofs off by multiples that fit known weights: accepted only where weights ignore the proofs", async () => {
    const [first, second] = [FIELD - 7n, FIELD / 3n];
    const made = cancelling(second, -first);
    const known = `(i == 0 ? uint256(${first}) : uint256(${second}))`;
    await expectRefusal(check(made), "ProofsRejected");
    await check(made, await mutantHarness({ file: "lib/Groth16Batch.sol", from: WEIGHT, to: known }));
  });

  test("a batch and the epoch proof off by opposite points", async () => {
    const made = honestCall(2);
    const shift = g1(next());
    const { proof } = made.batches[0]!;
    proof.splice(6, 2, ...addMultiple(proof.slice(6), shift, deltaRatio()));
    made.epochProof.splice(6, 2, ...addMultiple(made.epochProof.slice(6), shift, -1n));
    await expectRefusal(check(made), "ProofsRejected");
    await check(made, await mutantHarness({ file: "lib/Groth16Batch.sol", from: WEIGHT, to: "1" }));
  });
});

describe("a key that nobody contributed to", () => {
  /** A = alpha1, B = beta2, C = -IC(x): needs no witness and no secret. */
  function forged(): Call {
    const made = honestCall(2);
    const forge = (key: TrapdoorKey, signals: bigint[]): bigint[] => {
      const input = signals.reduce((sum, x, i) => sum + x * key.ic[i + 1]!, key.ic[0]!);
      return [...g1(key.setup.alpha), ...g2(key.setup.beta), ...negated(g1(input))];
    };
    for (const b of made.batches.keys()) made.batches[b]!.proof = forge(batchKey, batchSignals(made, b));
    return { ...made, epochProof: forge(epochKey, made.signals) };
  }

  test("lets anybody forge: the same forgery is refused under keys with a contribution", async () => {
    const empty = (key: TrapdoorKey): TrapdoorKey => {
      const packed = Uint8Array.from(key.packed);
      packed.copyWithin(0x140, 0xc0, 0x140);
      return { ...key, delta: key.setup.gamma, packed };
    };
    const made = forged();
    await expectRefusal(check(made), "ProofsRejected");
    await check(made, harness, [await place(empty(batchKey)), await place(empty(epochKey))]);
  });
});

describe("points that are no proof", () => {
  const parts = [
    ["A", 0, 2],
    ["B", 2, 6],
    ["C", 6, 8],
  ] as const;
  const both = (spoil: (proof: bigint[]) => bigint[]): Call[] => {
    const honest = honestCall(2);
    const batches = honest.batches.map((batch, b) =>
      b === 1 ? { ...batch, proof: spoil(batch.proof) } : batch,
    );
    return [
      { ...honest, batches },
      { ...honest, epochProof: spoil(honest.epochProof) },
    ];
  };

  test.each(parts)("%s at infinity", async (_, from, to) => {
    for (const made of both((proof) => proof.map((word, i) => (i >= from && i < to ? 0n : word)))) {
      await expectRefusal(check(made), "PointAtInfinity");
    }
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7])(
    "word %i plus the base field's order, or off its curve by one",
    async (index) => {
      for (const change of [BASE_FIELD, 1n]) {
        for (const made of both((proof) => proof.map((word, i) => (i === index ? word + change : word)))) {
          await expectRefusal(check(made), "PointInvalid");
        }
      }
    },
  );

  test("B on the twist but outside the subgroup", async () => {
    const { Fp2 } = bn254.fields;
    const coefficient = bn254.G2.CURVE.b;
    let point: { x: { c0: bigint; c1: bigint }; y: { c0: bigint; c1: bigint } } | undefined;
    for (let c0 = 1n; point === undefined; c0++) {
      const x = { c0, c1: 1n };
      const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), coefficient);
      try {
        point = { x, y: Fp2.sqrt(square) };
      } catch {
        // Not a square: no point has this x.
      }
    }
    const { x, y } = point;
    const outside = [x.c1, x.c0, y.c1, y.c0];
    for (const made of both((proof) => [...proof.slice(0, 2), ...outside, ...proof.slice(6)])) {
      await expectRefusal(check(made), "PointInvalid");
    }
  });
});

describe("honest proofs", () => {
  test.each([1, 2, 9])("%i batches and an epoch", async (count) => {
    await check(honestCall(count));
  });

  test("a proof is not unique: two honest ones differ, and anybody re-randomises one", async () => {
    const made = honestCall(1);
    const [batch] = made.batches as [Batch];
    const second = trapdoorProof(batchKey, batchSignals(made, 0), next);
    expect(second).not.toEqual(batch.proof);
    const factor = 12_345n;
    const [x, y] = addMultiple(batch.proof.slice(0, 2), batch.proof.slice(0, 2), factor - 1n);
    const inverse = bn254.fields.Fr.inv(factor);
    const again = [x, y, ...multiplyTwist(batch.proof.slice(2, 6), inverse), ...batch.proof.slice(6)];
    for (const proof of [second, again]) await check({ ...made, batches: [{ ...batch, proof }] });
  });

  test("signals are taken modulo r here, so the registry must refuse x + r before", async () => {
    const made = honestCall(1);
    made.batches[0]!.root += FIELD;
    await check(made);
  });
});

/** delta of the epoch over delta of the batches: what a shift of C counts in one key and in the other. */
function deltaRatio(): bigint {
  return bn254.fields.Fr.div(epochKey.delta, batchKey.delta);
}
