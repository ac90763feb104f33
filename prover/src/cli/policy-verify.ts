import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { checkPublishedPolicy } from "@plimsoll/verifier/check/policy.ts";
import { fromJson } from "@plimsoll/verifier/formats/codecs.ts";
import { epochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { compilePolicy } from "@plimsoll/verifier/policy/compile.ts";
import { toBeHex } from "ethers";
import { certifiedUnitWeights } from "../chain/certified-publication.ts";
import { EndpointProvider } from "../chain/endpoint-provider.ts";
import { readPolicy } from "../chain/policy-registry.ts";
import { fastPoseidon } from "../commit/hash.ts";
import { ConfigError } from "../pipeline/run-epoch.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { type FoundPolicy, findPolicy, readJson } from "./policy-files.ts";
import { addressOf, naturalOf } from "./policy-publish.ts";
import { reportOutcome } from "./verify-commands.ts";

export interface PolicyVerifyOptions {
  readonly riskParameters?: string;
  readonly marks?: string;
  /** Epoch folder or its public part: its record's hashes, and its policy files unless others are given. */
  readonly epoch?: string;
  readonly policyHash?: string;
  readonly descriptorHash?: string;
  /** Policy registry whose publication is checked, at endpoints of its chain, which must agree. */
  readonly registry?: string;
  readonly rpc?: readonly string[];
  /** Seconds since 1970: which publication; the marks' own time when absent. */
  readonly time?: string;
}

/** `policy verify`: hashes computed again from the files, against those that are given or recorded. Exits with 1 if one differs. */
export async function policyVerifyCommand(options: PolicyVerifyOptions): Promise<Outcome> {
  if (options.registry !== undefined || options.rpc !== undefined) return publishedOutcome(options);
  const expected = await expectedHashes(options);
  if (expected.length === 0) {
    throw new ConfigError(
      "expected a hash to compare with, came none: give --policy-hash or --descriptor-hash, --epoch FOLDER for those of its record, or --registry ADDRESS and --rpc URL",
    );
  }
  const { riskParameters, marks } = await filesOf(options);
  const policy = compilePolicy(riskParameters, marks);
  const lines = expected.map(({ name, field, value, from }) => {
    const came = policy[field];
    if (came === value) return `ok       ${name} of ${from}: ${hex(came)}`;
    return `FAILED   ${name} of ${from}: expected ${hex(value)}, the files give ${hex(came)}`;
  });
  const failed = expected.filter(({ field, value }) => policy[field] !== value);
  const isOnlyDescriptor = failed.length > 0 && failed.every(({ field }) => field === "descriptorHash");
  const end =
    failed.length === 0
      ? `these files are the policy: "${policy.riskParameters.name}", marks of ${policy.marks.observedAt}`
      : isOnlyDescriptor && expected.some(({ field }) => field === "policyHash")
        ? "the numbers are the same, but not what they stand for: names, decimals, terms or sources differ"
        : "these files are not that policy: find what differs with `plimsoll policy diff`";
  return {
    text: `${[...lines, end].join("\n")}\n`,
    exitCode: failed.length === 0 ? EXIT.done : EXIT.refused,
  };
}

/** Every number that a registry published against the files, the unit weights against the linter. */
async function publishedOutcome(options: PolicyVerifyOptions): Promise<Outcome> {
  const { registry, rpc, time } = options;
  if (registry === undefined || rpc === undefined)
    throw new ConfigError("expected --registry ADDRESS and --rpc URL together, came one of them");
  const { riskParameters, marks } = await filesOf(options);
  const policy = compilePolicy(riskParameters, marks);
  const observationTime =
    time === undefined ? BigInt(Date.parse(policy.marks.observedAt) / 1000) : naturalOf(time, "--time");
  const { chainId, published } = await publishedAt(rpc, addressOf(registry, "--registry"), observationTime);
  if (published === null) {
    const text = `FAILED   nothing is published for ${observationTime} in registry ${registry} on chain ${chainId}\n`;
    return { text, exitCode: EXIT.refused };
  }
  const unitWeights = await certifiedUnitWeights(policy);
  const hash = await fastPoseidon();
  return reportOutcome(checkPublishedPolicy(policy, published, { chainId, unitWeights, hash }), {});
}

/** What all endpoints say: one of them may lie about the chain (attack row 32). */
async function publishedAt(urls: readonly string[], registry: bigint, observationTime: bigint) {
  const answers = await Promise.all(
    urls.map(async (url) => {
      const provider = new EndpointProvider(url);
      try {
        const { chainId } = await provider.getNetwork();
        return { chainId, published: await readPolicy(provider, toBeHex(registry, 20), observationTime) };
      } finally {
        provider.destroy();
      }
    }),
  );
  const [first, ...rest] = answers;
  if (first === undefined) throw new ConfigError("expected --rpc URL, came none");
  const disagreeing = rest.findIndex((answer) => !isDeepStrictEqual(answer, first));
  if (disagreeing >= 0) throw new Error(`endpoint ${disagreeing + 2} tells something else than the first`);
  return first;
}

interface ExpectedHash {
  readonly name: string;
  readonly field: "policyHash" | "descriptorHash";
  readonly value: bigint;
  readonly from: string;
}

async function expectedHashes(options: PolicyVerifyOptions): Promise<ExpectedHash[]> {
  const { epoch } = options;
  const result: ExpectedHash[] = [];
  const add = (field: ExpectedHash["field"], value: bigint, from: string) =>
    result.push({ name: field === "policyHash" ? "policy hash" : "descriptor hash", field, value, from });
  if (options.policyHash !== undefined)
    add("policyHash", hashOf(options.policyHash, "--policy-hash"), "the command line");
  if (options.descriptorHash !== undefined)
    add("descriptorHash", hashOf(options.descriptorHash, "--descriptor-hash"), "the command line");
  if (epoch !== undefined) {
    const file = [join(epoch, "epoch.json"), join(epoch, "public", "epoch.json")].find((name) =>
      existsSync(name),
    );
    if (file === undefined)
      throw new ConfigError(`--epoch ${epoch}: expected an epoch folder that was proved, came none`);
    const record = fromJson(epochRecord, await readFile(file, "utf8"), file);
    add("policyHash", record.policyHash, `epoch ${record.epoch}`);
    add("descriptorHash", record.descriptorHash, `epoch ${record.epoch}`);
  }
  return result;
}

async function filesOf({ riskParameters, marks, epoch }: PolicyVerifyOptions): Promise<FoundPolicy> {
  if (riskParameters !== undefined && marks !== undefined)
    return { riskParameters: await readJson(riskParameters), marks: await readJson(marks) };
  if (riskParameters !== undefined || marks !== undefined || epoch === undefined) {
    throw new ConfigError(
      "expected --risk-parameters FILE and --marks FILE together, or --epoch FOLDER for the files in it",
    );
  }
  return findPolicy(epoch);
}

function hashOf(text: string, option: string): bigint {
  if (!/^0x[0-9a-fA-F]{1,64}$/.test(text))
    throw new ConfigError(
      `${option}: expected 0x and up to 64 hex digits, as \`plimsoll policy build\` prints them`,
    );
  return BigInt(text);
}

function hex(value: bigint): string {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
