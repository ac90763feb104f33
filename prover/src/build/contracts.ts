import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.ts";
import { ROOT } from "./paths.ts";

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

function runHardhat(): Promise<void> {
  const folder = dirname(fileURLToPath(import.meta.resolve("hardhat/package.json")));
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const env = { ...process.env, HARDHAT_DISABLE_TELEMETRY_PROMPT: "true", NO_COLOR: "1" };
  return new Promise((settle, reject) => {
    const child = spawn(process.execPath, [join(folder, bin.hardhat), "build"], {
      cwd: ROOT,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) settle();
      else reject(new ContractsError(`contracts/: Hardhat refused them\n${output.trim()}`));
    });
  });
}
