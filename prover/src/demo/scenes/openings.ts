import { openEpoch } from "../../chain/registry.ts";
import type { Opening } from "../../chain/submission.ts";
import { publishFor } from "./policies.ts";
import { MINIMUM_INTERVAL, type Stage } from "./stage.ts";

/** How long after its opening an epoch's snapshot is taken, in seconds. */
const LEAD = 60n;

/** The exchange opens an epoch as soon as it may. */
export async function open(stage: Stage, epoch: bigint): Promise<Opening> {
  const { network, people, registry, gas } = stage;
  const openedAt = (await network.now()) + MINIMUM_INTERVAL + 1n;
  await network.setNextTime(openedAt);
  const opening = { epoch, snapshotTime: openedAt + LEAD };
  await gas.measure(`open epoch ${epoch}`, () => openEpoch(people.exchange, registry, opening));
  return opening;
}

/** Opens an epoch, lets its snapshot's time come, and has its policy published. */
export async function openAndPublish(stage: Stage, epoch: bigint): Promise<Opening> {
  const opening = await open(stage, epoch);
  await stage.network.advanceTo(opening.snapshotTime + 1n);
  await publishFor(stage, opening.snapshotTime);
  return opening;
}
