import { EPOCH_FILES } from "../../src/formats/epoch.ts";
import { askRecord } from "./ask-worker.ts";
import { namedBytes } from "./network.ts";
import type { PolicyTexts, RecordAnswer } from "./protocol.ts";
import { STRINGS } from "./strings.ts";

/** The public part of an epoch: at an address, or as files that the user chose. */
export interface PublicFolder {
  /** Bytes of a file by its path in the epoch folder ("public/epoch.json"). Throws an Error in words. */
  read(path: string): Promise<Uint8Array>;
}

const PREFIX = "public/";
/** More than the record of a million batches has. */
const LARGEST = 1 << 30;

/** The folder at an address, which may name the epoch folder or its public part. */
export function folderAt(address: string): PublicFolder {
  const base = new URL(address.endsWith("/") ? address : `${address}/`, location.href);
  const root = base.pathname.endsWith(`/${PREFIX}`) ? new URL("..", base) : base;
  return {
    read: async (path) => {
      const bytes = await namedBytes(new URL(path, root).href, LARGEST);
      if (bytes === undefined) throw new Error(STRINGS.everything.notFetched(path));
      return bytes;
    },
  };
}

/** A folder chosen from the disk: whichever folder holds `epoch.json` is the public part. */
export function folderOf(files: readonly File[]): PublicFolder {
  const record = files.find(({ webkitRelativePath: path }) => /(^|\/)epoch\.json$/.test(path));
  const root = record?.webkitRelativePath.slice(0, -"epoch.json".length) ?? "";
  const byPath = new Map(files.map((file) => [file.webkitRelativePath, file]));
  return {
    read: async (path) => {
      const file = byPath.get(root + path.slice(PREFIX.length));
      if (file === undefined || file.size > LARGEST) throw new Error(STRINGS.everything.notFetched(path));
      return new Uint8Array(await file.arrayBuffer());
    },
  };
}

/** What both checks need of the policy. */
export async function readPolicy(folder: PublicFolder): Promise<PolicyTexts> {
  const [riskParameters, marks] = await Promise.all([
    readText(folder, EPOCH_FILES.riskParameters),
    readText(folder, EPOCH_FILES.marks),
  ]);
  return { riskParameters, marks };
}

/** Everything that checking all proofs needs, and what the record says that it is of. */
export async function readEpoch(folder: PublicFolder): Promise<{
  readonly record: RecordAnswer;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly totals?: string;
}> {
  const bytes = await folder.read(EPOCH_FILES.record);
  const record = await askRecord(new TextDecoder().decode(bytes));
  const files = new Map([[EPOCH_FILES.record as string, bytes]]);
  for (const path of record.paths) if (!files.has(path)) files.set(path, await folder.read(path));
  return { record, files, ...(await readTotals(folder)) };
}

/** Published totals, where there are any. Some hosts answer with a page of their own where there is no file. */
async function readTotals(folder: PublicFolder): Promise<{ readonly totals?: string }> {
  const totals = await readText(folder, EPOCH_FILES.totals).catch(() => undefined);
  return totals === undefined || totals.trimStart().startsWith("<") ? {} : { totals };
}

async function readText(folder: PublicFolder, path: string): Promise<string> {
  return new TextDecoder().decode(await folder.read(path));
}
