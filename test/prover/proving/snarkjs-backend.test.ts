import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InstanceArtifacts } from "../../../prover/src/build/artifacts.ts";
import { compileProgram } from "../../../prover/src/build/compile.ts";
import { UnverifiedProofError } from "../../../prover/src/proving/backend.ts";
import { SnarkjsBackend } from "../../../prover/src/proving/snarkjs-backend.ts";
import { WitnessError } from "../../../prover/src/proving/witness.ts";
import { readWitnessGenerator } from "../../../prover/src/proving/witness-file.ts";
import { verifyProof } from "../../../verifier/src/groth16/verify.ts";
import { throwawayArtifacts } from "../../support/throwaway.ts";

const ROOT = join(import.meta.dirname, "../../..");
const backend = new SnarkjsBackend();
let artifacts: InstanceArtifacts;

beforeAll(async () => {
  artifacts = await throwawayArtifacts();
});
afterAll(() => backend.close());

describe("the embedded proving back end", () => {
  it("does not return a proof that its own verification key refuses", async () => {
    const { vkey } = await throwawayArtifacts(1);
    const mixed = { ...artifacts, vkey };
    await expect(backend.prove(mixed, { left: 3n, right: 5n })).rejects.toThrow(UnverifiedProofError);
  });

  it("says which template and line refuse the inputs, and not what they are", async () => {
    const secret = 987654321n;
    const { wasm } = await compileProgram({
      name: "refusing",
      main: `pragma circom 2.2.0;
template Refusing() {
  signal input x;
  x * x === 1;
}
component main = Refusing();
`,
    });
    const generator = await readWitnessGenerator(wasm);
    const error: unknown = await generator.witness({ x: secret }).catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(WitnessError);
    expect(String(error)).toMatch(/a constraint does not hold: .*Refusing.* line: 4/);
    expect(String(error)).not.toContain(`${secret}`);
    expect(await generator.witness({ x: -1n })).toHaveLength(2);
  });

  it("proves again after it was closed, and several statements asked for at once", async () => {
    const first = await backend.prove(artifacts, { left: 2n, right: 3n });
    await backend.close();
    const later = await Promise.all([4n, 5n].map((right) => backend.prove(artifacts, { left: 2n, right })));
    expect([first, ...later].map(({ publicSignals }) => publicSignals[0])).toEqual([6n, 8n, 10n]);
    for (const { publicSignals, proof } of [first, ...later]) {
      expect(await verifyProof(artifacts.vkey, publicSignals, proof)).toBe(true);
    }
  });

  it("lets its process end once it is closed", () => {
    const script = `
      import { SnarkjsBackend } from ${JSON.stringify(join(ROOT, "prover/src/proving/snarkjs-backend.ts"))};
      import { throwawayArtifacts } from ${JSON.stringify(join(ROOT, "test/support/throwaway.ts"))};
      const backend = new SnarkjsBackend();
      const { publicSignals } = await backend.prove(await throwawayArtifacts(), { left: 2n, right: 3n });
      process.stdout.write(publicSignals.join());
      await backend.close();
    `;
    const { status, stdout } = spawnSync(
      process.execPath,
      ["--input-type=module-typescript", "--eval", script],
      {
        timeout: 60_000,
        cwd: ROOT,
      },
    );
    expect(`${stdout}`).toBe("6,2");
    expect(status).toBe(0);
  });
});
