import { createHash } from "node:crypto";

/** Every input of a commit, each as a short text. A commit is resumed with the same ones or not at all. */
export type Fingerprint = Readonly<Record<FingerprintPart, string>>;

export const FINGERPRINT_PARTS = [
  "accounts",
  "policyHash",
  "descriptorHash",
  "chainId",
  "registry",
  "exchange",
  "exchangeId",
  "epoch",
  "snapshotTime",
  "batchCircuit",
  "epochCircuit",
  "claims",
  "operatorSecret",
] as const;

export type FingerprintPart = (typeof FINGERPRINT_PARTS)[number];

/** The parts in which two fingerprints differ. */
export function changedParts(before: Fingerprint, now: Fingerprint): FingerprintPart[] {
  return FINGERPRINT_PARTS.filter((part) => before[part] !== now[part]);
}

/** SHA-256 of a list of texts, each with its length. */
export function digest(texts: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  return hash.digest("hex");
}
