import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type InterfaceAbi, keccak256, toUtf8Bytes } from "ethers";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SETTINGS = { viaIR: false, optimizer: { enabled: true, runs: 200 }, evmVersion: "cancun" };

/** A guard to take out: `from` stands exactly once in `file` (below contracts/) and becomes `to`. */
export interface Mutation {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Compiles a contract with a guard removed, so that a test can show the attack that the guard is there for. Sources are
 * the real ones with one edit: a mutant cannot fall behind them. Cached by the hash of its sources.
 */
export async function mutantOf(
  file: string,
  name: string,
  mutations: readonly Mutation[],
  /** Sources that are in no file of contracts/, by the path that they would have there. */
  given: Readonly<Record<string, string>> = {},
): Promise<{ abi: InterfaceAbi; bytecode: string }> {
  const sources: Record<string, { content: string }> = {};
  const applied = new Set<Mutation>();
  const read = async (path: string): Promise<void> => {
    if (path in sources) return;
    const file = join(ROOT, path.startsWith("@") ? "node_modules" : "contracts", path);
    let content = given[path] ?? (await readFile(file, "utf8"));
    for (const mutation of mutations.filter((one) => one.file === path)) {
      if (content.split(mutation.from).length !== 2) {
        throw new Error(`expected exactly one "${mutation.from}" in ${path}`);
      }
      content = content.replace(mutation.from, () => mutation.to);
      applied.add(mutation);
    }
    sources[path] = { content };
    for (const [, imported] of content.matchAll(/^import [^"]*"([^"]+)";/gm)) {
      await read(imported!.startsWith(".") ? join(dirname(path), imported!) : imported!);
    }
  };
  await read(file);
  if (applied.size !== mutations.length) throw new Error(`${file} does not use every mutated file`);
  return compiled(file, name, sources);
}

async function compiled(file: string, name: string, sources: Record<string, { content: string }>) {
  const input = JSON.stringify({
    language: "Solidity",
    sources,
    settings: { ...SETTINGS, outputSelection: { [file]: { [name]: ["abi", "evm.bytecode.object"] } } },
  });
  const cached = join(
    ROOT,
    ".cache",
    "mutants",
    `${name}-${keccak256(toUtf8Bytes(input)).slice(2, 18)}.json`,
  );
  try {
    return JSON.parse(await readFile(cached, "utf8")) as { abi: InterfaceAbi; bytecode: string };
  } catch {
    // Not compiled yet.
  }
  const { default: solc } = await import("solc");
  const output = JSON.parse(solc.compile(input)) as {
    errors?: { severity: string; formattedMessage: string }[];
    contracts?: Record<string, Record<string, { abi: InterfaceAbi; evm: { bytecode: { object: string } } }>>;
  };
  const error = output.errors?.find(({ severity }) => severity === "error");
  const contract = output.contracts?.[file]?.[name];
  if (error !== undefined || contract === undefined) throw new Error(error?.formattedMessage ?? `no ${name}`);
  const result = { abi: contract.abi, bytecode: `0x${contract.evm.bytecode.object}` };
  await mkdir(dirname(cached), { recursive: true });
  const made = `${cached}.${process.pid}`;
  await writeFile(made, JSON.stringify(result));
  await rename(made, cached);
  return result;
}
