import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { typed } from "../../../prover/src/cli/interrupt.ts";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";

const SCRIPT = fileURLToPath(new URL("../../../prover/src/cli/plimsoll.ts", import.meta.url));
const parent = mkdtempSync(join(tmpdir(), "plimsoll-interrupt-"));
const config = join(parent, "x/plimsoll.jsonc");
const commit = join(parent, "x/epochs/1/private/commit.json");

beforeAll(async () => {
  await runCommand(["init", join(parent, "x"), "--sample", "tiny"]);
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

/** Runs a command as a process and presses Ctrl-C when standard error says `moment`. */
async function interrupted(args: readonly string[], moment: string) {
  const child = spawn(process.execPath, [SCRIPT, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  let isPressed = false;
  child.stdout.on("data", (text: Buffer) => {
    stdout += text;
  });
  child.stderr.on("data", (text: Buffer) => {
    stderr += text;
    if (isPressed || !stderr.includes(moment)) return;
    isPressed = true;
    child.kill("SIGINT");
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout, stderr };
}

describe("Ctrl-C", () => {
  const args = ["epoch", "prove", "--config", config, "--json"];
  let committed: Record<string, unknown> | undefined;
  /** What a commit fixes, as far as it is there: gamma and beta follow from it and come later. */
  const fixed = (): Record<string, unknown> | undefined =>
    existsSync(commit)
      ? JSON.parse(readFileSync(commit, "utf8"), (_, value) => value ?? undefined)
      : undefined;

  // One folder, stopped at each stage in turn: every run takes up what the ones before it finished.
  it.each(["plan", "commit", "challenges", "prove batches", "prove epoch"])(
    "in stage %s leaves a state that resumes, and says what to type",
    async (stage) => {
      const { code, stdout, stderr } = await interrupted(args, `"stage":"${stage}"`);
      expect(code, stderr).toBe(130);
      expect(stdout).toBe("");
      expect(JSON.parse(stderr.trimEnd().split("\n").at(-1)!)).toEqual({
        error: {
          code: "INTERRUPTED",
          message: "stopped before the end; what is finished is kept",
          next: `plimsoll ${args.join(" ")}`,
        },
      });
      // Blinds are drawn once: two commits for one epoch would give two roots.
      const now = fixed();
      if (committed !== undefined) expect(now).toMatchObject(committed);
      committed = now;
    },
  );

  it("loses nothing: resume finishes the epoch, and every proof of it verifies", async () => {
    const resumed = await runCommand(["epoch", "resume", "--quiet", "--config", config]);
    expect(resumed).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/bundles {5}6\n[\s\S]*next: nothing/),
    });
    expect(fixed()).toMatchObject(committed!);
    expect((await runCommand(["verify", "epoch", join(parent, "x/epochs/1"), "--quiet"])).exitCode).toBe(0);
  });

  it("shows no key of an endpoint, and quotes what a shell would split", () => {
    expect(typed(["epoch", "status", "my folder", "--rpc", "https://host/v2/key?token=1"])).toBe(
      "plimsoll epoch status 'my folder' --rpc https://host/...",
    );
    expect(typed(["deploy", "--rpc=HTTPS://host/v2/key"])).toBe("plimsoll deploy --rpc=https://host/...");
    expect(typed(["verify", "bundle", "it's.json", "--rpc", "http://127.0.0.1:8545"])).toBe(
      "plimsoll verify bundle 'it'\\''s.json' --rpc http://127.0.0.1:8545",
    );
  });
});
