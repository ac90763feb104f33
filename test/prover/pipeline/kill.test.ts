import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConstraintProver } from "../../support/constraint-prover.ts";
import { sentRoots } from "../../support/file-chain.ts";

const CHILD = fileURLToPath(new URL("../../support/epoch-child.ts", import.meta.url));
const ACCOUNTS = 7;

/** In the order in which a run comes by them; each run starts where the one before was killed. */
const MOMENTS = [
  "plan done",
  "commit working",
  "challenges working",
  "prove batches working",
  "prove epoch done",
  "sent",
  "bundles working",
];

describe("an epoch that is killed at every stage (attack row 34)", () => {
  let folder: string;
  const statuses: (string | null)[] = [];
  const secrets = new Set<string>();
  /** Inodes that each proof file has had: writing a file anew gives it another. */
  const proofs = new Map<string, Set<number>>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "plimsoll-kill-"));
    // Compiles both circuits here, so that no child is killed while it holds the compiler's lock.
    const prover = new ConstraintProver();
    await Promise.all(["batch-4-8", "epoch-tiny"].map((name) => prover.prove(name, {}).catch(() => {})));
    for (const moment of [...MOMENTS, ""]) {
      const child = spawnSync(process.execPath, [CHILD, folder, "killed", String(ACCOUNTS), moment], {
        encoding: "utf8",
      });
      statuses.push(child.signal ?? (child.status === 0 ? "done" : child.stderr));
      const commit = join(folder, "epoch/private/commit.json");
      if (existsSync(commit)) {
        const { blinds, totalsSalt, weightsSalt } = JSON.parse(await readFile(commit, "utf8"));
        secrets.add(JSON.stringify([blinds, totalsSalt, weightsSalt]));
      }
      const names = await readdir(join(folder, "epoch/private"), { recursive: true });
      for (const name of names.filter((file) => /proof\.json$/.test(file))) {
        const { ino } = await stat(join(folder, "epoch/private", name));
        proofs.set(name, (proofs.get(name) ?? new Set()).add(ino));
      }
    }
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("dies at each moment and ends well when it is let live", () => {
    expect(statuses).toEqual([...MOMENTS.map(() => "SIGKILL"), "done"]);
  });

  it("commits with one set of salts and blinds for good", () => {
    expect(secrets.size).toBe(1);
  });

  it("keeps every proof that was written: no file is replaced by another", () => {
    expect(proofs.size).toBeGreaterThan(2);
    for (const [name, inodes] of proofs) expect(inodes.size, name).toBe(1);
  });

  it("sends one root to the chain, once", async () => {
    const record = JSON.parse(await readFile(join(folder, "epoch/public/epoch.json"), "utf8"));
    expect(await sentRoots(join(folder, "chain.log"))).toEqual([BigInt(record.accountsRoot)]);
  });

  it("leaves a bundle for every account", async () => {
    expect(await readdir(join(folder, "epoch/private/bundles"))).toHaveLength(ACCOUNTS);
  });
});
