import { createHash, createHmac } from "node:crypto";
import type { EpochIdentity, OperatorSecret } from "../commit/secrets.ts";

const LINK_DOMAIN = "plimsoll.bundle-link.1";

/** A token as it stands in a link: 32 bytes in base64url. */
export const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Where a bundle is, below the address of a service or a static host. */
export const bundlePath = (token: string): string => `b/${token}.json`;

/** Where the exchange's signed statement of the same account is. */
export const statementPath = (token: string): string => `s/${token}.json`;

/**
 * The unguessable part of the link to an account's bundle of an epoch: HMAC-SHA256 of the operator's secret over the
 * epoch and the user id. Whoever has it reads the bundle, so it goes to that user alone, and into no log.
 */
export function bundleToken(secret: OperatorSecret, epoch: EpochIdentity, userId: string): string {
  const { chainId, registry, exchangeId } = epoch;
  const parts = [chainId.toString(), registry.toString(), exchangeId, epoch.epoch.toString(), userId];
  // JSON keeps the parts apart: no two lists share a text.
  const text = JSON.stringify([LINK_DOMAIN, ...parts]);
  return createHmac("sha256", secret).update(text).digest("base64url");
}

/** What a service keeps and looks for in a token's place: how long a look takes then says nothing of any token. */
export function tokenDigest(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
