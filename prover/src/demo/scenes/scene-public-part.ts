import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fromJson } from "@plimsoll/verifier/formats/codecs.ts";
import { epochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { finaliseEpoch, isProved, partsOf, provePart, readProvedBatches } from "../../chain/parts.ts";
import { readAttestation } from "../../chain/registry.ts";
import { epochFolder } from "../../pipeline/epoch-folder.ts";
import { hashPublicPart } from "../../pipeline/public-part.ts";
import { submissionOf } from "../../pipeline/settlement.ts";
import { lose, machineAt, prepareMachine } from "./machine.ts";
import { openAndPublish } from "./openings.ts";
import { runOperator } from "./operator-process.ts";
import type { Stage } from "./stage.ts";

const EPOCH = 4n;

/** Epoch 4: the machine is lost without a backup, after the list is sealed. Of the folder only the published part is left. */
export async function publicPartScene(stage: Stage): Promise<boolean> {
  const { tell, network, people, registry } = stage;
  tell.heading("Epoch 4: nothing is left but the chain and the public part");
  const opening = await tell.stage("open, and publish the policy of its time", () =>
    openAndPublish(stage, EPOCH),
  );
  const machine = await prepareMachine(stage, "public-part", opening, 1);
  const killed = await tell.stage("the operator proves, publishes and commits until it is killed", () =>
    runOperator(machine, "transaction 1"),
  );
  const copy = epochFolder(machineAt(stage, "public-copy").epoch);
  await cp(join(machine.epoch, "public"), join(copy.root, "public"), { recursive: true });
  await lose(machine);

  const record = fromJson(epochRecord, await readFile(copy.record, "utf8"), copy.record);
  const submission = submissionOf(record, await hashPublicPart(copy, record));
  await tell.stage("a stranger proves every part from it and finalises", async () => {
    for (const part of partsOf(submission.batches, 2))
      if (!isProved(part, await readProvedBatches(network.provider, registry, EPOCH, 0)))
        await provePart(people.stranger, registry, EPOCH, part);
    await finaliseEpoch(people.stranger, registry, submission);
  });
  const attested = await readAttestation(network.provider, registry, EPOCH);
  tell.line(
    "attested: the sealed list needs nobody's secrets any more. Users' bundles do: those are lost with the folder",
  );
  return killed.signal === "SIGKILL" && attested?.accountsRoot === record.accountsRoot;
}
