import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { address, fromJson, natural } from "@plimsoll/verifier/formats/codecs.ts";
import { type CompiledPolicy, compilePolicy } from "@plimsoll/verifier/policy/compile.ts";
import stripJsonComments from "strip-json-comments";
import { z } from "zod";
import { readPrivate } from "../owner/private-file.ts";
import type { EpochConfig } from "../pipeline/config.ts";
import { ConfigError } from "../pipeline/run-epoch.ts";
import { normalise, type SnapshotReport } from "../snapshot/normalise.ts";
import { readReserves } from "../snapshot/reserves.ts";
import { rowLookup } from "../snapshot/rows.ts";
import { STANDARD_INPUT } from "../snapshot/text-source.ts";
import { jsonOf } from "./policy-files.ts";

const path = z.string().min(1);

/** The operator's configuration of one epoch. Paths are relative to the file; keys and secrets are files of their own. */
export const configFormat = z.strictObject({
  format: z.literal("plimsoll.config.1"),
  folder: path,
  chainId: natural,
  registry: address,
  exchange: address,
  exchangeId: z.string().min(1).max(128),
  epoch: natural,
  /** Seconds since 1970, as the registry's `open` fixed it. */
  snapshotTime: natural,
  policy: z.strictObject({ riskParameters: path, marks: path }),
  snapshot: z.strictObject({
    balances: z.array(path).min(1),
    positions: z.array(path).optional(),
    owners: path.optional(),
    dust: z.enum(["refuse", "credit"]).optional(),
  }),
  reserves: path,
  circuits: z.strictObject({ batch: z.string(), epoch: z.string() }),
  /** Hex of at least 32 bytes, readable by the operator only. */
  operatorSecretFile: path,
  workers: z.int().positive().optional(),
  chain: z
    .strictObject({
      rpc: z.url(),
      /** Hex key that pays. */
      senderKeyFile: path,
      /** Hex key that signs for the exchange; left out, the sender is the exchange. */
      exchangeKeyFile: path.optional(),
      /** Attestors' statements for claims on what no contract reads. */
      statements: path.optional(),
    })
    .optional(),
});

export interface LoadedConfig {
  readonly epoch: EpochConfig;
  readonly policy: CompiledPolicy;
  readonly chain?: {
    readonly rpc: string;
    readonly senderKey: string;
    readonly exchangeKey?: string;
    /** File of attestors' statements. */
    readonly statements?: string;
  };
  /** What the last complete pass over the snapshot held. */
  readonly snapshotReport: () => SnapshotReport | undefined;
}

/** The file alone, as it is written: JSON that may have comments and commas at the end of lists. */
export async function readConfig(file: string): Promise<z.output<typeof configFormat>> {
  return parseConfig(await readFile(file, "utf8"), file);
}

/** A configuration from its text. Throws FormatError that names `file`. */
export function parseConfig(text: string, file: string): z.output<typeof configFormat> {
  return fromJson(configFormat, stripJsonComments(text, { trailingCommas: true }), file);
}

/** Reads a configuration and everything it names but the accounts, which are streamed when they are asked for. */
export async function loadConfig(file: string): Promise<LoadedConfig> {
  const config = await readConfig(file);
  const at = (name: string) => (name === STANDARD_INPUT ? name : resolve(dirname(file), name));
  const riskParameters = await readFile(at(config.policy.riskParameters), "utf8");
  const marks = await readFile(at(config.policy.marks), "utf8");
  const policy = compilePolicy(
    jsonOf(riskParameters, config.policy.riskParameters),
    jsonOf(marks, config.policy.marks),
  );
  const rows = rowLookup(policy);
  const { balances, positions, owners, dust } = config.snapshot;
  const files = {
    balances: balances.map(at),
    ...(positions === undefined ? {} : { positions: positions.map(at) }),
    ...(owners === undefined ? {} : { owners: at(owners) }),
  };
  let report: (() => SnapshotReport) | undefined;
  const { chainId, registry, exchange, exchangeId, epoch, snapshotTime, circuits, workers } = config;
  return {
    policy,
    epoch: {
      folder: at(config.folder),
      ...{ chainId, registry, exchange, exchangeId, epoch, snapshotTime, circuits },
      ...(workers === undefined ? {} : { workers }),
      policy: { riskParameters, marks },
      accounts: async function* () {
        report = undefined;
        const snapshot = normalise(files, rows, {
          quote: policy.riskParameters.quote,
          ...(dust === undefined ? {} : { dust }),
        });
        yield* snapshot.accounts;
        report = snapshot.report;
      },
      ...(await readReserves(at(config.reserves), rows)),
      operatorSecret: Buffer.from(
        (await secretText(at(config.operatorSecretFile))).replace(/^0x/, ""),
        "hex",
      ),
    },
    ...(config.chain === undefined
      ? {}
      : {
          chain: {
            rpc: config.chain.rpc,
            senderKey: await secretText(at(config.chain.senderKeyFile)),
            ...(config.chain.exchangeKeyFile === undefined
              ? {}
              : { exchangeKey: await secretText(at(config.chain.exchangeKeyFile)) }),
            ...(config.chain.statements === undefined ? {} : { statements: at(config.chain.statements) }),
          },
        }),
    snapshotReport: () => report?.(),
  };
}

/** A secret's file: hex, and for its owner's eyes only. Errors name the file and nothing of what is in it. */
export async function secretText(file: string): Promise<string> {
  const text = (await readPrivate(file)).trim();
  if (!/^(0x)?([0-9a-fA-F]{2}){32,}$/.test(text)) {
    throw new ConfigError(`${file}: expected at least 32 bytes as hex digits, came another text`);
  }
  return text;
}
