import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { groth16, zKey } from "snarkjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InstanceArtifacts } from "../../prover/src/build/artifacts.ts";
import { developmentKeyFiles, makeDevelopmentKey } from "../../prover/src/build/development-key.ts";
import { lagrange } from "../../prover/src/build/qap.ts";
import { SnarkjsBackend } from "../../prover/src/proving/snarkjs-backend.ts";
import { WitnessError } from "../../prover/src/proving/witness.ts";
import { FIELD } from "../../verifier/src/constants.ts";
import { power } from "../../verifier/src/field.ts";
import { proofToSnarkjs } from "../../verifier/src/groth16/proof.ts";
import { throwawayArtifacts } from "../support/throwaway.ts";

const scratch = mkdtempSync(join(tmpdir(), "plimsoll-key-"));
const backend = new SnarkjsBackend();
let artifacts: InstanceArtifacts;

beforeAll(async () => {
  artifacts = await throwawayArtifacts();
});
afterAll(async () => {
  await backend.close();
  rmSync(scratch, { recursive: true });
});

describe("development keys", () => {
  it("refuses to prove a false statement: there is no witness", async () => {
    await expect(backend.prove(artifacts, { left: 3n })).rejects.toThrow(WitnessError);
  });

  it("can't be mistaken for the keys of a ceremony: names, metadata and the file itself say so", () => {
    expect(basename(artifacts.zkey)).toBe("multiplier-0.development.zkey");
    const metadata = JSON.parse(readFileSync(artifacts.zkey.replace(/zkey$/, "json"), "utf8"));
    expect(metadata.warning).toBe("development key: whoever knows the public seed can forge");
    expect(BigInt(metadata.circuitId)).toBe(artifacts.circuitId);
    expect(readFileSync(artifacts.zkey).includes("development key: whoever knows the public seed")).toBe(
      true,
    );
  });

  it("have the same bytes wherever they are made", async () => {
    await makeDevelopmentKey("multiplier-0", artifacts.r1cs, scratch);
    const again = readFileSync(developmentKeyFiles(scratch, "multiplier-0").zkey);
    expect(again.equals(readFileSync(artifacts.zkey))).toBe(true);
    expect(createHash("sha256").update(again).digest("hex")).toBe(
      "075eb8a665fa356d1458c3c97169504bf98b83d0a58974c56fbd943297b231f2",
    );
  });

  it("share alpha, beta and gamma, as keys from one phase 1 do, and differ in delta", async () => {
    const other = await throwawayArtifacts(1);
    const { alpha1, beta2, gamma2, delta2 } = artifacts.vkey;
    expect(other.vkey).toMatchObject({ alpha1, beta2, gamma2 });
    expect(other.vkey.delta2).not.toEqual(delta2);
    expect(gamma2).not.toEqual(delta2);
  });

  it("hold the verification key that snarkjs reads from them", async () => {
    const ours = JSON.parse(readFileSync(artifacts.zkey.replace(/zkey$/, "vkey.json"), "utf8"));
    expect(await zKey.exportVerificationKey(artifacts.zkey)).toMatchObject(JSON.parse(JSON.stringify(ours)));
  });

  it("make proofs that snarkjs verifies", async () => {
    const { proof, publicSignals } = await backend.prove(artifacts, { left: 3n, right: FIELD - 1n });
    expect(publicSignals).toEqual([FIELD - 3n, 3n]);
    const key = await zKey.exportVerificationKey(artifacts.zkey);
    expect(await groth16.verify(key, publicSignals.map(String), proofToSnarkjs(proof))).toBe(true);
  });
});

describe("Lagrange basis", () => {
  it("throws at a point of the domain", () => {
    expect(() => lagrange(1n, 8)).toThrow(/0 has no inverse/);
  });

  it("interpolates: sum f(w^i) L_i(tau) = f(tau) for every polynomial below its size", () => {
    const [tau, size] = [123456789n, 8];
    const root = power(5n, (FIELD - 1n) / BigInt(size));
    const f = (x: bigint): bigint => (7n + 3n * x + 11n * power(x, 7n)) % FIELD;
    const sum = lagrange(tau, size).reduce((all, basis, i) => all + basis * f(power(root, BigInt(i))), 0n);
    expect(sum % FIELD).toBe(f(tau));
  });
});
