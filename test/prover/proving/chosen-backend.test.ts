import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InstanceArtifacts } from "../../../prover/src/build/artifacts.ts";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { proverModule } from "../../../prover/src/groth16/module.ts";
import { type ProvingBackend, UnverifiedProofError } from "../../../prover/src/proving/backend.ts";
import {
  BackendWithFallback,
  chosenBackend,
  ProverChoiceError,
  proverChoice,
} from "../../../prover/src/proving/chosen-backend.ts";
import { proverReport } from "../../../prover/src/proving/prover-report.ts";
import { ExternalProverError, RapidsnarkBackend } from "../../../prover/src/proving/rapidsnark-backend.ts";
import { SnarkjsBackend } from "../../../prover/src/proving/snarkjs-backend.ts";
import { WasmBackend } from "../../../prover/src/proving/wasm-backend.ts";
import { WitnessError } from "../../../prover/src/proving/witness.ts";
import { verifyProof } from "../../../verifier/src/groth16/verify.ts";
import { throwawayArtifacts } from "../../support/throwaway.ts";

const ROOT = join(import.meta.dirname, "../../..");
const scratch = mkdtempSync(join(tmpdir(), "plimsoll-chosen-"));
const open: ProvingBackend[] = [];
const opened = <B extends ProvingBackend>(backend: B): B => {
  open.push(backend);
  return backend;
};
let artifacts: InstanceArtifacts;

beforeAll(async () => {
  artifacts = await throwawayArtifacts();
});
afterAll(async () => {
  for (const backend of open) await backend.close();
  rmSync(scratch, { recursive: true });
});

/** The prover's module with a wrong constant, and with bytes that are no module. */
const wrong = () => {
  const right = proverModule();
  return { ...right, constants: right.constants.map((word, i) => (i < 2 ? word ^ 1n : word)) };
};
const broken = () => ({ ...proverModule(), bytes: new Uint8Array(8) });

describe("the fast prover", () => {
  const own = opened(new WasmBackend({ threads: 2 }));

  it("makes proofs that verify, two different ones of one statement", async () => {
    const made = await Promise.all([1, 2].map(() => own.prove(artifacts, { left: 2n, right: 3n })));
    for (const { publicSignals, proof } of made) {
      expect(publicSignals).toEqual([6n, 2n]);
      expect(await verifyProof(artifacts.vkey, publicSignals, proof)).toBe(true);
    }
    expect(made[0]!.proof).not.toEqual(made[1]!.proof);
  });

  it("refuses inputs without a witness, by name, and proves on", async () => {
    await expect(own.prove(artifacts, { left: 3n })).rejects.toThrow(WitnessError);
    expect((await own.prove(artifacts, { left: 2n, right: 5n })).publicSignals).toEqual([10n, 2n]);
  });

  it("does not return a proof that its own verification key refuses", async () => {
    const { vkey } = await throwawayArtifacts(1);
    await expect(own.prove({ ...artifacts, vkey }, { left: 3n, right: 5n })).rejects.toThrow(
      UnverifiedProofError,
    );
  });

  it("proves again after it was closed", async () => {
    await own.close();
    expect((await own.prove(artifacts, { left: 2n, right: 7n })).publicSignals).toEqual([14n, 2n]);
  });

  it("lets its process end, closed or not", () => {
    const file = (path: string) => JSON.stringify(join(ROOT, path));
    const script = `
      import { WasmBackend } from ${file("prover/src/proving/wasm-backend.ts")};
      import { throwawayArtifacts } from ${file("test/support/throwaway.ts")};
      const backend = new WasmBackend({ threads: 2 });
      const { publicSignals } = await backend.prove(await throwawayArtifacts(), { left: 2n, right: 3n });
      process.stdout.write(publicSignals.join());
    `;
    const args = ["--input-type=module-typescript", "--eval", script];
    const { status, stdout } = spawnSync(process.execPath, args, { timeout: 60_000, cwd: ROOT });
    expect(`${stdout}`).toBe("6,2");
    expect(status).toBe(0);
  });
});

describe("on any doubt", () => {
  it.each([
    ["a wrong module", wrong, /not the known one/],
    ["no module", broken, /WebAssembly/],
  ])("with %s, snarkjs proves instead, and that is said once", async (_, module, words) => {
    const told: string[] = [];
    const backend = opened(
      new BackendWithFallback(new WasmBackend({ threads: 1, module }), new SnarkjsBackend(), (why) =>
        told.push(why),
      ),
    );
    const made = await Promise.all([3n, 4n].map((right) => backend.prove(artifacts, { left: 2n, right })));
    expect(made.map(({ publicSignals }) => publicSignals[0])).toEqual([6n, 8n]);
    for (const { publicSignals, proof } of made)
      expect(await verifyProof(artifacts.vkey, publicSignals, proof)).toBe(true);
    expect(told).toEqual([expect.stringMatching(words)]);
  });

  it("a false statement has no witness for either prover, and nothing is doubted", async () => {
    const told: string[] = [];
    const backend = opened(
      new BackendWithFallback(new WasmBackend({ threads: 1 }), new SnarkjsBackend(), (why) => told.push(why)),
    );
    await expect(backend.prove(artifacts, { left: 3n })).rejects.toThrow(WitnessError);
    expect(told).toEqual([]);
  });

  it("a key of another version is refused by both", async () => {
    const { vkey } = await throwawayArtifacts(1);
    const told: string[] = [];
    const backend = opened(chosenBackend({ kind: "own" }, (line) => told.push(line)));
    await expect(backend.prove({ ...artifacts, vkey }, { left: 3n, right: 5n })).rejects.toThrow(
      UnverifiedProofError,
    );
    expect(told).toEqual([
      expect.stringMatching(/the fast prover is not used: .*does not verify.*snarkjs proves instead/),
    ]);
  });

  it("a key file that is cut off is refused by name before snarkjs tries it", async () => {
    const zkey = join(scratch, "short.zkey");
    writeFileSync(zkey, readFileSync(artifacts.zkey).subarray(0, 1000));
    const told: string[] = [];
    const backend = opened(chosenBackend({ kind: "own" }, (line) => told.push(line)));
    await expect(backend.prove({ ...artifacts, zkey }, { left: 3n, right: 5n })).rejects.toThrow();
    expect(told).toEqual([expect.stringMatching(/the file ends too early/)]);
  });
});

