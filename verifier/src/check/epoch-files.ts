import { EPOCH_FILES, epochFromJson } from "../formats/epoch.ts";
import { publicPartHash } from "../formats/public-hash.ts";
import { parseVerificationKey, type VerificationKey } from "../groth16/key.ts";
import type { EpochFiles } from "./epoch.ts";

/**
 * Everything that `checkEpoch` needs of an epoch's public part, wherever that is: `read` has the bytes of a file by its path
 * in the epoch folder ("public/epoch.json"), and its errors pass through. Throws FormatError for a record without its
 * format, Error for a key that is not snarkjs's JSON of a Groth16 key on BN254.
 */
export async function readEpochFiles(read: (path: string) => Promise<Uint8Array>): Promise<EpochFiles> {
  const text = async (path: string) => new TextDecoder().decode(await read(path));
  const record = await text(EPOCH_FILES.record);
  const parsed = epochFromJson(record, EPOCH_FILES.record);
  const keys = new Map<string, VerificationKey>();
  for (const { name } of [...parsed.circuits.batches, parsed.circuits.epoch])
    keys.set(name, parseVerificationKey(JSON.parse(await text(EPOCH_FILES.key(name)))));
  // Only some exchanges publish their totals.
  const totals = await text(EPOCH_FILES.totals).catch(() => undefined);
  return {
    ...(totals === undefined ? {} : { totals }),
    record,
    riskParameters: await text(EPOCH_FILES.riskParameters),
    marks: await text(EPOCH_FILES.marks),
    keys,
    publicHash: await publicPartHash(parsed, read),
  };
}
