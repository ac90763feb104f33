import { existsSync } from "node:fs";
import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import type { EpochConfig } from "./config.ts";
import type { EpochFolder } from "./epoch-folder.ts";
import { ConfigError, SecondRootError } from "./errors.ts";
import { writePrivate } from "./files.ts";
import type { AttestationReceipt, EpochChain } from "./ports.ts";
import { type Progress, StageClock } from "./progress.ts";
import { fixTerms } from "./signed-terms.ts";

/** Refuses before any work what the chain would refuse after it. */
export async function checkOpening(
  config: EpochConfig,
  folder: EpochFolder,
  chain: EpochChain,
): Promise<void> {
  const { epoch, snapshotTime } = config;
  if ((await chain.attestedRoot(epoch)) !== undefined) {
    if (!existsSync(folder.commit)) throw new SecondRootError(epoch, folder.root);
    return;
  }
  const opened = await chain.openedAt(epoch);
  if (opened !== snapshotTime) {
    const came = opened === undefined ? "an epoch that is not open" : `snapshot time ${opened}`;
    throw new ConfigError(
      `epoch ${epoch}: expected the registry to have it open with snapshot time ${snapshotTime}, came ${came}`,
    );
  }
}

/** Attests once: an epoch that the chain already has under this root is done, under another one an error. */
export async function attest(
  folder: EpochFolder,
  record: EpochRecord,
  chain: EpochChain,
  progress: Progress,
): Promise<AttestationReceipt | null> {
  const clock = new StageClock(progress, "attest", "transactions", 1);
  let receipt: AttestationReceipt | null = null;
  if (await isAttested(record, folder, chain)) {
    clock.keep();
  } else {
    try {
      const { publicHash } = await fixTerms(folder, record);
      receipt = await chain.attest(record, publicHash);
    } catch (error) {
      // A transaction that an interrupted run had sent may have come first.
      if (!(await isAttested(record, folder, chain))) throw error;
    }
    clock.tick();
  }
  if (receipt !== null) await writeReceipt(folder, record.epoch, receipt);
  clock.finish();
  return receipt;
}

/** Keeps what the chain said of an epoch's last transaction. */
export async function writeReceipt(
  folder: EpochFolder,
  epoch: bigint,
  receipt: AttestationReceipt,
): Promise<void> {
  const text = { ...receipt, epoch: epoch.toString(), gasUsed: receipt.gasUsed.toString() };
  await writePrivate(folder.receipt, `${JSON.stringify(text, null, 2)}\n`);
}

/** Whether the chain has this very root. Throws SecondRootError when it has another. */
async function isAttested(record: EpochRecord, folder: EpochFolder, chain: EpochChain): Promise<boolean> {
  const root = await chain.attestedRoot(record.epoch);
  if (root !== undefined && root !== record.accountsRoot) {
    throw new SecondRootError(record.epoch, folder.root);
  }
  return root !== undefined;
}
