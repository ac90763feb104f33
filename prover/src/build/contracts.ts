import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.ts";
import { ROOT } from "./paths.ts";
import { runNode } from "./run-node.ts";

const ARTIFACTS = join(ROOT, "build", "artifacts");
const STAMP = join(ROOT, "build", "contracts.sha256");

/** The Solidity compiler refused the sources; its words are in the message. */
export class ContractsError extends Error {
  readonly code = "CONTRACTS_DO_NOT_COMPILE";
  readonly retryable = false;
}

/** Compiles contracts/ with Hardhat into build/artifacts unless the sources are those of the last time. False: nothing to do. */
export async function buildContracts(): Promise<boolean> {
  const hash = sourceHash();
  if (isBuilt(hash)) return false;
  await mkdir(dirname(STAMP), { recursive: true });
  let compiled = false;
  await withLock(STAMP, async () => {
    if (isBuilt(hash)) return;
    await runHardhat();
    await writeFile(STAMP, hash);
    compiled = true;
  });
  return compiled;
}

function isBuilt(hash: string): boolean {
  return existsSync(ARTIFACTS) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === hash;
}

function sourceHash(): string {
  const names = readdirSync(join(ROOT, "contracts"), { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => name.endsWith(".sol")).map((name) => join("contracts", name));
  const hash = createHash("sha256");
  for (const file of [...files.sort(), "hardhat.config.ts", "package-lock.json"]) {
    hash.update(JSON.stringify([file, readFileSync(join(ROOT, file), "utf8")]));
  }
  return hash.digest("hex");
}

async function runHardhat(): Promise<void> {
  const folder = dirname(fileURLToPath(import.meta.resolve("hardhat/package.json")));
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const env = { ...process.env, HARDHAT_DISABLE_TELEMETRY_PROMPT: "true", NO_COLOR: "1" };
  const { code, output } = await runNode(join(folder, bin.hardhat), ["build", "--no-tests"], ROOT, env);
  if (code !== 0) throw new ContractsError(`contracts/: Hardhat refused them\n${output.trim()}`);
}
