import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compileProgram } from "../../prover/src/build/compile.ts";
import { instanceProgram } from "../../prover/src/build/instances.ts";
import { parseR1cs, parseR1csHeader } from "../../prover/src/build/r1cs.ts";
import { reachableSources } from "../../prover/src/build/sources.ts";
import { throwawayArtifacts } from "../support/throwaway.ts";

const tree = new Map([
  ["circuits/a.circom", 'include "lib/b.circom"; // include "nowhere.circom";'],
  ["circuits/lib/b.circom", 'include "../a.circom";\n/* include "nowhere.circom"; */'],
  ["circuits/unused.circom", ""],
]);

describe("sources of a circuit", () => {
  it("refuse an include that does not exist, naming who includes it", () => {
    const main = 'include "circuits/c.circom";';
    expect(() => reachableSources(main, tree)).toThrow(/main\.circom: includes "circuits\/c\.circom"/);
  });

  it("are what main reaches, each once, comments aside", () => {
    const main = 'include "circuits/a.circom";';
    expect([...reachableSources(main, tree).keys()].sort()).toEqual([
      "circuits/a.circom",
      "circuits/lib/b.circom",
      "main.circom",
    ]);
  });

  it("decide the hash: a parameter, a reached file and nothing else", async () => {
    const sources = (body: string, unused: string) =>
      new Map([
        ["circuits/x.circom", `template X(n) { signal input a; signal output b <== a * ${body} + n; }`],
        ["circuits/unused.circom", unused],
      ]);
    const program = (n: number) =>
      instanceProgram({ name: "hashed", file: "x.circom", template: "X", parameters: [n], public: [] });
    const hash = async (n: number, body: string, unused = ""): Promise<string> =>
      (await compileProgram({ ...program(n), sources: sources(body, unused) })).hash;
    const first = await hash(1, "a");
    expect(await hash(1, "a", "// changed")).toBe(first);
    expect(await hash(2, "a")).not.toBe(first);
    expect(await hash(1, "(a + 1)")).not.toBe(first);
  });

  it("refuse a name that can't be a stem of files", async () => {
    await expect(compileProgram({ name: "../x", main: "" })).rejects.toThrow(
      /expected a name like batch-4-8/,
    );
  });
});

describe("r1cs files", () => {
  it("are refused when they are another format, cut short, or longer than they say", async () => {
    const bytes = new Uint8Array(readFileSync((await throwawayArtifacts()).r1cs));
    expect(() => parseR1cs(bytes.slice(1))).toThrow(/expected an r1cs file/);
    expect(() => parseR1cs(bytes.slice(0, -1))).toThrow(/truncated/);
    expect(() => parseR1cs(new Uint8Array([...bytes, 0]))).toThrow(/left over/);
    expect(parseR1csHeader(bytes)).toEqual({
      wires: 4,
      outputs: 1,
      publicInputs: 1,
      privateInputs: 1,
      constraints: 1,
    });
  });
});
