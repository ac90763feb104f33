import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listInstances } from "../../../prover/src/build/instances.ts";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { batchConstraints, COSTS, epochConstraints } from "../../../prover/src/pipeline/estimates.ts";
import { batchCapacity } from "../../../prover/src/pipeline/instance-shapes.ts";
import { keepRates, measuredRates } from "../../../prover/src/proving/measured-rates.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import constraints from "../../recorded/constraints.json" with { type: "json" };
import gas from "../../recorded/gas.json" with { type: "json" };

let parent: string;
let folder: string;
beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), "plimsoll-plan-"));
  folder = join(parent, "x");
  await runCommand(["init", folder, "--sample", "tiny"]);
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

/** A copy of the configuration with some of its text replaced, and files beside it with some of theirs. */
function changed(replace: readonly (readonly [string, string])[]): string {
  let text = readFileSync(join(folder, "plimsoll.jsonc"), "utf8");
  for (const [from, to] of replace) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  const file = join(folder, "changed.jsonc");
  writeFileSync(file, text);
  return file;
}

function write(name: string, text: string): void {
  writeFileSync(join(folder, "exchange", name), text);
}

const plan = (config: string, ...options: string[]) =>
  runCommand(["epoch", "plan", "--quiet", "--config", config, ...options]);

/** Every file below a folder with its time of change. */
const files = (at: string) =>
  readdirSync(at, { recursive: true, encoding: "utf8" }).map((name) => [
    name,
    statSync(join(at, name)).mtimeMs,
  ]);

describe("epoch plan", () => {
  it("finds everything that a proof would fail on and not only the first, and exits with 1", async () => {
    write(
      "less.json",
      JSON.stringify({ format: "plimsoll.reserves.1", insurance: "0", held: { ETH: "9.5" } }),
    );
    const config = changed([
      ["exchange/reserves.json", "exchange/less.json"],
      ["1795161600", "1795061600"],
    ]);
    const { text, exitCode } = await plan(config);
    expect(text.match(/^would fail {2}\w+/gm)).toEqual(
      ["CONFIG", "NOT_COVERED", "NOT_INSURED"].map((code) => `would fail  ${code}`),
    );
    expect(text).toMatch(/NOT_COVERED: .*less of USDT/);
    expect(text).toMatch(/next: correct what would fail/);
    expect(exitCode).toBe(1);
  });

  it("names accounts that can't be proved without stopping at the first", async () => {
    const rows = ["whale", "kraken"].map((account) => `${account},ETH,5500000000000`);
    write("large.csv", `account,asset,quantity\n${rows.join("\n")}\nhouse,ETH,1\n`);
    const config = changed([
      ["exchange/balances.csv", "exchange/large.csv"],
      [`"positions": ["exchange/positions.csv"],`, ""],
    ]);
    const { text, exitCode } = await plan(config);
    expect(text).toMatch(
      /would fail {2}\w+_TOO_LARGE: account "whale".*\nwould fail {2}\w+_TOO_LARGE: account "kraken"/,
    );
    expect(exitCode).toBe(1);
  });

  it("says where a snapshot can't be read", async () => {
    write("broken.csv", "account,asset,quantity\nsaver,XBT,1\n");
    const { text, exitCode } = await plan(changed([["exchange/balances.csv", "exchange/broken.csv"]]));
    expect(text).toMatch(/broken\.csv.*2.*XBT.*\nnext: correct the file/s);
    expect(exitCode).toBe(2);
  });

  it("tells accounts, batches, time, disk, gas and who is short, and writes nothing", async () => {
    const config = join(folder, "plimsoll.jsonc");
    const before = files(folder);
    const { text, exitCode } = await plan(config);
    expect(text).toMatch(
      /accounts {4}6; 1 under initial margin, 1 under maintenance margin, 0 with negative equity/,
    );
    expect(text).toMatch(/batches {5}2 of batch-4-8, 2 blocks empty/);
    expect(text).toMatch(/time +about .* s: commit .*, batches .*, epoch /);
    expect(text).toMatch(/gas +about 706941 in one transaction/);
    expect(text).toMatch(/nothing would fail; nothing was written\nnext: plimsoll epoch prove --config /);
    expect(exitCode).toBe(0);
    expect(files(folder)).toEqual(before);
    // Times and sizes are the machine's, and may be 9.5 of something.
    const rest = text.replace(/^(time|disk) .*$/gm, "");
    for (const amount of ["1000", "5000", "9.5"]) expect(rest).not.toContain(amount);
  });

  it("prints the same as JSON", async () => {
    const { text } = await plan(join(folder, "plimsoll.jsonc"), "--json");
    expect(JSON.parse(text)).toMatchObject({
      waste: { accounts: 6, batches: 2 },
      margin: { underInitial: 1, underMaintenance: 1, negativeEquity: 0 },
      estimates: { gas: "706941", transactions: 1 },
      problems: [],
    });
  });
});

describe("estimates", () => {
  it("are the recorded costs of circuits and gas", () => {
    const rounded = (record: Record<string, number>) =>
      Object.fromEntries(Object.entries(record).map(([name, value]) => [name, Math.round(value)]));
    expect(COSTS.batch).toEqual(rounded(constraints.batch));
    expect(COSTS.epoch).toEqual(rounded(constraints.epoch));
    expect(COSTS.gas).toEqual({
      perBatch: gas.perBatchAt32,
      perBatchInParts: gas.perBatchChunked,
      fixed: gas.epochFixed,
      fixedInParts: gas.chunkedFixed,
    });
  });

  it("are within 8 % of the constraints of every batch circuit, and of the examples' epoch circuits", () => {
    const recorded: Record<string, number> = constraints.instances;
    for (const { name, template } of listInstances()) {
      if (template !== "Batch") continue;
      expect(Math.abs(batchConstraints(batchCapacity(name)) / recorded[name]! - 1), name).toBeLessThan(0.08);
    }
    for (const [example, name] of Object.entries({
      tiny: "epoch-tiny",
      demo: "epoch-demo",
      all: "epoch-all",
    })) {
      const read = (file: string) =>
        JSON.parse(
          readFileSync(join(import.meta.dirname, `../../../examples/${example}/${file}.json`), "utf8"),
        );
      const { coefficients } = compilePolicy(read("risk-parameters"), read("marks"));
      // The smallest has constraints that don't grow with anything.
      const tolerance = example === "tiny" ? 0.4 : 0.08;
      expect(Math.abs(epochConstraints(coefficients) / recorded[name]! - 1), name).toBeLessThan(tolerance);
    }
  });

  it("take this machine's last rates, and the recorded ones where the file is lost or another", async () => {
    const file = join(parent, "rates.json");
    expect((await measuredRates(file)).measuredHere).toBe(false);
    await keepRates({ constraintsPerSecond: 70_000 }, file);
    await keepRates({ committedPerSecond: 900 }, file);
    expect(await measuredRates(file)).toEqual({
      constraintsPerSecond: 70_000,
      committedPerSecond: 900,
      measuredHere: true,
    });
    writeFileSync(file, "not JSON");
    expect((await measuredRates(file)).measuredHere).toBe(false);
  });
});
