import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../prover/src/build/paths.ts";
import { RECORDED_COVERAGE, type RecordedCoverage } from "../coverage/recorded.ts";

const recorded: RecordedCoverage = JSON.parse(readFileSync(RECORDED_COVERAGE, "utf8"));

describe("recorded coverage of the contracts' tests", () => {
  it("is of every file that has statements, mocks apart", () => {
    const names = readdirSync(join(ROOT, "contracts"), { recursive: true, encoding: "utf8" });
    const own = names.filter((name) => name.endsWith(".sol") && !name.startsWith("mocks/"));
    const hasStatements = (name: string): boolean =>
      /^ +(function|constructor)[^;{]*\{(?!\s*\})/m.test(readFileSync(join(ROOT, "contracts", name), "utf8"));
    expect(own.filter((name) => hasStatements(name) && !(name in recorded))).toEqual([]);
    expect(Object.keys(recorded).filter((name) => !own.includes(name))).toEqual([]);
  });

  it.each(Object.entries(recorded))(
    "is 85 of 100 statements of %s, or more",
    (_name, { reached, statements }) => {
      expect(reached / statements).toBeGreaterThanOrEqual(0.85);
    },
  );
});
