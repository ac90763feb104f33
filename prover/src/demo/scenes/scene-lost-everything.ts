import { finaliseEpoch } from "../../chain/parts.ts";
import { attestEpoch, readAttestation } from "../../chain/registry.ts";
import { registryChain } from "../../pipeline/registry-chain.ts";
import { runEpoch } from "../../pipeline/run-epoch.ts";
import { epochEvents } from "./chain-events.ts";
import { configOf, lose, prepareMachine } from "./machine.ts";
import { open, openAndPublish } from "./openings.ts";
import { runOperator } from "./operator-process.ts";
import { DAY, type Stage } from "./stage.ts";

const LOST = 5n;
const NEXT = 6n;
const LAPSED = 7n;

/**
 * Epoch 5 is lost with everything that was written of it, after its list was sealed: nobody can prove it any more. The next
 * opening voids it, and epoch 6 gets through. Epoch 7 is never proved: its opening expires.
 */
export async function lostEverythingScene(stage: Stage): Promise<boolean> {
  const { tell, network, people, blunt, prover, registry, trials } = stage;
  tell.heading("Epochs 5 to 7: everything is lost, and nothing stands in the way of the next epoch");
  const opening = await tell.stage("open epoch 5", () => openAndPublish(stage, LOST));
  const machine = await prepareMachine(stage, "everything", opening, 1);
  const killed = await tell.stage("the operator commits until it is killed, and all it has is lost", () =>
    runOperator(machine, "transaction 1"),
  );
  await lose(machine);

  const chain = registryChain(BigInt(registry), {
    sender: blunt.relayer,
    exchange: people.exchange,
    batchesAtOnce: 1,
  });
  const anew = await configOf(await prepareMachine(stage, "anew", opening, 1));
  const { record: second } = await tell.stage("a new machine proves epoch 5 anew", () =>
    runEpoch(anew, { prover }),
  );
  await trials.attempt("34", "another list for an epoch whose list was lost", "EpochCommitted", () =>
    runEpoch(anew, { prover, chain }),
  );

  const next = await tell.stage("open epoch 6, which voids it", () => openAndPublish(stage, NEXT));
  const stale = { ...stage.attested.get(1n)!, epoch: LOST };
  await trials.attempt("26, 41", "the abandoned list finalised after the next opening", "EpochNotOpen", () =>
    finaliseEpoch(blunt.exchange, registry, stale),
  );
  const config = await configOf(await prepareMachine(stage, "next", next, 1));
  const { record } = await tell.stage("prove and attest epoch 6 in one transaction", () =>
    runEpoch(config, {
      prover,
      chain: registryChain(BigInt(registry), { sender: people.relayer, exchange: people.exchange }),
    }),
  );
  const attested = await readAttestation(network.provider, registry);
  const { voided, sealed } = await epochEvents(network.provider, registry, LOST);

  const lapsed = await tell.stage("open epoch 7, and let its time pass", async () => {
    const opened = await open(stage, LAPSED);
    await network.advanceTo(opened.snapshotTime + 8n * DAY);
    return opened;
  });
  await trials.attempt("26", "an epoch attested a week after its snapshot", "OpeningExpired", () =>
    attestEpoch(blunt.exchange, registry, { ...stale, epoch: lapsed.epoch }),
  );
  tell.line(`attested: epoch ${attested?.epoch}; epoch ${LOST} is void, epoch ${LAPSED} has expired`);
  return [
    killed.signal === "SIGKILL",
    voided && sealed.length === 1 && sealed[0] !== second.accountsRoot,
    attested?.epoch === NEXT && attested.accountsRoot === record.accountsRoot,
    (await readAttestation(network.provider, registry, LOST)) === null,
  ].every(Boolean);
}
