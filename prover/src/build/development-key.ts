import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FIELD } from "@plimsoll/verifier/constants.ts";
import { inverse, toField } from "@plimsoll/verifier/field.ts";
import { circuitId, toSnarkjsKey, type VerificationKey } from "@plimsoll/verifier/groth16/key.ts";
import { readG1, readG2 } from "./affine-points.ts";
import { FixedBasePool } from "./fixed-base.ts";
import { type QapAtPoint, qapAt } from "./qap.ts";
import { parseR1cs, type R1cs } from "./r1cs.ts";
import { writeZkey, type ZkeyPoints } from "./zkey.ts";

/** The toxic waste of every development key comes from this text and is meant to be known. */
const SEED = "plimsoll development key 1: public, so that nobody takes its proofs for evidence";
/** Changes with anything that changes the bytes of a key. */
export const DEVELOPMENT_KEY_VERSION = "1";
/** Stands where snarkjs keeps the circuit's hash: 64 bytes. */
const ORIGIN = "development key: whoever knows the public seed can forge proofs.";
const WARNING = "development key: whoever knows the public seed can forge";

export interface DevelopmentKeyFiles {
  readonly zkey: string;
  readonly vkey: string;
  readonly metadata: string;
}

export interface DevelopmentKeyMetadata {
  readonly warning: string;
  readonly development: true;
  readonly seed: string;
  readonly instance: string;
  readonly r1csHash: string;
  readonly constraints: number;
  readonly domain: number;
  readonly circuitId: string;
}

/** Files of an instance's development key in a folder; each name says what it is. */
export function developmentKeyFiles(folder: string, name: string): DevelopmentKeyFiles {
  const file = (extension: string): string => join(folder, `${name}.development.${extension}`);
  return { zkey: file("zkey"), vkey: file("vkey.json"), metadata: file("json") };
}

/**
 * Makes a Groth16 key directly from the constraints and known toxic waste: the QAP at tau, then multiples of the generators.
 * Same bytes on every machine. tau, alpha, beta and gamma (1, as in snarkjs's ceremonies) are the same in all development
 * keys, as in keys from one phase 1; delta comes from the constraints.
 */
export async function makeDevelopmentKey(name: string, r1csFile: string, folder: string): Promise<void> {
  const bytes = await readFile(r1csFile);
  const r1csHash = createHash("sha256").update(bytes).digest("hex");
  const r1cs = parseR1cs(bytes);
  const { alpha, beta, delta } = developmentTrapdoor(r1csHash);
  const tau = secret("tau");
  const qap = qapAt(tau, r1cs);
  const files = developmentKeyFiles(folder, name);
  const points = await multiply(r1cs, qap, alpha, beta, delta);
  await writeZkey(files.zkey, r1cs, qap.domain, points, Buffer.from(ORIGIN));
  const key = verificationKey(points);
  const metadata: DevelopmentKeyMetadata = {
    warning: WARNING,
    development: true,
    seed: SEED,
    instance: name,
    r1csHash,
    constraints: r1cs.constraints,
    domain: qap.domain,
    circuitId: `0x${circuitId(key).toString(16).padStart(64, "0")}`,
  };
  await writeJson(files.vkey, toSnarkjsKey(key));
  await writeJson(files.metadata, metadata);
}

/** What forges proofs under the development key of these constraints (gamma is 1), for tests that say so. */
export function developmentTrapdoor(r1csHash: string): Record<"alpha" | "beta" | "delta", bigint> {
  return { alpha: secret("alpha"), beta: secret("beta"), delta: secret(`delta ${r1csHash}`) };
}

async function multiply(
  r1cs: R1cs,
  qap: QapAtPoint,
  alpha: bigint,
  beta: bigint,
  delta: bigint,
): Promise<ZkeyPoints> {
  const publics = r1cs.outputs + r1cs.publicInputs;
  const perDelta = inverse(delta);
  const mixed = qap.a.map((a, wire) => toField(beta * a + alpha * qap.b[wire]! + qap.c[wire]!));
  const c = mixed.slice(publics + 1).map((value) => (value * perDelta) % FIELD);
  // H evaluates at the odd points of the larger domain, where Z is not zero: the basis needs no Z.
  const h = qap.h.map((value) => (value * perDelta) % FIELD);
  const pool = new FixedBasePool(2 * r1cs.wires + c.length + h.length);
  try {
    const [single1, single2, ic, a, b1, b2, cPoints, hPoints] = await Promise.all([
      pool.multiply("G1", [alpha, beta, delta]),
      pool.multiply("G2", [beta, 1n, delta]),
      pool.multiply("G1", mixed.slice(0, publics + 1)),
      pool.multiply("G1", qap.a),
      pool.multiply("G1", qap.b),
      pool.multiply("G2", qap.b),
      pool.multiply("G1", c),
      pool.multiply("G1", h),
    ]);
    const [alpha1, beta1, delta1] = split(single1, 64);
    const [beta2, gamma2, delta2] = split(single2, 128);
    return { alpha1, beta1, beta2, gamma2, delta1, delta2, ic, a, b1, b2, c: cPoints, h: hPoints };
  } finally {
    await pool.close();
  }
}

/** 512 bits of SHA-256 reduced modulo r. Not zero and in no domain for these labels, or the inversions would throw. */
function secret(label: string): bigint {
  const halves = [0, 1].map((half) =>
    createHash("sha256").update(`${SEED}\n${label}\n${half}`).digest("hex"),
  );
  return BigInt(`0x${halves.join("")}`) % FIELD;
}

function verificationKey(points: ZkeyPoints): VerificationKey {
  const icPoints = Array.from({ length: points.ic.length / 64 }, (_, i) =>
    points.ic.subarray(64 * i, 64 * (i + 1)),
  );
  return {
    alpha1: readG1(points.alpha1),
    beta2: readG2(points.beta2),
    gamma2: readG2(points.gamma2),
    delta2: readG2(points.delta2),
    ic: icPoints.map(readG1),
  };
}

function split(points: Uint8Array, size: number): [Uint8Array, Uint8Array, Uint8Array] {
  return [points.subarray(0, size), points.subarray(size, 2 * size), points.subarray(2 * size, 3 * size)];
}

function writeJson(file: string, content: object): Promise<void> {
  return writeFile(file, `${JSON.stringify(content, null, 2)}\n`);
}
