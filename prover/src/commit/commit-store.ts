import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fieldElement, fromJson, toJson } from "@plimsoll/verifier/formats/codecs.ts";
import { z } from "zod";
import { writePrivate, writePrivateOnce } from "../pipeline/files.ts";
import { BlindReuseError, ChangedInputError } from "./commit-error.ts";
import { changedParts, FINGERPRINT_PARTS, type Fingerprint } from "./fingerprint.ts";
import { randomFieldElement } from "./secrets.ts";

/** `private/commit.json`: all randomness of an epoch that is not derived, and the challenges it was used with. */
const commitFormat = z.strictObject({
  format: z.literal("plimsoll.commit.1"),
  fingerprint: z.strictObject(
    Object.fromEntries(FINGERPRINT_PARTS.map((part) => [part, z.string()])) as Record<
      (typeof FINGERPRINT_PARTS)[number],
      z.ZodString
    >,
  ),
  totalsSalt: fieldElement,
  weightsSalt: fieldElement,
  /** Three per batch: into t, into w, into the transcript. */
  blinds: z.array(z.tuple([fieldElement, fieldElement, fieldElement])).min(1),
  gamma: z.nullable(fieldElement),
  beta: z.nullable(fieldElement),
});

export type CommitSecrets = z.output<typeof commitFormat>;

/** The secrets of a commit as they are on disk, for what only reads them. Throws ENOENT and FormatError. */
export async function readCommitSecrets(file: string): Promise<CommitSecrets> {
  return fromJson(commitFormat, await readFile(file, "utf8"), file);
}

/**
 * Keeps the secrets of one commit. They are on disk before anything they hide leaves the machine, so that a run that
 * crashes resumes with the same ones; and they meet one gamma and one beta only: two over the same blinds give totals
 * away by lattice reduction.
 */
export class CommitStore {
  readonly #file: string;
  #secrets: CommitSecrets;

  private constructor(file: string, secrets: CommitSecrets) {
    this.#file = file;
    this.#secrets = secrets;
  }

  /** The stored commit, or undefined. Throws ChangedInputError when it was made with other inputs. */
  static async resume(file: string, fingerprint: Fingerprint): Promise<CommitStore | undefined> {
    if (!existsSync(file)) return undefined;
    const secrets = await readCommitSecrets(file);
    const changed = changedParts(secrets.fingerprint, fingerprint);
    if (changed.length > 0) throw new ChangedInputError(file, changed);
    return new CommitStore(file, secrets);
  }

  /** Draws the randomness of a new commit and stores it. Throws when the file is there already. */
  static async create(file: string, fingerprint: Fingerprint, batches: number): Promise<CommitStore> {
    const secrets: CommitSecrets = {
      format: "plimsoll.commit.1",
      fingerprint,
      totalsSalt: randomFieldElement(),
      weightsSalt: randomFieldElement(),
      blinds: Array.from({ length: batches }, () => [
        randomFieldElement(),
        randomFieldElement(),
        randomFieldElement(),
      ]),
      gamma: null,
      beta: null,
    };
    try {
      await writePrivateOnce(file, toJson(commitFormat, secrets));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
      throw new Error(`${file}: expected no commit yet, came one`, { cause });
    }
    return new CommitStore(file, secrets);
  }

  get secrets(): CommitSecrets {
    return this.#secrets;
  }

  /** Notes the challenge that these blinds meet. Throws BlindReuseError when they met another. */
  async meet(challenge: "gamma" | "beta", value: bigint): Promise<void> {
    const met = this.#secrets[challenge];
    if (met === value) return;
    if (met !== null) throw new BlindReuseError(challenge);
    this.#secrets = { ...this.#secrets, [challenge]: value };
    await this.#write();
  }

  #write(): Promise<void> {
    return writePrivate(this.#file, toJson(commitFormat, this.#secrets));
  }
}
