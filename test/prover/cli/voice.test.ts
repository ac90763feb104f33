import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { WriteStream } from "node:tty";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { coloured } from "../../../prover/src/cli/colours.ts";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { progressLines } from "../../../prover/src/cli/progress-lines.ts";
import type { ProgressEvent } from "../../../prover/src/pipeline/progress.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-voice-"));
const config = join(folder, "x/plimsoll.jsonc");
beforeAll(async () => {
  await runCommand(["init", join(folder, "x"), "--sample", "tiny"]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command line and returns what it said beside its outcome. */
async function said(...args: string[]) {
  let stderr = "";
  const write = (text: string) => {
    stderr += text;
  };
  return { ...(await runCommand(args, { stderr: { write } })), stderr };
}

describe("beside its outcome a command says", () => {
  it("nothing with --quiet, before or after the command", async () => {
    expect((await said("epoch", "plan", "--config", config, "--quiet")).stderr).toBe("");
    expect((await said("-q", "epoch", "plan", "--config", config)).stderr).toBe("");
  });

  it("progress as lines of JSON with --json, and errors as an object", async () => {
    const { stderr } = await said("epoch", "plan", "--config", config, "--json");
    const events = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).progress);
    expect(events.at(-1)).toMatchObject({ stage: "plan", state: "done", done: 6, unit: "accounts" });
    const failed = await said("epoch", "plan", "--config", join(folder, "none"), "--json");
    expect(JSON.parse(failed.text)).toEqual({
      error: { code: "ENOENT", message: expect.stringContaining("none"), next: expect.any(String) },
    });
    expect(failed.exitCode).toBe(2);
  });

  it("a line for each stage otherwise", async () => {
    expect((await said("epoch", "plan", "--config", config)).stderr).toMatch(/^plan: 6 accounts, \d/);
  });

  it.each([
    [["epoch", "plan"], /required option '--config <file>' not specified\nnext: plimsoll epoch plan --help/],
    [
      ["epoch", "plan", "--config", "x", "--jsn"],
      /unknown option '--jsn'\n\(Did you mean --json\?\)\nnext: plimsoll epoch plan --help/,
    ],
    [["verfy"], /unknown command 'verfy'\n\(Did you mean verify\?\)\nnext: plimsoll --help/],
  ])("what to type next after the usage of %j was wrong", async (args, words) => {
    const { text, exitCode } = await said(...args);
    expect(text).toMatch(words);
    expect(exitCode).toBe(2);
  });
});

describe("progress", () => {
  const event = (seconds: number, state: ProgressEvent["state"] = "working"): ProgressEvent => ({
    stage: "prove batches",
    state,
    done: seconds,
    total: 7_200,
    unit: "proofs",
    seconds,
    perSecond: 1,
  });
  const shown = (isTTY: boolean, ...events: ProgressEvent[]) => {
    let text = "";
    const progress = progressLines({ isTTY, write: (more) => (text += more) });
    for (const one of events) progress(one);
    return text;
  };

  it("tells a log that nobody watches once in half a minute, with the time left", () => {
    const slow = { ...event(100), done: 5, total: 5, perSecond: 0.05 };
    const events = [event(0, "started"), event(10), event(31), event(40), event(62), slow];
    const text = shown(false, ...events, { ...slow, state: "done" });
    expect(text.split("\n")).toEqual([
      "prove batches: 31 of 7,200 proofs, 31.0 s, 1 a second, 1 h 59 min left",
      "prove batches: 62 of 7,200 proofs, 62.0 s, 1 a second, 1 h 58 min left",
      "prove batches: 5 proofs, 100.0 s, 0.05 a second",
      "",
    ]);
  });

  it("is rewritten in place where a person watches", () => {
    expect(shown(true, event(1), event(2, "done"))).toBe(
      "\r\x1b[Kprove batches: 1 of 7,200 proofs, 1.0 s, 1 a second, 1 h 59 min left" +
        "\r\x1b[Kprove batches: 2 of 7,200 proofs, 2.0 s, 1 a second\n",
    );
  });
});

describe("colours", () => {
  const terminal = Object.assign(new PassThrough(), {
    isTTY: true,
    getColorDepth: WriteStream.prototype.getColorDepth,
  });
  const text =
    "ok       node: 24\nFAILED   leaf: another\nwarning  key of x\nnext: nothing\nplimsoll: CONFIG: ok then\n";
  const show = (stream: object) => coloured(text, stream as NodeJS.WriteStream);
  beforeEach(() => {
    // Where CI is set, a terminal has no colours unless the service is one that Node knows.
    for (const name of ["NO_COLOR", "FORCE_COLOR", "NODE_DISABLE_COLORS", "CI", "TEAMCITY_VERSION"])
      vi.stubEnv(name, undefined);
    vi.stubEnv("TERM", "xterm-256color");
  });
  afterEach(() => vi.unstubAllEnvs());

  it("are on terminals only, and not where NO_COLOR is set", () => {
    expect(show(new PassThrough())).toBe(text);
    vi.stubEnv("NO_COLOR", "1");
    expect(show(terminal)).toBe(text);
  });

  it("mark the first words of lines and leave the words as they are", () => {
    const shown = show(terminal);
    expect(shown).toContain("\x1b[32mok\x1b[39m       node: 24");
    expect(shown).toContain("\x1b[31mFAILED\x1b[39m");
    expect(shown).toContain("\x1b[31mplimsoll: CONFIG\x1b[39m: ok then");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(shown.replace(/\x1b\[\d+m/g, "")).toBe(text);
  });
});
