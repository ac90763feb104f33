// Writes what is reviewed as a diff: constraints and gas below test/recorded, and the circuit ids that the verifier knows.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { setupHash } from "@plimsoll/verifier/check/release.ts";
import { compileInstance, instanceArtifacts } from "./artifacts.ts";
import { compileProgram } from "./compile.ts";
import { buildContracts } from "./contracts.ts";
import { instanceProgram, listInstances, type Parameter } from "./instances.ts";
import { ROOT } from "./paths.ts";
import { parseR1csHeader } from "./r1cs.ts";

export const RECORDED = join(ROOT, "test/recorded/constraints.json");
export const RECORDED_GAS = join(ROOT, "test/recorded/gas.json");
/** Circuits that the verifier accepts without being told to. */
export const RELEASE = join(ROOT, "verifier/src/release.json");

/** Constraints at --O2. Slopes are differences between small instances, to two digits after the point. */
export interface RecordedConstraints {
  readonly batch: {
    /** Per block of six holdings. */
    readonly perBlock: number;
    /** Per word of three auxiliaries. */
    readonly perAuxWord: number;
    readonly batchFixed: number;
  };
  readonly epoch: {
    readonly perCoefficient: number;
    readonly perRow: number;
    /** Per asset, beyond its coefficients and rows: ranges, claim, comparison. */
    readonly perAsset: number;
  };
  /** Of each instance of circuits/instances.json. */
  readonly instances: Readonly<Record<string, number>>;
}

export async function measureConstraints(say: (line: string) => void): Promise<RecordedConstraints> {
  const batch = await measureBatch(say);
  const epoch = await measureEpoch(say);
  const instances: Record<string, number> = {};
  for (const { name } of listInstances()) {
    instances[name] = constraintsOf((await compileInstance(name)).r1cs);
    say(`${name}: ${instances[name]}`);
  }
  return { batch, epoch, instances };
}

/** Blocks in steps of 16, the arity of the tree; words in steps of 14, the rate of the sponge, with which come 3 blinds. */
async function measureBatch(say: Say): Promise<RecordedConstraints["batch"]> {
  const count = (blocks: number, words: number): Promise<number> =>
    measure("Batch", "batch", [blocks, words], say);
  const [base, moreBlocks, moreWords] = [await count(16, 11), await count(32, 11), await count(16, 25)];
  const perBlock = (moreBlocks - base) / 16;
  const perAuxWord = (moreWords - base) / 14;
  return {
    perBlock: rounded(perBlock),
    perAuxWord: rounded(perAuxWord),
    batchFixed: rounded(base - 16 * perBlock - 11 * perAuxWord),
  };
}

/**
 * Three steps, each of 28 rows and so of whole chunks of the sponge: 14 instruments bring 14 (5 + scenarios) coefficients,
 * 14 scenarios 14 per instrument, 14 assets 5 each.
 */
async function measureEpoch(say: Say): Promise<RecordedConstraints["epoch"]> {
  const count = (assets: number, instruments: number, scenarios: number): Promise<number> =>
    measure(
      "Epoch",
      "epoch",
      [assets, 1, [instruments], [scenarios], [0], [0], [[0, 0, 0, 0, 0]], 0, [[0, 0]]],
      say,
    );
  const base = await count(2, 2, 2);
  const byInstruments = (await count(2, 16, 2)) - base;
  const byScenarios = (await count(2, 2, 16)) - base;
  const byAssets = (await count(16, 2, 2)) - base;
  const perCoefficient = (byInstruments - byScenarios) / (14 * (5 + 2) - 14 * 2);
  const perRow = (byScenarios - 14 * 2 * perCoefficient) / 28;
  return {
    perCoefficient: rounded(perCoefficient),
    perRow: rounded(perRow),
    perAsset: rounded((byAssets - 14 * 5 * perCoefficient - 28 * perRow) / 14),
  };
}

type Say = (line: string) => void;

async function measure(
  template: string,
  statement: string,
  parameters: readonly Parameter[],
  say: Say,
): Promise<number> {
  const name = ["count", statement, ...parameters.flat(2)].join("-");
  const signals = listInstances().find((instance) => instance.template === template)?.public ?? [];
  const file = `statements/${statement}.circom`;
  const program = instanceProgram({ name, file, template, parameters, public: signals });
  const count = constraintsOf((await compileProgram(program)).r1cs);
  say(`${name}: ${count}`);
  return count;
}

function constraintsOf(r1cs: string): number {
  return parseR1csHeader(readFileSync(r1cs)).constraints;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** `verifier/src/release.json`: the development set-up, and the circuit id of each instance by its name. */
export interface Release {
  readonly developmentSetup: string;
  readonly circuits: Readonly<Record<string, string>>;
  /** SHA-256 of the files that a browser proves withdrawals with, by instance. */
  readonly proving: Readonly<Record<string, { readonly wasm: string; readonly zkey: string }>>;
}

/** The circuits that customers prove in a browser: `npm run build:web` puts their files beside the page. */
export const browserInstances = () => listInstances().filter(({ template }) => template === "Withdrawal");

/** Hashes of what `build:web` copies. */
export async function measureProving(): Promise<Release["proving"]> {
  const sha256 = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");
  const files = browserInstances().map(async ({ name }) => {
    const { wasm, zkey } = await instanceArtifacts(name);
    return [name, { wasm: sha256(wasm), zkey: sha256(zkey) }] as const;
  });
  return Object.fromEntries(await Promise.all(files));
}

export async function measureRelease(say: Say): Promise<Release> {
  const hex = (value: bigint): string => `0x${value.toString(16).padStart(64, "0")}`;
  const circuits: Record<string, string> = {};
  let setup = 0n;
  for (const { name } of listInstances()) {
    const artifacts = await instanceArtifacts(name);
    circuits[name] = hex(artifacts.circuitId);
    setup = setupHash(artifacts.vkey);
    say(`${name}: circuit id ${circuits[name]}`);
  }
  return { developmentSetup: hex(setup), circuits, proving: await measureProving() };
}

function write(file: string, value: object): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
  process.stdout.write(`${relative(ROOT, file)}: ${JSON.stringify(value, null, 2)}\n`);
}

if (import.meta.main) {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  write(RECORDED, await measureConstraints(say));
  write(RELEASE, await measureRelease(say));
  await buildContracts();
  // Loaded here, since it needs the contracts to be built.
  const { measureGas } = await import("../../../test/support/gas.ts");
  const { measurePublishing } = await import("../../../test/support/publishing-gas.ts");
  const { measureLedger } = await import("../../../test/support/ledger-gas.ts");
  const { measurePledging } = await import("../../../test/support/pledging-gas.ts");
  const { measureVault } = await import("../../../test/support/vault-gas.ts");
  write(RECORDED_GAS, {
    ...(await measureGas()),
    publishing: await measurePublishing(),
    ledger: await measureLedger(),
    pledging: await measurePledging(),
    vault: await measureVault(),
  });
}
