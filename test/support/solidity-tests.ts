import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { inspect } from "node:util";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import { describe, expect, test } from "vitest";
import config from "../../hardhat.config.ts";
import { ROOT } from "../../prover/src/build/paths.ts";

/** One function of a test contract. */
interface SolidityTest {
  readonly file: string;
  readonly name: string;
  /** What broke it; empty for a test that passed. */
  readonly failure: string;
}

/** As much as is used here of what Hardhat's task gives back; its own types are not exported. */
interface TaskResult {
  readonly value?: { readonly suiteResults: readonly Suite[] };
  readonly error?: { readonly suiteResults: readonly Suite[] };
}

interface Suite {
  readonly id: { readonly source: string };
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly reason?: string;
    readonly counterexample?: unknown;
  }[];
}

/**
 * Compiles and runs the tests of test/contracts/solidity, in the profile of that name in hardhat.config.ts, and makes a
 * test here of each, under its own name. Throws when they do not compile.
 */
export async function describeSolidityTests(profile: "default" | "long"): Promise<void> {
  const results = await runSolidityTests(profile);
  const files = readdirSync(join(ROOT, "test/contracts/solidity")).filter((name) => name.endsWith(".t.sol"));
  describe.each(files)("%s", (file) => {
    const here = results.filter((result) => result.file === file);
    // A file that was left out must not look like one that passed.
    test("has tests", () => expect(here).not.toEqual([]));
    test.each(here)("$name", ({ failure }) => expect(failure).toBe(""));
  });
}

async function runSolidityTests(testProfile: string): Promise<readonly SolidityTest[]> {
  const hre = await createHardhatRuntimeEnvironment(config, { buildProfile: "tests" }, ROOT);
  const task = hre.tasks.getTask(["test", "solidity"]);
  // `noCompile` is about contracts/ in its own profile: the tests compile what they import.
  const result = (await task.run({ testProfile, noCompile: true })) as TaskResult;
  const suites = result.value?.suiteResults ?? result.error?.suiteResults ?? [];
  return suites.flatMap(({ id, testResults }) =>
    testResults.map(({ name, status, reason, counterexample }) => ({
      file: basename(id.source),
      name,
      failure:
        status === "Success" ? "" : [status, reason, counterexample && inspect(counterexample)].join("; "),
    })),
  );
}
