import { readCommitment } from "../../chain/parts.ts";
import { readAttestation } from "../../chain/registry.ts";
import { epochEvents } from "./chain-events.ts";
import { lose, prepareMachine, restore } from "./machine.ts";
import { openAndPublish } from "./openings.ts";
import { areKept, blindsOf, storedProofs } from "./operator-files.ts";
import { runOperator } from "./operator-process.ts";
import { MOST_COPIES } from "./scene-deployment.ts";
import type { Stage } from "./stage.ts";

const EPOCH = 3n;

/**
 * Epoch 3: the operator's process is killed while it proves, and its machine lost; the one that takes over is killed after the
 * list is sealed and a part proved; the third attests. Both begin from the one backup that was made when the first was killed.
 */
export async function lostMachineScene(stage: Stage): Promise<boolean> {
  const { tell, network, registry } = stage;
  tell.heading("Epoch 3: the operator's machine is lost twice");
  const opening = await tell.stage("open, and publish the policy of its time", () =>
    openAndPublish(stage, EPOCH),
  );
  const first = await prepareMachine(stage, "lost-1", opening, MOST_COPIES);
  const killed = await tell.stage("the first machine proves until it is killed (SIGKILL)", () =>
    runOperator(first, "proof 3"),
  );
  const backup = await restore(stage, first, "backup");
  const stored = await storedProofs(backup);
  await lose(first);
  tell.line(
    `${stored.size} proofs were stored; all that is left is a backup of its inputs, keys and private part`,
  );

  const second = await restore(stage, backup, "lost-2");
  const killedAgain = await tell.stage("the second proves the rest and commits until it is killed", () =>
    stage.gas.measure(`commit epoch ${EPOCH} and prove a part`, () => runOperator(second, "transaction 2")),
  );
  const committed = await readCommitment(network.provider, registry, EPOCH);
  const secondProofs = await storedProofs(second);
  await lose(second);
  tell.line(
    `it made ${killedAgain.proofs} proofs; ${committed?.proved} of ${committed?.batchCount} batches are proved on chain`,
  );

  const third = await restore(stage, backup, "lost-3");
  const last = await tell.stage("the third goes on from the same backup", () =>
    stage.gas.measure(`the rest of epoch ${EPOCH}: two parts, and its end`, () =>
      runOperator(third, "never"),
    ),
  );
  const attested = await readAttestation(network.provider, registry, EPOCH);
  const events = await epochEvents(network.provider, registry, EPOCH);
  tell.line(
    `attested: ${last.transactions} transactions more, ${events.sealed.length} accounts root on chain, ` +
      `${events.sent} batches proved there, none twice`,
  );
  if (last.exitCode !== 0) tell.line(last.errors);
  const missing = (attested?.batchCount ?? 0) + 1 - stored.size;
  return [
    killed.signal === "SIGKILL" && killedAgain.signal === "SIGKILL" && last.exitCode === 0,
    stored.size > 0 && areKept(stored, secondProofs) && areKept(stored, await storedProofs(third)),
    killedAgain.proofs === missing && last.proofs === missing,
    (await blindsOf(backup)) === (await blindsOf(third)),
    events.sealed.length === 1 && events.sealed[0] === attested?.accountsRoot,
    events.sent === attested?.batchCount,
  ].every(Boolean);
}
