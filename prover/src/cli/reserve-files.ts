import { readFile } from "node:fs/promises";
import { address, fromJson, natural } from "@plimsoll/verifier/formats/codecs.ts";
import { toBeHex } from "ethers";
import { z } from "zod";
import { NATIVE_TOKEN, type ReserveToken, type SignedCustody } from "../chain/reserves.ts";
import { ConfigError } from "../pipeline/errors.ts";

/** What accounts signed to be read, for one registry: public, for whoever registers. */
export const consentsFormat = z.strictObject({
  format: z.literal("plimsoll.consents.1"),
  chainId: natural,
  registry: address,
  consents: z.array(
    z.strictObject({
      account: address,
      role: z.enum(["custody", "insurance"]),
      fromEpoch: natural,
      toEpoch: natural,
      /** How often the account had revoked when it signed. */
      revocations: natural,
      signature: z.string().regex(/^0x([0-9a-fA-F]{2})*$/, "expected 0x and hex digits"),
    }),
  ),
});

export type ConsentsFile = z.output<typeof consentsFormat>;

const tokensFormat = z.strictObject({
  format: z.literal("plimsoll.reserve-tokens.1"),
  tokens: z
    .array(
      z.strictObject({
        /** "native" is the chain's own coin. */
        token: z.union([z.literal("native"), address]),
        /** Number of the asset in the policy: its place in the risk parameters' collateral, from 0. */
        asset: z.int().nonnegative().max(65_535),
        /** Read in insurance accounts too. */
        insures: z.boolean(),
      }),
    )
    .min(1),
});

/** Throws FormatError with file and field. */
export async function readConsents(file: string): Promise<ConsentsFile> {
  return fromJson(consentsFormat, await readFile(file, "utf8"), file);
}

/** All consents of several files for one registry; an account's later one counts. Throws ConfigError for another registry's. */
export async function mergedConsents(
  files: readonly string[],
  chainId: bigint,
  registry: bigint,
): Promise<SignedCustody[]> {
  const accounts = new Map<bigint, SignedCustody>();
  for (const file of files) {
    const came = await readConsents(file);
    if (came.chainId !== chainId || came.registry !== registry) {
      throw new ConfigError(
        `${file}: expected consents for registry ${toBeHex(registry, 20)} on chain ${chainId}, ` +
          `came those for ${toBeHex(came.registry, 20)} on chain ${came.chainId}: have the accounts sign again`,
      );
    }
    for (const { account, role, ...rest } of came.consents)
      accounts.set(account, { ...rest, account: toBeHex(account, 20), isInsurance: role === "insurance" });
  }
  return [...accounts.values()];
}

export async function readTokens(file: string): Promise<ReserveToken[]> {
  const { tokens } = fromJson(tokensFormat, await readFile(file, "utf8"), file);
  return tokens.map(({ token, ...rest }) => ({
    ...rest,
    token: token === "native" ? NATIVE_TOKEN : toBeHex(token, 20),
  }));
}
