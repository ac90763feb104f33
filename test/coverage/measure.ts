// Which statements of the contracts the tests run, those in Solidity and those in TypeScript: measured here, reviewed as a diff.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import config from "../../hardhat.config.ts";
import { ROOT } from "../../prover/src/build/paths.ts";
import { type FileCoverage, RECORDED_COVERAGE, type RecordedCoverage } from "./recorded.ts";

/** Where Hardhat keeps what it saw: a folder for each kind of test, with a file of tags for each process. */
const SEEN = join(ROOT, "coverage");

/** As much of Hardhat's coverage manager as is used here; it is not exported. */
interface Manager {
  readonly filesMetadata: ReadonlyMap<string, ReadonlyMap<string, Statement>>;
  disableReport(): void;
}

interface Statement {
  readonly tag: string;
  readonly startUtf16: number;
}

/** Compiles the contracts with a note at each statement, beside those that are deployed, and runs the tests. */
async function measure(): Promise<RecordedCoverage> {
  rmSync(SEEN, { recursive: true, force: true });
  const folder = join(ROOT, "build/coverage");
  const paths = { ...config.paths, artifacts: join(folder, "artifacts"), cache: join(folder, "cache") };
  const options = { coverage: true, buildProfile: "tests" };
  const hre = await createHardhatRuntimeEnvironment({ ...config, paths }, options, ROOT);
  const manager = (hre as unknown as { readonly _coverage: Manager })._coverage;
  manager.disableReport();
  // All of them, also those that no test imports.
  await hre.tasks.getTask("build").run({ noTests: true });
  const run = await hre.tasks.getTask(["test", "solidity"]).run({ testProfile: "default", noCompile: true });
  if (!(run as { readonly success: boolean }).success) throw new Error("expected the Solidity tests to pass");
  runTypeScriptTests();
  const seen = new Set([...tagsOf("solidity"), ...tagsOf("typescript")]);
  const files: Record<string, FileCoverage> = {};
  for (const [path, statements] of [...manager.filesMetadata].sort()) {
    const name = relative("contracts", path);
    if (!name.startsWith("mocks/")) files[name] = coverageOf(path, [...statements.values()], seen);
  }
  return files;
}

/**
 * The tests of contracts once more, on contracts that say what ran. They are larger and cost more gas so, which a few
 * tests are about: those fail here, and what they ran counts all the same.
 */
function runTypeScriptTests(): void {
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const settings = ["run", "--config", join(ROOT, "test/coverage/typescript.config.ts")];
  spawnSync(process.execPath, [vitest, ...settings], {
    ...{ cwd: ROOT, stdio: "inherit", env: { ...process.env, HARDHAT_COVERAGE: "true" } },
  });
}

function tagsOf(kind: string): ReadonlySet<string> {
  const folder = join(SEEN, "data", kind);
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  return new Set(files.flatMap((text) => Object.keys(JSON.parse(text))));
}

function coverageOf(path: string, statements: readonly Statement[], seen: ReadonlySet<string>): FileCoverage {
  const source = readFileSync(join(ROOT, path), "utf8");
  const missed = statements.filter(({ tag }) => !seen.has(tag));
  const lines = missed.map(({ startUtf16 }) => source.slice(0, startUtf16).split("\n").length);
  return {
    statements: statements.length,
    reached: statements.length - missed.length,
    missedLines: ranges([...new Set(lines)].sort((a, b) => a - b)),
  };
}

/** `3, 7-9`: runs of ascending numbers, short enough to be read in a diff. */
function ranges(numbers: readonly number[]): string {
  const firsts = numbers.filter((number) => !numbers.includes(number - 1));
  const lasts = numbers.filter((number) => !numbers.includes(number + 1));
  return firsts.map((first, i) => (first === lasts[i] ? `${first}` : `${first}-${lasts[i]}`)).join(", ");
}

const recorded = await measure();
writeFileSync(RECORDED_COVERAGE, `${JSON.stringify(recorded, null, 2)}\n`);
