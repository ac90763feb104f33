import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { address, fromJson, natural } from "@plimsoll/verifier/formats/codecs.ts";
import {
  packKey,
  parseVerificationKey,
  type SnarkjsVerificationKey,
} from "@plimsoll/verifier/groth16/key.ts";
import { canonicalHash } from "@plimsoll/verifier/policy/canonical.ts";
import { parseRiskParameters, type RiskParameters } from "@plimsoll/verifier/policy/schemas.ts";
import { toBeHex } from "ethers";
import { z } from "zod";
import type { PolicyRegistryConfig } from "../chain/policy-registry.ts";
import type { Deployment, MarginVaultConfig } from "../deploy/modules.ts";
import { ConfigError } from "../pipeline/run-epoch.ts";
import { secretText } from "./config-file.ts";
import { readJson } from "./policy-files.ts";

const path = z.string().min(1);
const seconds = z.int().min(0);

const policyRegistry = z.strictObject({
  owner: address,
  /** Between a proposal and its enactment, at least a day. */
  timeLockSeconds: seconds,
  publishers: z.array(address).min(1),
  threshold: z.int().min(1),
  riskParameters: path,
  publishWithinSeconds: seconds,
  sequencer: z.strictObject({ feed: address, gracePeriodSeconds: seconds }).optional(),
  feeds: z.array(
    z.strictObject({
      /** As the risk parameters spell it. */
      asset: z.string(),
      aggregator: address,
      decimals: z.int().min(0).max(18),
      heartbeatSeconds: seconds,
      /** "0.5" is half a per cent. */
      bandPercent: z.string().regex(/^\d{1,2}(\.\d{1,2})?$/, 'expected a per cent such as "1.5"'),
    }),
  ),
});

const solvencyRegistry = z.strictObject({
  owner: address,
  exchange: address,
  /** The policy registry; left out, the one that is deployed with it. */
  policies: z.optional(address),
  minimumIntervalSeconds: seconds,
  /** Verification keys as snarkjs writes them. */
  batchKeys: z.array(path).min(1),
  epochKeys: z.array(z.strictObject({ key: path, assets: z.int().min(1) })).min(1),
  /** Of the ledger's circuits. Left out, nothing can be withdrawn on this registry's attestations, ever. */
  withdrawalKeys: z.array(path).default([]),
  refusalKeys: z.array(path).default([]),
  /** Of circuits that single accounts are judged under. Left out, there is no account check. */
  accountKeys: z.array(path).default([]),
});

const marginVault = z.strictObject({
  /** The solvency registry; left out, the one that is deployed with it. */
  registry: z.optional(address),
  operator: address,
  /** To pay or refuse an exit; to answer a refusal; to register claims once the vault is frozen. */
  responseSeconds: seconds,
  answerSeconds: seconds,
  claimSeconds: seconds,
  /** Of the oldest snapshot that exits and claims are proved against. */
  maxRootAgeSeconds: seconds,
});

/** What to deploy, from which key, to which chain. Paths are relative to the file. */
export const deploymentFormat = z.strictObject({
  format: z.literal("plimsoll.deployment.1"),
  chainId: natural,
  rpc: z.url(),
  deployerKeyFile: path,
  /** Where the journal goes, so that an interrupted deployment is resumed. */
  folder: path,
  /** Blocks on top of a transaction before the next is sent: 5 when left out, 1 on local chains. */
  confirmations: z.int().min(1).optional(),
  policyRegistry: policyRegistry.optional(),
  solvencyRegistry: solvencyRegistry.optional(),
  marginVaults: z.array(marginVault).default([]),
});

export interface LoadedDeployment {
  readonly chainId: bigint;
  readonly rpc: string;
  readonly deployerKey: string;
  readonly folder: string;
  readonly confirmations?: number;
  readonly deployment: Deployment;
}

