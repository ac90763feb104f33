import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Interface } from "ethers";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../../prover/src/build/paths.ts";
import { ADVICE } from "../../../prover/src/chain/advice.ts";
import { errorsWithoutWords, wordsOf } from "../../../prover/src/chain/errors.ts";

/** Of libraries, for longer names and code than ours: constants exclude them. */
const UNREACHABLE = ["InvalidShortString", "StringTooLong", "CloneArgumentsTooLong", "Create2EmptyBytecode"];

/** Every contract that is deployed: those at the top of contracts/, with what they inherit and call. */
const contracts = readdirSync(join(ROOT, "contracts"))
  .filter((name) => name.endsWith(".sol"))
  .map((file) => {
    const name = file.replace(/\.sol$/, "");
    const artifact = readFileSync(join(ROOT, "build/artifacts/contracts", file, `${name}.json`), "utf8");
    return { name, abi: new Interface(JSON.parse(artifact).abi) };
  });

describe("what a contract refuses", () => {
  it.each(contracts)("by $name is told in words, with what to do next", ({ abi }) => {
    // A new error needs words in errors.ts or a file that it gathers, and a line in advice.ts.
    expect(errorsWithoutWords(abi).filter((name) => !UNREACHABLE.includes(name))).toEqual([]);
  });

  it.each(contracts)("by $name is told with arguments that the error has", ({ abi }) => {
    abi.forEachError(({ name, inputs }) => {
      if (UNREACHABLE.includes(name)) return;
      const words = wordsOf(name, Object.fromEntries(inputs.map((input) => [input.name, `<${input.name}>`])));
      expect(words, name).not.toMatch(/undefined|\[object/);
      expect(words.length, name).toBeGreaterThan(20);
    });
  });

  it("has one piece of advice for each error, which is no repetition of its name", () => {
    for (const [name, advice] of ADVICE) expect(advice, name).not.toContain(name);
    const source = readFileSync(join(ROOT, "prover/src/chain/advice.ts"), "utf8");
    for (const name of ADVICE.keys()) expect(source.split(`"${name}"`), name).toHaveLength(2);
  });
});
