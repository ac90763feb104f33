import { join } from "node:path";
import { EPOCH_FILES } from "@plimsoll/verifier/formats/epoch.ts";
import { privateFolder, publicFolder } from "./files.ts";

/** Where things are in an epoch folder. `public/` may be copied anywhere; `private/` is the operator's alone. */
export interface EpochFolder {
  readonly root: string;
  readonly private: string;
  /** Plan of the epoch: how many batches, totals by row. */
  readonly plan: string;
  readonly commit: string;
  /** Plans, commitments, sums and proofs by batch. */
  readonly batches: string;
  readonly epochProof: string;
  readonly bundles: string;
  /** Signed statements, one for each account, where the operator makes them. */
  readonly statements: string;
  /** What the exchange signed. */
  readonly terms: string;
  /** Receipt of the attestation. */
  readonly receipt: string;
  /** How long stages took, and what was sent to the chain: for reports. */
  readonly runs: string;
  readonly transactions: string;
  /** The operator's report. */
  readonly report: string;
  readonly record: string;
  /** Published totals, where the exchange chose to. */
  readonly totals: string;
  readonly riskParameters: string;
  readonly marks: string;
  readonly key: (instance: string) => string;
}

export function epochFolder(root: string): EpochFolder {
  return Object.freeze({
    root,
    private: join(root, "private"),
    plan: join(root, "private/plan.json"),
    commit: join(root, "private/commit.json"),
    batches: join(root, "private/batches"),
    epochProof: join(root, "private/epoch-proof.json"),
    bundles: join(root, EPOCH_FILES.bundles),
    statements: join(root, "private/statements"),
    terms: join(root, "private/terms.json"),
    receipt: join(root, "private/receipt.json"),
    runs: join(root, "private/runs.json"),
    transactions: join(root, "private/transactions.json"),
    report: join(root, "private/report.html"),
    record: join(root, EPOCH_FILES.record),
    totals: join(root, EPOCH_FILES.totals),
    riskParameters: join(root, EPOCH_FILES.riskParameters),
    marks: join(root, EPOCH_FILES.marks),
    key: (instance: string) => join(root, EPOCH_FILES.key(instance)),
  });
}

/** Makes the folders; the private ones are closed to others even when they were open. */
export async function makeEpochFolder(folder: EpochFolder): Promise<void> {
  await publicFolder(folder.root);
  await publicFolder(join(folder.root, "public"));
  for (const path of [folder.private, folder.batches, folder.bundles]) await privateFolder(path);
}
