import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fromJson, toJson } from "@plimsoll/verifier/formats/codecs.ts";
import {
  type PublicationFile,
  publicationFile,
  samePublication,
} from "@plimsoll/verifier/formats/policy-publication.ts";
import { compilePolicy } from "@plimsoll/verifier/policy/compile.ts";
import { getAddress, toBeHex, Wallet } from "ethers";
import writeFileAtomic from "write-file-atomic";
import { certifiedPublication } from "../chain/certified-publication.ts";
import { EndpointProvider } from "../chain/endpoint-provider.ts";
import { estimatePublishing, publishPolicy, type SignedPublication } from "../chain/policy-registry.ts";
import { endorse, publicationTypedData } from "../chain/policy-typed-data.ts";
import { ConfigError } from "../pipeline/run-epoch.ts";
import { secretText } from "./config-file.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { readJson } from "./policy-files.ts";

/** How long signatures count when nothing else is asked for, in seconds. */
const VALID_FOR = "3600";

export interface PolicySignOptions {
  readonly riskParameters: string;
  readonly marks: string;
  /** Address of the policy registry, and its chain. */
  readonly registry: string;
  readonly chainId: string;
  /** Seconds since 1970; the marks' own time when absent. */
  readonly time?: string;
  /** Seconds from the observation time until when the signatures count. */
  readonly validFor?: string;
  readonly keyFile: string;
  /** Contract wallet that the key signs for. */
  readonly publisher?: string;
  /** The publication: made here, or by another publisher, who signed it. */
  readonly out: string;
}

/**
 * `policy sign`: compiles and lints the policy, and signs what comes out. A file that another publisher made is signed only when it
 * says the same, number by number.
 */
export async function policySignCommand(options: PolicySignOptions): Promise<Outcome> {
  const policy = compilePolicy(await readJson(options.riskParameters), await readJson(options.marks));
  const chainId = naturalOf(options.chainId, "--chain-id");
  const observed = BigInt(Date.parse(policy.marks.observedAt) / 1000);
  const observationTime = options.time === undefined ? observed : naturalOf(options.time, "--time");
  const own: PublicationFile = {
    format: "plimsoll.policy-publication.1",
    chainId,
    registry: addressOf(options.registry, "--registry"),
    deadline: observationTime + naturalOf(options.validFor ?? VALID_FOR, "--valid-for"),
    policy: await certifiedPublication(policy, { chainId, observationTime }),
    endorsements: [],
  };
  const before = existsSync(options.out) ? await readPublication(options.out) : own;
  // The first publisher chose the deadline.
  if (!samePublication(before, { ...own, deadline: before.deadline })) {
    throw new ConfigError(
      `${options.out}: expected what ${options.riskParameters} and ${options.marks} give for registry ${options.registry} ` +
        `on chain ${chainId}, came another publication: find what differs, or sign into a new file`,
    );
  }
  const signer = new Wallet(await secretText(options.keyFile));
  const data = publicationTypedData(domainOf(before), before.policy, before.deadline);
  const publisher = addressOf(options.publisher ?? signer.address, "--publisher");
  const { signature } = await endorse(signer, data);
  const others = before.endorsements.filter((one) => one.publisher !== publisher);
  const signed = { ...before, endorsements: [...others, { publisher, signature }] };
  await writeFileAtomic(options.out, toJson(publicationFile, signed));
  const lines = [
    `policy "${policy.riskParameters.name}" of ${observationTime}: signed as ${getAddress(toBeHex(publisher, 20))}`,
    `${options.out}: ${signed.endorsements.length} signatures, which count until ${signed.deadline}`,
    `next: plimsoll policy publish --publication ${options.out} --rpc URL --key-file FILE`,
  ];
  return { text: `${lines.join("\n")}\n`, exitCode: EXIT.done };
}

export interface PolicyPublishOptions {
  /** Files with the same publication: signatures are put together. */
  readonly publication: readonly string[];
  readonly rpc: string;
  /** Hex key that pays; anybody's. */
  readonly keyFile: string;
  readonly dryRun?: boolean;
}

/** `policy publish`: sends a signed policy to its registry, or says what that would cost. */
export async function policyPublishCommand(options: PolicyPublishOptions): Promise<Outcome> {
  const file = await mergedPublication(options.publication);
  const provider = new EndpointProvider(options.rpc);
  try {
    const { chainId } = await provider.getNetwork();
    if (chainId !== file.chainId) {
      throw new ConfigError(
        `--rpc: expected an endpoint of chain ${file.chainId}, came one of chain ${chainId}`,
      );
    }
    const sender = new Wallet(await secretText(options.keyFile), provider);
    const { registry } = domainOf(file);
    const signed: SignedPublication = {
      publication: file.policy,
      deadline: file.deadline,
      endorsements: file.endorsements.map(({ publisher, signature }) => ({
        publisher: toBeHex(publisher, 20),
        signature,
      })),
    };
    const what = `policy of ${file.policy.observationTime}, ${file.policy.collateral.length} assets, ${signed.endorsements.length} signatures`;
    if (options.dryRun) {
      const gas = await estimatePublishing(sender, registry, signed);
      return { text: `${what}: would be published for ${gas} gas; nothing was sent\n`, exitCode: EXIT.done };
    }
    const { hash, blockNumber, gasUsed } = await publishPolicy(sender, registry, signed);
    const text = `${what}: published in transaction ${hash}, block ${blockNumber}, ${gasUsed} gas\n`;
    return { text, exitCode: EXIT.done };
  } finally {
    provider.destroy();
  }
}

async function mergedPublication(files: readonly string[]): Promise<PublicationFile> {
  const [first, ...rest] = await Promise.all(files.map(readPublication));
  if (first === undefined) throw new ConfigError("expected --publication FILE, came none");
  const endorsements = new Map(first.endorsements.map((one) => [one.publisher, one]));
  for (const [i, other] of rest.entries()) {
    if (!samePublication(first, other)) {
      throw new ConfigError(`${files[i + 1]}: expected the publication of ${files[0]}, came another one`);
    }
    for (const one of other.endorsements) endorsements.set(one.publisher, one);
  }
  return { ...first, endorsements: [...endorsements.values()] };
}

async function readPublication(file: string): Promise<PublicationFile> {
  return fromJson(publicationFile, await readFile(file, "utf8"), file);
}

function domainOf({ chainId, registry }: PublicationFile): { chainId: bigint; registry: string } {
  return { chainId, registry: toBeHex(registry, 20) };
}

export function naturalOf(text: string, option: string): bigint {
  if (!/^(0|[1-9]\d{0,18})$/.test(text))
    throw new ConfigError(`${option}: expected decimal digits, came "${text}"`);
  return BigInt(text);
}

export function addressOf(text: string, option: string): bigint {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text))
    throw new ConfigError(`${option}: expected 0x and 40 hex digits, came "${text}"`);
  return BigInt(text);
}
