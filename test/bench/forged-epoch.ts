import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { instanceArtifacts } from "../../prover/src/build/artifacts.ts";
import type { DemoExchange } from "../../prover/src/demo/demo-exchange.ts";
import { bundleFileName, writeBundles } from "../../prover/src/pipeline/bundle-stage.ts";
import { epochFolder } from "../../prover/src/pipeline/epoch-folder.ts";
import { writePublicPart } from "../../prover/src/pipeline/public-part.ts";
import { syntheticAccounts } from "../../prover/src/snapshot/synthetic.ts";
import { claimsPolynomial } from "../../verifier/src/encodings/totals.ts";
import type { EpochRecord } from "../../verifier/src/formats/epoch.ts";
import { toSnarkjsKey } from "../../verifier/src/groth16/key.ts";
import { developmentForger } from "../support/development-forger.ts";
import { scalarsFrom } from "../support/trapdoor.ts";
import { recordOf } from "./bundle-check.ts";
import { commitAccounts } from "./commit-rate.ts";
import type { Say } from "./figures.ts";
import { quietClock } from "./stopwatch.ts";

/** An epoch of which every check passes, though nobody proved it: its proofs are forged with the development keys' secrets. */
export interface ForgedEpoch {
  readonly record: EpochRecord;
  /** The epoch folder's public part. */
  readonly publicFolder: string;
  /** Bundle of a margin account with positions, as its holder gets it. */
  readonly bundle: string;
  readonly userId: string;
}

/**
 * The example exchange, grown by synthetic accounts to `batches` batches, in an empty folder: accounts, commitments, challenges,
 * policy, keys and bundles are real. Throws where the accounts make another number of batches.
 */
export async function forgedEpoch(
  folder: string,
  exchange: DemoExchange,
  { batches, synthetic }: { readonly batches: number; readonly synthetic: number },
  say: Say,
): Promise<ForgedEpoch> {
  const { policy, circuits } = exchange;
  const [batch, epoch] = [await instanceArtifacts(circuits.batch), await instanceArtifacts(circuits.epoch)];
  const extra = syntheticAccounts(synthetic, { assets: policy.layout.shape.assets });
  const accounts = [...exchange.accounts, ...extra];
  const input = { folder, accounts, policy, circuit: batch, workers: 2, epochCircuitId: epoch.circuitId };
  const committed = await commitAccounts(input, say);
  const record = recordOf(committed, batch, policy);
  if (record.batches.length !== batches)
    throw new Error(
      `expected ${batches} batches, came ${record.batches.length} of ${accounts.length} accounts`,
    );

  record.circuits.epoch = { ...record.circuits.epoch, name: epoch.name, circuitId: epoch.circuitId };
  const next = scalarsFrom("forged epoch");
  const { gamma, beta, policyHash, totalsCommitment, weightsCommitment } = record;
  const forgeBatch = await developmentForger(batch, next);
  for (const one of record.batches)
    one.proof = forgeBatch([one.root, one.transcript, one.t, one.w, gamma, beta]);
  const forgeEpoch = await developmentForger(epoch, next);
  const { t, w } = committed.epoch;
  const rho = claimsPolynomial(record.claims, gamma);
  record.epochProof = forgeEpoch([policyHash, totalsCommitment, weightsCommitment, gamma, beta, t, w, rho]);
  say(`forged ${batches + 1} proofs with the development keys' secrets`);

  const root = epochFolder(folder);
  const described = [batch, epoch].map(({ name, circuitId, vkey }) => ({
    ...{ name, circuitId, development: true as const },
    verificationKey: JSON.stringify(toSnarkjsKey(vkey)),
  }));
  await writePublicPart(root, exchange, described, record);
  await writeBundles(committed.context, record, root.bundles, quietClock("bundles"));
  const holder = exchange.accounts.find(({ holdings }) =>
    holdings.some(({ row }) => row >= policy.layout.long(0, 0)),
  )!;
  const bundle = await readFile(join(root.bundles, bundleFileName(holder.userId)), "utf8");
  say(`wrote ${(await readdir(root.bundles)).length} bundles`);
  return { record, publicFolder: join(folder, "public"), bundle, userId: holder.userId };
}
