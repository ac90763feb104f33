import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cachedFolder } from "./cached-folder.ts";
import { CACHE } from "./paths.ts";
import { runNode } from "./run-node.ts";
import { circuitSources, reachableSources, type Sources } from "./sources.ts";

const COMPILER = fileURLToPath(import.meta.resolve("circom2/cli.js"));
const COMPILER_VERSION: string = JSON.parse(
  readFileSync(fileURLToPath(import.meta.resolve("circom2/package.json")), "utf8"),
).version;
const OPTIONS = ["--O2", "--r1cs", "--wasm", "--sym", "-l", "node_modules"];
const STEM = /^[a-z0-9][a-z0-9-]*$/;

/** A circom program. `main` is the text of a file at the root of the repository that declares the main component. */
export interface Program {
  /** Stem of every artefact: lower-case letters, digits and dashes. */
  readonly name: string;
  readonly main: string;
  /** Files that `main` may include; circuits/ when left out. */
  readonly sources?: Sources;
}

/** Files of a compiled program; `hash` covers its sources, its options and the compiler's version. */
export interface CompiledCircuit {
  readonly name: string;
  readonly hash: string;
  readonly folder: string;
  readonly r1cs: string;
  readonly wasm: string;
  readonly sym: string;
}

/** What the compiler said; its text names files, lines and templates only. */
export class CompileError extends Error {
  readonly code = "CIRCUIT_DOES_NOT_COMPILE";
  readonly retryable = false;
  readonly circuit: string;
  constructor(circuit: string, output: string) {
    super(`${circuit}: circom refused it\n${output}`);
    this.circuit = circuit;
  }
}

/** Where a program's compiled files are or will be; nothing is made. Throws for a name that is no stem. */
export function compiledFiles(program: Program): CompiledCircuit {
  return place(program).circuit;
}

/** Compiles with circom2 in a process of its own, or takes the result from .cache/circuits. */
export async function compileProgram(program: Program): Promise<CompiledCircuit> {
  const { circuit, files } = place(program);
  const { name, folder } = circuit;
  await cachedFolder(folder, async (unfinished) => {
    // circom2 sees only what is below its working directory (WASI), so the sources come to it.
    const work = join(unfinished, "work");
    for (const [path, text] of files) {
      await mkdir(dirname(join(work, path)), { recursive: true });
      await writeFile(join(work, path), text);
    }
    await runCompiler(name, work, ["main.circom", ...OPTIONS]);
    await rename(join(work, "main.r1cs"), join(unfinished, `${name}.r1cs`));
    await rename(join(work, "main.sym"), join(unfinished, `${name}.sym`));
    await rename(join(work, "main_js", "main.wasm"), join(unfinished, `${name}.wasm`));
    await rm(work, { recursive: true });
  });
  return circuit;
}

function place(program: Program): { circuit: CompiledCircuit; files: Sources } {
  const { name } = program;
  if (!STEM.test(name)) throw new Error(`expected a name like batch-4-8, came "${name}"`);
  const files = reachableSources(program.main, program.sources ?? circuitSources());
  const hash = contentHash(files);
  const folder = join(CACHE, "circuits", `${name}-${hash.slice(0, 16)}`);
  const file = (extension: string): string => join(folder, `${name}.${extension}`);
  return { circuit: { name, hash, folder, r1cs: file("r1cs"), wasm: file("wasm"), sym: file("sym") }, files };
}

function contentHash(files: Sources): string {
  const hash = createHash("sha256").update(JSON.stringify([COMPILER_VERSION, OPTIONS]));
  for (const path of [...files.keys()].sort()) hash.update(JSON.stringify([path, files.get(path)]));
  return hash.digest("hex");
}

async function runCompiler(circuit: string, folder: string, args: readonly string[]): Promise<void> {
  const { code, output } = await runNode(COMPILER, args, folder);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: circom colours its messages whether or not anyone sees them
  if (code !== 0) throw new CompileError(circuit, output.replace(/\u001b\[[0-9;]*m/g, "").trim());
}
