import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findInstance } from "../../../prover/src/build/instances.ts";
import { configFormat } from "../../../prover/src/cli/config-file.ts";
import { epochShape } from "../../../prover/src/pipeline/instance-shapes.ts";
import { fromJson } from "../../../verifier/src/formats/codecs.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { marksAreOf } from "../../../verifier/src/policy/marks.ts";

test.each(["demo", "tiny"])(
  "the configuration of examples/%s names files that are there, circuits of its policy's shape, a time of its marks",
  (example) => {
    const folder = new URL(`../../../examples/${example}/`, import.meta.url);
    const text = (name: string) => readFileSync(new URL(name, folder), "utf8");
    const config = fromJson(configFormat, text("config.json"), "config.json");
    const { balances, positions } = config.snapshot;
    for (const name of [...balances, ...positions!, config.reserves])
      expect(existsSync(new URL(name, folder)), name).toBe(true);
    const policy = compilePolicy(
      JSON.parse(text(config.policy.riskParameters)),
      JSON.parse(text(config.policy.marks)),
    );
    expect(findInstance(config.circuits.batch).template).toBe("Batch");
    expect(epochShape(config.circuits.epoch)).toEqual(policy.coefficients.shape);
    expect(marksAreOf(policy.riskParameters, policy.marks, config.snapshotTime)).toBe(true);
  },
);
