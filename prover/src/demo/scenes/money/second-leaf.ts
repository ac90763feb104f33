import { readFile } from "node:fs/promises";
import { accountsPath } from "@plimsoll/verifier/encodings/challenges.ts";
import { holdingBlocks, signedFree } from "@plimsoll/verifier/encodings/leaf.ts";
import { batchPath, batchTree } from "@plimsoll/verifier/encodings/tree.ts";
import type { Bundle } from "@plimsoll/verifier/formats/bundle.ts";
import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { closeBatchRecords } from "../../../commit/batch-files.ts";
import { type Blinds, slotsOf } from "../../../commit/commit-batch.ts";
import { fastPoseidon } from "../../../commit/hash.ts";
import { openBatch } from "../../../commit/tasks.ts";
import type { EpochFolder } from "../../../pipeline/epoch-folder.ts";
import { batchCapacity } from "../../../pipeline/instance-shapes.ts";

/**
 * All bundles of one account in an epoch, the richest first, from the operator's own files: one who attests two leaves of one
 * account hands out one bundle and keeps the other.
 */
export async function bundlesOf(
  { record, folder }: { readonly record: EpochRecord; readonly folder: EpochFolder },
  given: Bundle,
): Promise<Bundle[]> {
  const hash = await fastPoseidon();
  const { blinds } = JSON.parse(await readFile(folder.commit, "utf8")) as {
    blinds: [string, string, string][];
  };
  const found: Bundle[] = [];
  try {
    for (const [batch, { circuitId, root, transcript }] of record.batches.entries()) {
      const capacity = batchCapacity(record.circuits.batches[0]!.name);
      const [t, w, transcriptBlind] = blinds[batch]!;
      const own: Blinds = [BigInt(t), BigInt(w), BigInt(transcriptBlind)];
      const { ordered, opening } = openBatch(folder.batches, batch, capacity, own);
      const levels = batchTree(slotsOf(ordered, opening, hash), hash);
      for (const { account, slot } of ordered) {
        if (account.userId !== given.userId) continue;
        const holdings = holdingBlocks(account.holdings).flat();
        const at = { batch, slot, path: batchPath(levels, slot), circuitId, root, transcript };
        const path = accountsPath(record.batches, batch);
        found.push({ ...given, holdings, ...signedFree(account.free), ...at, accountsPath: path });
      }
    }
  } finally {
    closeBatchRecords(folder.batches);
  }
  return found.sort((one, other) => (one.free > other.free ? -1 : 1));
}
