import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { doctorCommand } from "../../../prover/src/cli/doctor-command.ts";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import type { Machine } from "../../../prover/src/doctor/machine.ts";

let folder: string;
let config: string;
const SOUND: Machine = {
  node: "24.0.0",
  freeMemory: 8e9,
  freeDisk: 50e9,
  prover: async () => ({ prover: "own", reason: "its self-test passed" }),
};
const doctor = (machine: Partial<Machine> = {}) => doctorCommand({ config }, { ...SOUND, ...machine });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-doctor-"));
  config = join(folder, "x/plimsoll.jsonc");
  await runCommand(["init", join(folder, "x"), "--sample", "tiny"]);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, "x", name);
function edit(name: string, from: string, to: string): void {
  const text = readFileSync(at(name), "utf8");
  expect(text).toContain(from);
  writeFileSync(at(name), text.replace(from, to));
}

describe("doctor finds", () => {
  it.each<[string, () => void, RegExp]>([
    [
      "a secret that others may read",
      () => chmodSync(at("secrets/operator-secret"), 0o644),
      /wrong +operator secret: .*0600.*came mode 0644\n +put hex .*chmod 600 .*operator-secret/,
    ],
    [
      "a secret that is lost",
      () => rmSync(at("secrets/operator-secret")),
      /wrong +operator secret: .*expected a file, there is none/,
    ],
    [
      "a secret that is short",
      () => writeFileSync(at("secrets/operator-secret"), "5a5a"),
      /wrong +operator secret: .*at least 32 bytes/,
    ],
    [
      "a snapshot that is not there",
      () => rmSync(at("exchange/positions.csv")),
      /wrong +snapshot: .*positions\.csv: expected a file that can be read/,
    ],
    [
      "a snapshot that is empty",
      () => writeFileSync(at("exchange/balances.csv"), ""),
      /wrong +snapshot: .*balances\.csv: is empty/,
    ],
    [
      "reserves that do not fit",
      () => edit("exchange/reserves.json", '"ETH"', '"XBT"'),
      /wrong +reserves: .*XBT/,
    ],
    [
      "a policy that does not compile",
      () => edit("exchange/marks.json", "observedAt", "observed"),
      /wrong +policy: /,
    ],
    [
      "marks of another time",
      () => edit("plimsoll.jsonc", "1795161600", "1795061600"),
      /wrong +policy: marks: expected marks at most/,
    ],
    [
      "an epoch circuit of another shape",
      () => edit("plimsoll.jsonc", "epoch-tiny", "epoch-demo"),
      /wrong +policy: circuit "epoch-demo": expected a policy of shape/,
    ],
    [
      "a circuit that is none",
      () => edit("plimsoll.jsonc", "batch-4-8", "batch-9-9"),
      /wrong +key of batch-9-9: .*came "batch-9-9"/,
    ],
    [
      "a configuration that does not fit",
      () => edit("plimsoll.jsonc", '"epoch": "1"', '"epoch": 1'),
      /wrong +configuration: .*field epoch/,
    ],
  ])("%s, and says how to mend it", async (_, breakIt, words) => {
    breakIt();
    const { text, exitCode } = await doctor();
    expect(text).toMatch(words);
    expect(text).toMatch(/\nnext: do what stands under each thing that is wrong/);
    expect(exitCode).toBe(1);
  });

  it("an old Node, a slow prover, and too little memory and disk", async () => {
    const { text, exitCode } = await doctor({
      node: "22.1.0",
      freeMemory: 5e8,
      freeDisk: 1e9,
      prover: async () => ({
        prover: "snarkjs",
        reason: "our own does not work on this machine: no vectors",
      }),
    });
    expect(text).toMatch(/wrong +node: expected 24 or newer, came 22\.1\.0/);
    expect(text).toMatch(/warning +prover: snarkjs, several times slower: our own does not work/);
    expect(text).toMatch(/warning +memory: expected 1 GB free.*0\.5 GB free/);
    expect(text).toMatch(/warning +disk: expected 2 GB free/);
    expect(exitCode).toBe(1);
  });

  it("nothing wrong with a folder that init made, changes nothing, and prints no secret", async () => {
    const seen = () =>
      readdirSync(at(""), { recursive: true, encoding: "utf8" }).map((name) => [
        name,
        statSync(at(name)).mtimeMs,
      ]);
    const before = seen();
    const { text, exitCode } = await doctor();
    expect(text).not.toMatch(/^wrong/m);
    expect(text).toMatch(
      /warning +key of batch-4-8: .*DEVELOPMENT KEY|warning +key of batch-4-8: is not built yet/,
    );
    expect(text).toMatch(/not run +chain: the configuration names no endpoint/);
    expect(text).toMatch(/\nnext: plimsoll epoch plan --config /);
    expect(text).not.toContain(readFileSync(at("secrets/operator-secret"), "utf8").trim());
    expect(exitCode).toBe(0);
    expect(seen()).toEqual(before);
  });

  it("the same as JSON", async () => {
    chmodSync(at("secrets/operator-secret"), 0o644);
    const { text, exitCode } = await runCommand(["doctor", "--config", config, "--json"]);
    expect(JSON.parse(text)).toMatchObject({
      findings: expect.arrayContaining([
        expect.objectContaining({ check: "operator secret", state: "wrong" }),
      ]),
      wrong: 1,
    });
    expect(exitCode).toBe(1);
  });
});