describe("a rapidsnark binary by its path", () => {
  /** Takes the same arguments and proves with snarkjs; `tail` is what it does at the end. */
  const binary = (name: string, tail: string): string => {
    const path = join(scratch, name);
    const snarkjs = JSON.stringify(join(ROOT, "node_modules/snarkjs/main.js"));
    const script = `#!${process.execPath}
import { writeFileSync } from "node:fs";
import { groth16 } from ${snarkjs};
const [zkey, witness, proofFile, publicFile] = process.argv.slice(2);
writeFileSync(${JSON.stringify(join(scratch, "asked"))}, witness);
const { proof, publicSignals } = await groth16.prove(zkey, witness);
${tail}
process.exit(0);
`;
    writeFileSync(`${path}.mjs`, script, { mode: 0o755 });
    return `${path}.mjs`;
  };
  const honest = `writeFileSync(proofFile, JSON.stringify(proof)); writeFileSync(publicFile, JSON.stringify(publicSignals));`;

  it("proves, and leaves no witness behind", async () => {
    const backend = opened(new RapidsnarkBackend(binary("honest", honest)));
    const { proof, publicSignals } = await backend.prove(artifacts, { left: 2n, right: 3n });
    expect(await verifyProof(artifacts.vkey, publicSignals, proof)).toBe(true);
    const witness = readFileSync(join(scratch, "asked"), "utf8");
    await expect(readdir(join(witness, ".."))).rejects.toThrow(/ENOENT/);
  });

  it("is not believed when its proof is of another statement", async () => {
    const lies = honest.replace("JSON.stringify(publicSignals)", 'JSON.stringify(["7", "2"])');
    const backend = opened(new RapidsnarkBackend(binary("lying", lies)));
    await expect(backend.prove(artifacts, { left: 2n, right: 3n })).rejects.toThrow(UnverifiedProofError);
  });

  it("gives way to snarkjs when it writes nothing or isn't there", async () => {
    const none = opened(new RapidsnarkBackend(binary("silent", "")));
    await expect(none.prove(artifacts, { left: 2n, right: 3n })).rejects.toThrow(ExternalProverError);
    const told: string[] = [];
    const choice = { kind: "rapidsnark", binary: join(scratch, "missing") } as const;
    const backend = opened(chosenBackend(choice, (line) => told.push(line)));
    expect((await backend.prove(artifacts, { left: 2n, right: 3n })).publicSignals).toEqual([6n, 2n]);
    expect(told).toEqual([expect.stringMatching(/rapidsnark at .*missing is not used/)]);
    expect(await proverReport(choice)).toMatchObject({
      prover: "snarkjs",
      reason: expect.stringMatching(/can't be run/),
    });
  });
});

describe("which prover runs", () => {
  it("is chosen by PLIMSOLL_PROVER, and another word is refused", () => {
    expect(proverChoice("own")).toEqual({ kind: "own" });
    expect(proverChoice("snarkjs")).toEqual({ kind: "snarkjs" });
    expect(proverChoice("rapidsnark:/opt/prover")).toEqual({ kind: "rapidsnark", binary: "/opt/prover" });
    expect(() => proverChoice("fast")).toThrow(ProverChoiceError);
    expect(chosenBackend({ kind: "snarkjs" })).toBeInstanceOf(SnarkjsBackend);
  });

  it("is told with the reason", async () => {
    expect(await proverReport({ kind: "snarkjs" })).toMatchObject({ prover: "snarkjs" });
    expect(await proverReport({ kind: "own" }, new WasmBackend({ module: wrong, threads: 1 }))).toMatchObject(
      {
        prover: "snarkjs",
        reason: expect.stringMatching(/does not work on this machine: .*not the known one/),
      },
    );
    const { text, exitCode } = await runCommand(["prover"]);
    expect(text).toMatch(/^prover {2}own\nwhy {5}its self-test passed in [\d.]+ s, with \d+ threads\n$/);
    expect(exitCode).toBe(0);
  });

  it("is snarkjs on a processor without fused multiply-adds: the engine's flag makes one of this machine's", () => {
    const args = ["--no-enable-fma3", join(ROOT, "prover/src/cli/plimsoll.ts"), "prover"];
    const { stdout } = spawnSync(process.execPath, args, { timeout: 60_000, encoding: "utf8" });
    // Other processors than x64 have them always, and the flag means nothing there.
    expect(stdout).toMatch(
      process.arch === "x64"
        ? /^prover {2}snarkjs\nwhy .* a product in the base field is not/
        : /^prover {2}own/,
    );
  });
});
