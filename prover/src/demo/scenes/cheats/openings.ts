import { openEpoch } from "../../../chain/registry.ts";
import type { Opening } from "../../../chain/submission.ts";
import { openTypedData, signTypedData } from "../../../chain/typed-data.ts";
import { DAY, type Stage } from "../stage.ts";

/** Snapshots of a time that the exchange likes, and epochs that are nobody's. */
export async function openingCheats(stage: Stage): Promise<void> {
  const { trials, blunt, people, registry, network, policyRegistry } = stage;
  const now = await network.now();
  const [epoch, snapshotTime] = [1n, now + 600n];
  const opening = { epoch, snapshotTime };
  const open = (changes: Partial<Opening>) => openEpoch(blunt.exchange, registry, { ...opening, ...changes });

  await trials.attempt("41", "a stranger opens an epoch of the exchange", "ExchangeSignatureInvalid", () =>
    openEpoch(blunt.stranger, registry, opening),
  );
  const other = "a stranger opens one with the exchange's signature for another registry";
  await trials.attempt("25, 41", other, "ExchangeSignatureInvalid", async () => {
    const domain = { chainId: network.chainId, registry: policyRegistry };
    const signature = await signTypedData(people.exchange, openTypedData(domain, opening));
    return openEpoch(blunt.stranger, registry, opening, signature);
  });
  await trials.attempt(
    "26",
    "a snapshot that was taken before its epoch is opened",
    "SnapshotTimeOutOfRange",
    () => open({ snapshotTime: now - 1n }),
  );
  await trials.attempt("26", "a snapshot three days ahead", "SnapshotTimeOutOfRange", () =>
    open({ snapshotTime: now + 3n * DAY }),
  );
  await trials.attempt("26", "epoch number 0", "EpochNotIncreasing", () => open({ epoch: 0n }));
}

/** What an exchange tries that does not like the snapshot of the epoch it has just opened. */
export async function reopeningCheats(stage: Stage, { epoch, snapshotTime }: Opening): Promise<void> {
  const { trials, blunt, registry } = stage;
  const open = (changes: Partial<Opening>) =>
    openEpoch(blunt.exchange, registry, { epoch, snapshotTime: snapshotTime + 60n, ...changes });
  await trials.attempt("26", "the same epoch opened again for another moment", "EpochNotIncreasing", () =>
    open({}),
  );
  await trials.attempt("26", "another epoch opened at once, until one suits", "OpeningTooSoon", () =>
    open({ epoch: epoch + 1n }),
  );
}
