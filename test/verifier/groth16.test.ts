import { type Curve, curves, groth16 } from "snarkjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InstanceArtifacts } from "../../prover/src/build/artifacts.ts";
import type { ProvedStatement } from "../../prover/src/proving/backend.ts";
import { SnarkjsBackend } from "../../prover/src/proving/snarkjs-backend.ts";
import { FIELD } from "../../verifier/src/constants.ts";
import { inverse } from "../../verifier/src/field.ts";
import {
  BASE_FIELD,
  circuitId,
  type G1Point,
  type G2Point,
  packKey,
  parseVerificationKey,
  toSnarkjsKey,
  type VerificationKey,
} from "../../verifier/src/groth16/key.ts";
import {
  proofFromSnarkjs,
  proofFromWords,
  proofToSnarkjs,
  proofToWords,
} from "../../verifier/src/groth16/proof.ts";
import { keyFault, proofFault, verifyProof } from "../../verifier/src/groth16/verify.ts";
import { throwawayArtifacts } from "../support/throwaway.ts";

const backend = new SnarkjsBackend();
const inputs = { left: 3n, right: 5n };
let artifacts: InstanceArtifacts;
let key: VerificationKey;
let honest: ProvedStatement;
let curve: Curve;

beforeAll(async () => {
  artifacts = await throwawayArtifacts();
  key = artifacts.vkey;
  honest = await backend.prove(artifacts, inputs);
  curve = await curves.getCurveFromName("bn128", { singleThread: true });
});
afterAll(() => backend.close());

function g1(point: Uint8Array): G1Point {
  const [x, y] = curve.G1.toObject(curve.G1.toAffine(point));
  return [x!, y!];
}

function g2(point: Uint8Array): G2Point {
  const [x, y] = curve.G2.toObject(curve.G2.toAffine(point));
  return [
    [x![0]!, x![1]!],
    [y![0]!, y![1]!],
  ];
}

/** -(IC_0 + sum signal_i IC_(i+1)), which anyone can compute. */
function minusInputs(signals: readonly bigint[]): G1Point {
  const { G1 } = curve;
  const sum = signals.reduce(
    (point, signal, i) => G1.add(point, G1.timesScalar(G1.fromObject(key.ic[i + 1]!), signal)),
    G1.fromObject(key.ic[0]!),
  );
  return g1(G1.neg(sum));
}

function acceptedBySnarkjs(
  under: VerificationKey,
  signals: readonly bigint[],
  proof: readonly bigint[],
): Promise<boolean> {
  return groth16.verify(toSnarkjsKey(under), signals.map(String), proofToSnarkjs(proof));
}

