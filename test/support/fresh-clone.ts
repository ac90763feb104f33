import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CACHE, ROOT } from "../../prover/src/build/paths.ts";

export interface FreshClone {
  /** The clone's root: a temporary folder. */
  readonly folder: string;
  remove(): void;
}

/**
 * Clones the working tree's HEAD (what is not committed is not in it) into a temporary folder, as somebody new gets it:
 * no `build/`, no `epochs/`. Installed packages and built artefacts are those of this tree, by links, so that a guide
 * is tried in seconds; a build in the clone adds to the same cache. Throws when git can't clone.
 */
export function freshClone(): FreshClone {
  const parent = mkdtempSync(join(tmpdir(), "plimsoll-clone-"));
  const folder = join(parent, "plimsoll");
  const remove = () => rmSync(parent, { recursive: true, force: true });
  const { status, stderr } = spawnSync(
    "git",
    ["clone", "--quiet", "--no-local", "--depth", "1", `file://${ROOT}`, folder],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) {
    remove();
    throw new Error(`git clone of ${ROOT}: expected it to work, came ${stderr}`);
  }
  for (const workspace of [".", "verifier", "prover"]) linkPackages(workspace, folder);
  linkCache(folder);
  return { folder, remove };
}

/** Links each package apart, so that the workspaces among them (relative links) lead to the clone and not to this tree. */
function linkPackages(workspace: string, clone: string): void {
  const from = join(ROOT, workspace, "node_modules");
  if (!existsSync(from)) return;
  const to = join(clone, workspace, "node_modules");
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name !== "@plimsoll") symlinkSync(join(from, name), join(to, name));
  }
  if (workspace !== ".") return;
  mkdirSync(join(to, "@plimsoll"));
  for (const own of ["verifier", "prover"]) symlinkSync(join("..", "..", own), join(to, "@plimsoll", own));
}

/** Shares what was built, and says that the packages which are linked are the locked ones: nothing is installed again. */
function linkCache(clone: string): void {
  const to = join(clone, ".cache");
  mkdirSync(to);
  for (const name of existsSync(CACHE) ? readdirSync(CACHE) : [])
    if (name !== "installed") symlinkSync(join(CACHE, name), join(to, name));
  // As scripts/start.mjs computes it.
  const stamp = createHash("sha256")
    .update(readFileSync(join(clone, "package-lock.json")))
    .update(process.version.split(".")[0]!)
    .update(process.platform + process.arch)
    .digest("hex");
  writeFileSync(join(to, "installed"), stamp);
}

/** Search path with this very Node first, for shells that run a document's commands. */
export const NODE_FIRST = `${dirname(process.execPath)}:${process.env.PATH}`;
