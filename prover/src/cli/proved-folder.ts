import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import type { CompiledPolicy } from "@plimsoll/verifier/policy/compile.ts";
import { compilePolicyTexts } from "@plimsoll/verifier/policy/compile-texts.ts";
import { type EpochFolder, epochFolder } from "../pipeline/epoch-folder.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { readRecord } from "../pipeline/public-part.ts";
import { readConfig } from "./config-file.ts";

/** The operator's folder of a proved epoch. */
export interface ProvedFolder {
  readonly paths: EpochFolder;
  readonly record: EpochRecord;
  readonly policy: CompiledPolicy;
  /** Endpoint of its chain, where the configuration has one. */
  readonly rpc?: string;
}

/** Opens the folder that was named, or that of a configuration. Throws ConfigError where no proved epoch with its private part is. */
export async function provedFolder(
  folder: string | undefined,
  config: string | undefined,
): Promise<ProvedFolder> {
  if ((folder === undefined) === (config === undefined)) {
    throw new ConfigError("expected an epoch folder or --config FILE, came both or neither");
  }
  const named = config === undefined ? undefined : await readConfig(config);
  const root = folder ?? folderOf(config!, named!);
  const paths = epochFolder(root);
  if (!existsSync(paths.record) || !existsSync(paths.plan)) {
    const next = config === undefined ? "plimsoll epoch prove" : `plimsoll epoch prove --config ${config}`;
    const message = `${root}: expected an epoch that is proved, with its private part, came none`;
    throw Object.assign(new ConfigError(message), { next });
  }
  const rpc = named?.chain?.rpc;
  const read = (file: string) => readFile(file, "utf8");
  const policy = compilePolicyTexts(await read(paths.riskParameters), await read(paths.marks));
  return { paths, record: await readRecord(paths), policy, ...(rpc === undefined ? {} : { rpc }) };
}

/** The epoch folder of a configuration, which names it relative to itself. */
export function folderOf(
  file: string,
  { folder }: Pick<Awaited<ReturnType<typeof readConfig>>, "folder">,
): string {
  return resolve(dirname(file), folder);
}
