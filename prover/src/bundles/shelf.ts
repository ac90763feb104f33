import { lstat, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { bundleFromJson } from "@plimsoll/verifier/formats/bundle.ts";
import { fromJson } from "@plimsoll/verifier/formats/codecs.ts";
import { epochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import type { OperatorSecret } from "../commit/secrets.ts";
import { isPlainUserId } from "../pipeline/bundle-stage.ts";
import { epochFolder } from "../pipeline/epoch-folder.ts";
import { ConfigError } from "../pipeline/run-epoch.ts";
import { bundleToken } from "./link.ts";

/** A bundle on the operator's disk, and whose it is. */
export interface ShelvedBundle {
  readonly userId: string;
  readonly token: string;
  readonly file: string;
}

/** The bundles of one epoch. */
export interface Shelf {
  readonly epoch: bigint;
  readonly bundles: readonly ShelvedBundle[];
  /** Bytes of the largest: all are padded to it where they leave the operator, so that size tells nothing. */
  readonly size: number;
}

/** Finds the bundles of an epoch folder that is proved. Throws a ConfigError where there are none yet. */
export async function readShelf(root: string, secret: OperatorSecret): Promise<Shelf> {
  const folder = epochFolder(root);
  const missing = (what: string): never => {
    throw new ConfigError(`${root}: expected ${what}, came none; next: plimsoll epoch prove`);
  };
  const record = fromJson(
    epochRecord,
    await readFile(folder.record, "utf8").catch(() => missing("an epoch that is proved")),
    folder.record,
  );
  const names = (await readdir(folder.bundles)).filter((name) => name.endsWith(".json")).sort();
  if (names.length === 0) missing("bundles");
  const bundles: ShelvedBundle[] = [];
  let size = 0;
  for (const name of names) {
    const file = join(folder.bundles, name);
    const found = await lstat(file);
    // A link would serve whatever it leads to.
    if (!found.isFile()) throw new ConfigError(`${file}: expected a bundle, came no file; remove it`);
    size = Math.max(size, found.size);
    const userId = await userOf(file);
    bundles.push({ userId, token: bundleToken(secret, record, userId), file });
  }
  return { epoch: record.epoch, bundles, size };
}

/** A file is named by its user, or by the hash of her id: then the id is in the file alone. */
async function userOf(file: string): Promise<string> {
  const name = basename(file, ".json");
  return isPlainUserId(name) ? name : bundleFromJson(await readFile(file, "utf8"), file).userId;
}

/** The bytes of a bundle as they leave the operator: padded with blanks to the size of the largest. */
export async function paddedBundle({ file }: ShelvedBundle, { size }: Shelf): Promise<Buffer> {
  const bytes = await readFile(file);
  return Buffer.concat([bytes, Buffer.alloc(Math.max(0, size - bytes.length), " ")]);
}
