import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { type CompiledPolicy, compilePolicy } from "@plimsoll/verifier/policy/compile.ts";
import { type EpochFolder, epochFolder } from "../pipeline/epoch-folder.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { readRecord } from "../pipeline/public-part.ts";
import { type LoadedConfig, loadConfig } from "./config-file.ts";

/** The operator's folder of a proved epoch. */
export interface ProvedFolder {
  readonly paths: EpochFolder;
  readonly record: EpochRecord;
  readonly policy: CompiledPolicy;
  /** Where the epoch was named by its configuration. */
  readonly loaded?: LoadedConfig;
}

/** Opens the folder that was named, or that of a configuration. Throws ConfigError where no proved epoch with its private part is. */
export async function provedFolder(
  folder: string | undefined,
  config: string | undefined,
): Promise<ProvedFolder> {
  if ((folder === undefined) === (config === undefined)) {
    throw new ConfigError("expected an epoch folder or --config FILE, came both or neither");
  }
  const loaded = config === undefined ? undefined : await loadConfig(config);
  const root = folder ?? loaded!.epoch.folder;
  const paths = epochFolder(root);
  if (!existsSync(paths.record) || !existsSync(paths.plan)) {
    const next = config === undefined ? "plimsoll epoch prove" : `plimsoll epoch prove --config ${config}`;
    const message = `${root}: expected an epoch that is proved, with its private part, came none`;
    throw Object.assign(new ConfigError(message), { next });
  }
  const read = async (file: string) => JSON.parse(await readFile(file, "utf8"));
  const policy = compilePolicy(await read(paths.riskParameters), await read(paths.marks));
  return { paths, record: await readRecord(paths), policy, ...(loaded === undefined ? {} : { loaded }) };
}