describe("keys nobody contributed to (attack rows 1 and 2)", () => {
  const signals = [999n, 3n];

  it("rejects A = alpha1, B = beta2, C = -vk_x under a key with gamma2 = delta2, where the equation holds", async () => {
    const weak: VerificationKey = { ...key, delta2: key.gamma2 };
    const forged = proofToWords({ a: key.alpha1, b: key.beta2, c: minusInputs(signals) });
    expect(await acceptedBySnarkjs(weak, signals, forged)).toBe(true);
    expect(await proofFault(weak, signals, forged)).toMatch(/gamma2 equals delta2/);
  });

  it("rejects the same forgery under an honest key", async () => {
    const forged = proofToWords({ a: key.alpha1, b: key.beta2, c: minusInputs(signals) });
    expect(await proofFault(key, signals, forged)).toMatch(/pairing equation/);
  });

  it("refuses a key whose delta2 is the generator", async () => {
    const generator = g2(curve.G2.g);
    const gamma2 = g2(curve.G2.timesScalar(curve.G2.g, 7n));
    expect(await keyFault({ ...key, gamma2, delta2: generator }, 2)).toMatch(/nobody contributed/);
  });

  it("refuses a key with an IC point too few, too many, at infinity or off the curve", async () => {
    expect(await keyFault({ ...key, ic: key.ic.slice(1) }, 2)).toMatch(
      /expected a key with 3 IC points, came 2/,
    );
    expect(await keyFault({ ...key, ic: [...key.ic, key.ic[0]!] }, 2)).toMatch(/came 4/);
    expect(await keyFault({ ...key, ic: [[0n, 0n], ...key.ic.slice(1)] }, 2)).toMatch(/IC 0 is at infinity/);
    expect(await keyFault({ ...key, ic: [[1n, 3n], ...key.ic.slice(1)] }, 2)).toMatch(
      /IC 0 is not on the curve/,
    );
    expect(await keyFault(key, 2)).toBeUndefined();
  });

  it("gives a key with two IC points swapped another circuit id, and refuses the proof under it", async () => {
    const swapped = { ...key, ic: [key.ic[0]!, key.ic[2]!, key.ic[1]!] };
    expect(circuitId(swapped)).not.toBe(circuitId(key));
    expect(await verifyProof(swapped, honest.publicSignals, honest.proof)).toBe(false);
  });

  it("refuses a proof made under another version of the circuit", async () => {
    const other = await throwawayArtifacts(1);
    expect(other.circuitId).not.toBe(artifacts.circuitId);
    expect(await verifyProof(other.vkey, honest.publicSignals, honest.proof)).toBe(false);
  });
});

describe("public signals (attack row 4)", () => {
  it.each([0, 1])("refuses signal %i as x + r, r, 2^256 - 1, negative, and changed by one", async (index) => {
    const x = honest.publicSignals[index]!;
    for (const value of [x + FIELD, FIELD, 2n ** 256n - 1n, x - FIELD, x + 1n, x - 1n]) {
      const signals = honest.publicSignals.with(index, value);
      expect(await verifyProof(key, signals, honest.proof), `${value}`).toBe(false);
    }
  });

  it("refuses a signal too few and a signal too many", async () => {
    expect(await verifyProof(key, honest.publicSignals.slice(1), honest.proof)).toBe(false);
    expect(await verifyProof(key, [...honest.publicSignals, 0n], honest.proof)).toBe(false);
  });
});

describe("proof points (attack row 5)", () => {
  it("refuses each word plus q, r, 2^256 - 1 and changed by one", async () => {
    for (const [i, word] of honest.proof.entries()) {
      for (const value of [word + BASE_FIELD, BASE_FIELD, 2n ** 256n - 1n, word + 1n, -1n]) {
        expect(await verifyProof(key, honest.publicSignals, honest.proof.with(i, value)), `word ${i}`).toBe(
          false,
        );
      }
    }
  });

  it("refuses A, B or C at infinity, and a proof of seven or nine words", async () => {
    for (const [name, words] of [
      ["A", [0, 1]],
      ["B", [2, 3, 4, 5]],
      ["C", [6, 7]],
    ] as const) {
      const proof = words.reduce((all: readonly bigint[], i) => all.with(i, 0n), honest.proof);
      expect(await proofFault(key, honest.publicSignals, proof)).toBe(`proof point ${name} is at infinity`);
    }
    expect(await verifyProof(key, honest.publicSignals, honest.proof.slice(1))).toBe(false);
    expect(await verifyProof(key, honest.publicSignals, [...honest.proof, 0n])).toBe(false);
  });

  it("refuses a B that is on the twist but not in the group of order r", async () => {
    const proof = proofToWords({ ...proofFromWords(honest.proof), b: pointOfWrongOrder() });
    expect(await proofFault(key, honest.publicSignals, proof)).toBe(
      "proof point B is not in the group of order r",
    );
  });

  it("takes a re-randomised proof for what it is: the same statement again, and no other", async () => {
    const { a, b, c } = proofFromWords(honest.proof);
    const { G1, G2 } = curve;
    const scaled = proofToWords({
      a: g1(G1.timesScalar(G1.fromObject(a), 5n)),
      b: g2(G2.timesScalar(G2.fromObject(b), inverse(5n))),
      c,
    });
    expect(scaled).not.toEqual(honest.proof);
    expect(await verifyProof(key, honest.publicSignals, scaled)).toBe(true);
    expect(await verifyProof(key, [16n, 3n], scaled)).toBe(false);
  });

  it("accepts two honest proofs of one statement, which differ", async () => {
    const again = await backend.prove(artifacts, inputs);
    expect(again.publicSignals).toEqual([15n, 3n]);
    expect(again.proof).not.toEqual(honest.proof);
    expect(await verifyProof(key, again.publicSignals, again.proof)).toBe(true);
    expect(await verifyProof(key, honest.publicSignals, honest.proof)).toBe(true);
  });
});

