import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { curves } from "snarkjs";
import type { InstanceArtifacts } from "../../prover/src/build/artifacts.ts";
import { developmentKeyFiles, developmentTrapdoor } from "../../prover/src/build/development-key.ts";
import { inverse, toField } from "../../verifier/src/field.ts";
import { proofToWords } from "../../verifier/src/groth16/proof.ts";

export type Forge = (signals: readonly bigint[]) => bigint[];

/**
 * Forges proofs under a development key, whose secrets are public: valid for any signals, in milliseconds and without a witness.
 * For fixtures in which checks are timed or watched; what they say was never proved by anybody.
 */
export async function developmentForger(
  { name, zkey, vkey }: InstanceArtifacts,
  next: () => bigint,
): Promise<Forge> {
  const { metadata } = developmentKeyFiles(dirname(zkey), name);
  const { r1csHash } = JSON.parse(await readFile(metadata, "utf8")) as { r1csHash: string };
  const { alpha, beta, delta } = developmentTrapdoor(r1csHash);
  const { G1, G2 } = await curves.getCurveFromName("bn128", { singleThread: true });
  const perDelta = inverse(delta);
  return (signals) => {
    const [a, b] = [next(), next()];
    const inputs = signals.reduce(
      (sum, signal, i) => G1.add(sum, G1.timesScalar(G1.fromObject(vkey.ic[i + 1]!), signal)),
      G1.fromObject(vkey.ic[0]!),
    );
    // e(A, B) = e(alpha, beta) e(inputs, 1) e(C, delta).
    const c = G1.add(
      G1.timesScalar(G1.g, toField((a * b - alpha * beta) * perDelta)),
      G1.neg(G1.timesScalar(inputs, perDelta)),
    );
    const [[ax, ay], [bx, by], [cx, cy]] = [
      G1.toObject(G1.toAffine(G1.timesScalar(G1.g, a))),
      G2.toObject(G2.toAffine(G2.timesScalar(G2.g, b))),
      G1.toObject(G1.toAffine(c)),
    ];
    return [
      ...proofToWords({
        a: [ax!, ay!],
        b: [
          [bx![0]!, bx![1]!],
          [by![0]!, by![1]!],
        ],
        c: [cx!, cy!],
      }),
    ];
  };
}