/** Reads a deployment and everything that it names. Throws ConfigError or FormatError with file and field. */
export async function loadDeployment(file: string): Promise<LoadedDeployment> {
  const given = fromJson(deploymentFormat, await readFile(file, "utf8"), file);
  const at = (name: string) => resolve(dirname(file), name);
  const { policyRegistry: policies, solvencyRegistry: solvency, marginVaults } = given;
  if (policies === undefined && solvency === undefined && marginVaults.length === 0)
    throw new ConfigError(`${file}: expected policyRegistry, solvencyRegistry or marginVaults, came none`);
  if (solvency === undefined && marginVaults.some(({ registry }) => registry === undefined))
    throw new ConfigError(`${file}: marginVaults: expected registry, or a solvencyRegistry beside them`);
  if (solvency !== undefined && policies === undefined && solvency.policies === undefined)
    throw new ConfigError(`${file}: solvencyRegistry: expected policies, or a policyRegistry beside it`);
  return {
    chainId: given.chainId,
    rpc: given.rpc,
    deployerKey: await secretText(at(given.deployerKeyFile)),
    folder: at(given.folder),
    ...(given.confirmations === undefined ? {} : { confirmations: given.confirmations }),
    deployment: {
      ...(policies === undefined
        ? {}
        : {
            policyRegistry: policyConfig(
              policies,
              parseRiskParameters(await readJson(at(policies.riskParameters))),
              file,
            ),
          }),
      ...(solvency === undefined ? {} : { solvencyRegistry: await solvencyConfig(solvency, at) }),
      marginVaults: marginVaults.map(vaultConfig),
    },
  };
}

function policyConfig(
  given: z.output<typeof policyRegistry>,
  riskParameters: RiskParameters,
  file: string,
): PolicyRegistryConfig {
  return {
    owner: hex(given.owner),
    timeLock: BigInt(given.timeLockSeconds),
    configuration: {
      publishers: given.publishers.map(hex),
      threshold: given.threshold,
      riskParametersHash: canonicalHash(riskParameters),
      publishWithin: given.publishWithinSeconds,
      ...(given.sequencer === undefined ? {} : { sequencerFeed: hex(given.sequencer.feed) }),
      gracePeriod: given.sequencer?.gracePeriodSeconds ?? 0,
      feeds: given.feeds.map(({ asset, aggregator, decimals, heartbeatSeconds, bandPercent }) => {
        const k = riskParameters.collateral.findIndex(({ symbol }) => symbol === asset);
        if (k < 0) throw new ConfigError(`${file}: feeds: asset "${asset}" is not in the risk parameters`);
        const [whole = "0", part = ""] = bandPercent.split(".");
        const band = Number(whole + part.padEnd(2, "0"));
        return { asset: k, aggregator: hex(aggregator), decimals, heartbeat: heartbeatSeconds, band };
      }),
    },
  };
}

async function solvencyConfig(
  given: z.output<typeof solvencyRegistry>,
  at: (name: string) => string,
): Promise<NonNullable<Deployment["solvencyRegistry"]>> {
  const packed = async (name: string) =>
    packKey(parseVerificationKey((await readJson(at(name))) as SnarkjsVerificationKey));
  return {
    owner: hex(given.owner),
    exchange: hex(given.exchange),
    ...(given.policies === undefined ? {} : { policies: hex(given.policies) }),
    minimumInterval: BigInt(given.minimumIntervalSeconds),
    batchKeys: await Promise.all(given.batchKeys.map(packed)),
    epochKeys: await Promise.all(
      given.epochKeys.map(async ({ key, assets }) => ({ packed: await packed(key), assets })),
    ),
    withdrawalKeys: await Promise.all(given.withdrawalKeys.map(packed)),
    refusalKeys: await Promise.all(given.refusalKeys.map(packed)),
    accountKeys: await Promise.all(given.accountKeys.map(packed)),
  };
}

function vaultConfig(given: z.output<typeof marginVault>): MarginVaultConfig {
  return {
    ...(given.registry === undefined ? {} : { registry: hex(given.registry) }),
    operator: hex(given.operator),
    times: {
      response: BigInt(given.responseSeconds),
      answer: BigInt(given.answerSeconds),
      claim: BigInt(given.claimSeconds),
      maxRootAge: BigInt(given.maxRootAgeSeconds),
    },
  };
}

const hex = (value: bigint): string => toBeHex(value, 20);
