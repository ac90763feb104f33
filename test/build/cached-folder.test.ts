import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { cachedFolder } from "../../prover/src/build/cached-folder.ts";

const scratch = mkdtempSync(join(tmpdir(), "plimsoll-cache-"));
afterAll(() => rmSync(scratch, { recursive: true }));

describe("cached folders", () => {
  it("leave nothing when making one fails, and make it the next time", async () => {
    const folder = join(scratch, "fails");
    await expect(
      cachedFolder(folder, async (unfinished) => {
        writeFileSync(join(unfinished, "half"), "");
        throw new Error("interrupted");
      }),
    ).rejects.toThrow("interrupted");
    expect(readdirSync(scratch)).toEqual([]);
    await cachedFolder(folder, async (unfinished) => writeFileSync(join(unfinished, "whole"), ""));
    expect(readdirSync(folder)).toEqual(["whole"]);
  });

  it("sweep what a killed builder left", async () => {
    const folder = join(scratch, "killed");
    const { pid } = spawnSync(process.execPath, ["--version"]);
    mkdirSync(`${folder}.unfinished-${pid}`);
    await cachedFolder(folder, async (unfinished) => writeFileSync(join(unfinished, "whole"), ""));
    expect(existsSync(`${folder}.unfinished-${pid}`)).toBe(false);
  });

  it("are made once by two builders at the same time", async () => {
    const folder = join(scratch, "twice");
    let times = 0;
    const make = async (unfinished: string): Promise<void> => {
      times++;
      await setTimeout(200);
      writeFileSync(join(unfinished, "whole"), `${times}`);
    };
    await Promise.all([cachedFolder(folder, make), cachedFolder(folder, make)]);
    expect(times).toBe(1);
    expect(readFileSync(join(folder, "whole"), "utf8")).toBe("1");
  });

  it("are not waited for longer than ten seconds when their builder was killed with its lock", async () => {
    const folder = join(scratch, "stale");
    const script = `
      import { cachedFolder } from ${JSON.stringify(join(import.meta.dirname, "../../prover/src/build/cached-folder.ts"))};
      await cachedFolder(${JSON.stringify(folder)}, async () => process.kill(process.pid, "SIGKILL"));
    `;
    const { signal } = spawnSync(process.execPath, ["--input-type=module-typescript", "--eval", script]);
    expect(signal).toBe("SIGKILL");
    expect(existsSync(`${folder}.lock`)).toBe(true);
    const longAgo = Date.now() / 1000 - 11;
    utimesSync(`${folder}.lock`, longAgo, longAgo);
    await cachedFolder(folder, async () => {});
    expect(existsSync(folder)).toBe(true);
  });
});
