import { readFile } from "node:fs/promises";
import { type Bundle, bundleFromJson } from "@plimsoll/verifier/formats/bundle.ts";
import {
  type SpendingProof,
  spendingProofFromJson,
  spendingProofToJson,
} from "@plimsoll/verifier/formats/spending-proof.ts";
import { WithdrawalError } from "@plimsoll/verifier/withdrawal/error.ts";
import { instanceArtifacts } from "../build/artifacts.ts";
import { openIdentity } from "../owner/identity-file.ts";
import { passphraseFrom } from "../owner/passphrase.ts";
import type { ProvingBackend } from "../proving/backend.ts";
import { chosenBackend } from "../proving/chosen-backend.ts";
import { makeSpendingProof, type SpendingWish } from "../withdrawal/spending-proof.ts";
import { writeNewPublic } from "./new-file.ts";

/** The account that a proof is made from. */
export interface AccountOptions {
  readonly bundle: string;
  readonly identity: string;
  readonly passphraseFile?: string;
  /** Where the proof goes. */
  readonly out: string;
}

/** What to do about an account that may not have what is asked for. */
const NEXT: Readonly<Partial<Record<WithdrawalError["code"], string>>> = {
  "not-the-owner": "give the identity file whose owner is in the bundle: plimsoll verify bundle --identity",
  "under-margined": "add collateral, and withdraw in the next epoch",
  balance: "ask for less: what was paid or pledged since the epoch was opened counts too",
  charge: "ask for less: what was paid or pledged since the epoch was opened counts too",
};

export async function readBundle(file: string): Promise<Bundle> {
  return bundleFromJson(await readFile(file, "utf8"), file);
}

export async function readProof(file: string): Promise<SpendingProof> {
  return spendingProofFromJson(await readFile(file, "utf8"), file);
}

/** Writes a proof where there is no file yet. Nothing in it is secret. */
export async function writeProof(file: string, proof: SpendingProof): Promise<void> {
  await writeNewPublic(file, spendingProofToJson(proof));
}

/** Opens the identity, proves and writes the file. Throws WithdrawalError with what to do next. */
export async function proveToFile(
  bundle: Bundle,
  { identity, passphraseFile, out }: AccountOptions,
  wish: SpendingWish,
): Promise<SpendingProof> {
  const { secret } = await openIdentity(identity, await passphraseFrom(passphraseFile));
  const proof = await withBackend((backend) =>
    makeSpendingProof(backend, bundle, secret, wish, instanceArtifacts),
  ).catch((error: unknown) => {
    const next = error instanceof WithdrawalError ? NEXT[error.code] : undefined;
    throw next === undefined ? error : Object.assign(error as WithdrawalError, { next });
  });
  await writeProof(out, proof);
  return proof;
}

/** Runs with the prover of this machine, whose threads would keep the process alive. */
export async function withBackend<T>(run: (backend: ProvingBackend) => Promise<T>): Promise<T> {
  const backend = chosenBackend();
  try {
    return await run(backend);
  } finally {
    await backend.close();
  }
}