describe("encodings of keys and proofs", () => {
  it("refuses a key of another protocol, curve or number of signals", () => {
    const json = toSnarkjsKey(key);
    expect(() => parseVerificationKey({ ...json, protocol: "plonk" as "groth16" })).toThrow(/came plonk/);
    expect(() => parseVerificationKey({ ...json, nPublic: 3 })).toThrow(/expected 4 IC points, came 3/);
    expect(() => parseVerificationKey({ ...json, vk_alpha_1: ["1", "2", "0"] })).toThrow(/affine/);
  });

  it("packs a key as alpha1, beta2, gamma2, delta2 and IC, imaginary parts first", () => {
    const packed = Buffer.from(packKey(key)).toString("hex");
    expect(packed.length).toBe(64 * (2 + 3 * 4 + 2 * 3));
    const words = packed.match(/.{64}/g)!.map((word) => BigInt(`0x${word}`));
    expect(words.slice(0, 6)).toEqual([
      ...key.alpha1,
      key.beta2[0][1],
      key.beta2[0][0],
      key.beta2[1][1],
      key.beta2[1][0],
    ]);
    expect(words.slice(14)).toEqual(key.ic.flat());
  });

  it("goes to snarkjs's JSON and back without loss", () => {
    expect(parseVerificationKey(toSnarkjsKey(key))).toEqual(key);
    expect(proofFromSnarkjs(proofToSnarkjs(honest.proof))).toEqual(honest.proof);
  });
});

/** A point of the twist y^2 = x^3 + 3 / (9 + i) by try and increment; its order is r with probability 2^-254. */
function pointOfWrongOrder(): G2Point {
  const q = BASE_FIELD;
  const modulo = (value: bigint): bigint => ((value % q) + q) % q;
  const raise = (base: bigint, exponent: bigint): bigint => {
    let result = 1n;
    for (let square = modulo(base), rest = exponent; rest > 0n; rest >>= 1n) {
      if (rest & 1n) result = (result * square) % q;
      square = (square * square) % q;
    }
    return result;
  };
  const root = (value: bigint): bigint | undefined => {
    const candidate = raise(value, (q + 1n) / 4n);
    return modulo(candidate * candidate - value) === 0n ? candidate : undefined;
  };
  const halve = (value: bigint): bigint => modulo(value * ((q + 1n) / 2n));
  const reciprocal = (value: bigint): bigint => raise(value, q - 2n);
  const b = [modulo(27n * reciprocal(82n)), modulo(-3n * reciprocal(82n))] as const;
  for (let x = 1n; ; x++) {
    // (x + i)^3 + b = re + im i; its root is c + d i with c^2 = (re ± norm) / 2 and d = im / 2c.
    const [re, im] = [modulo(x ** 3n - 3n * x + b[0]), modulo(3n * x * x - 1n + b[1])];
    const norm = root(modulo(re * re + im * im));
    if (norm === undefined) continue;
    const c = root(halve(re + norm)) ?? root(halve(re - norm));
    if (c === undefined || c === 0n) continue;
    return [
      [x, 1n],
      [c, modulo(halve(im) * reciprocal(c))],
    ];
  }
}
