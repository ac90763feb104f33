import { createHash } from "node:crypto";
import { join } from "node:path";
import { accountsTree, pathInAccountsTree } from "@plimsoll/verifier/encodings/challenges.ts";
import { holdingBlocks, signedFree } from "@plimsoll/verifier/encodings/leaf.ts";
import { batchPath, batchTree } from "@plimsoll/verifier/encodings/tree.ts";
import { type Bundle, bundleToJson } from "@plimsoll/verifier/formats/bundle.ts";
import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { slotsOf } from "../commit/commit-batch.ts";
import { fastPoseidon } from "../commit/hash.ts";
import { accountSalt } from "../commit/secrets.ts";
import { openBatch } from "../commit/tasks.ts";
import type { CommitContext } from "./commit-stage.ts";
import { writePrivateQuickly } from "./files.ts";
import type { StageClock } from "./progress.ts";

/** Writes a bundle for every account, batch by batch. Writing one again gives the same bytes. */
export async function writeBundles(
  context: CommitContext,
  record: EpochRecord,
  folder: string,
  clock: StageClock,
): Promise<void> {
  const hash = await fastPoseidon();
  const tree = accountsTree(record.batches);
  const { chainId, registry, exchange, exchangeId, epoch, snapshotTime } = record;
  const { policyHash, descriptorHash } = record;
  const common = { chainId, registry, exchange, exchangeId, epoch, snapshotTime, policyHash, descriptorHash };
  for (const [batch, { circuitId, root, transcript }] of record.batches.entries()) {
    const blinds = context.store.secrets.blinds[batch]!;
    const { ordered, opening } = openBatch(context.folder, batch, context.capacity, blinds);
    const levels = batchTree(slotsOf(ordered, opening, hash), hash);
    const accountsPath = pathInAccountsTree(tree, batch);
    for (const { account, slot } of ordered) {
      const bundle: Bundle = {
        format: "plimsoll.bundle.1",
        ...common,
        userId: account.userId,
        owner: account.owner,
        salt: accountSalt(context.secret, context.identity, account.userId),
        holdings: holdingBlocks(account.holdings).flat(),
        ...signedFree(account.free),
        batch,
        slot,
        path: batchPath(levels, slot),
        circuitId,
        root,
        transcript,
        accountsPath,
        accountsRoot: record.accountsRoot,
      };
      writePrivateQuickly(join(folder, bundleFileName(account.userId)), bundleToJson(bundle));
      clock.tick();
    }
  }
}

/** A user id that is a plain lower-case file name as it is; any other by its hash, so that none escapes the
 * folder. Plain ones are shorter than a hash, so the two never meet. */
export function bundleFileName(userId: string): string {
  return `${isPlainUserId(userId) ? userId : createHash("sha256").update(userId).digest("hex")}.json`;
}

/** Whether a user id is the name of its bundle's file. */
export function isPlainUserId(userId: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{0,62}$/.test(userId);
}
