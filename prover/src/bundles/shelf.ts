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
  /** The exchange's signed statement of the account, where there is one. */
  readonly statement?: string;
}

/** The bundles of one epoch. */
export interface Shelf {
  readonly epoch: bigint;
  readonly bundles: readonly ShelvedBundle[];
  /** Bytes of the largest: all are padded to it where they leave the operator, so that size tells nothing. */
  readonly size: number;
  /** The same of statements. */
  readonly statementSize: number;
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
  let [size, statementSize] = [0, 0];
  for (const name of names) {
    const file = join(folder.bundles, name);
    size = Math.max(size, (await sizeOf(file)) ?? 0);
    const userId = await userOf(file);
    const statement = join(folder.statements, name);
    const stated = await sizeOf(statement);
    statementSize = Math.max(statementSize, stated ?? 0);
    const token = bundleToken(secret, record, userId);
    bundles.push({ userId, token, file, ...(stated === undefined ? {} : { statement }) });
  }
  return { epoch: record.epoch, bundles, size, statementSize };
}

/** Bytes of a file; undefined where there is none. Throws ConfigError for a link, which would serve whatever it leads to. */
async function sizeOf(file: string): Promise<number | undefined> {
  const found = await lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  if (found === undefined) return undefined;
  if (!found.isFile())
    throw new ConfigError(`${file}: expected a bundle or a statement, came no file; remove it`);
  return found.size;
}

/** A file is named by its user, or by the hash of her id: then the id is in the file alone. */
async function userOf(file: string): Promise<string> {
  const name = basename(file, ".json");
  return isPlainUserId(name) ? name : bundleFromJson(await readFile(file, "utf8"), file).userId;
}

/** The bytes of a bundle as they leave the operator: padded with blanks to the size of the largest. */
export function paddedBundle({ file }: ShelvedBundle, { size }: Shelf): Promise<Buffer> {
  return padded(file, size);
}

/** The same of the account's statement; undefined where it has none. */
export async function paddedStatement(
  { statement }: ShelvedBundle,
  { statementSize }: Shelf,
): Promise<Buffer | undefined> {
  return statement === undefined ? undefined : padded(statement, statementSize);
}

async function padded(file: string, size: number): Promise<Buffer> {
  const bytes = await readFile(file);
  return Buffer.concat([bytes, Buffer.alloc(Math.max(0, size - bytes.length), " ")]);
}
