import { rm } from "node:fs/promises";
import { buildSet } from "../../build/build.ts";
import { figure, type Narrator } from "../narrator.ts";
import { deploymentScene } from "./scene-deployment.ts";
import { inPartsScene } from "./scene-in-parts.ts";
import { lostEverythingScene } from "./scene-lost-everything.ts";
import { lostMachineScene } from "./scene-lost-machine.ts";
import { oneTransactionScene } from "./scene-one-transaction.ts";
import { publicPartScene } from "./scene-public-part.ts";
import { setStage } from "./stage.ts";

/** In their order, each on the chain that the one before left. A scene returns whether the chain says what it should. */
const SCENES = [
  deploymentScene,
  oneTransactionScene,
  inPartsScene,
  lostMachineScene,
  publicPartScene,
  lostEverythingScene,
];

/** `npm run demo -- --epochs`: every way of settling an epoch, and every way to cheat. False when anything came out otherwise. */
export async function epochs(tell: Narrator): Promise<boolean> {
  tell.heading("Plimsoll: epochs on a chain, settled in every way and attacked in every way");
  tell.line("DEVELOPMENT KEYS: their secrets are public. Nothing proved here would convince anybody else.");
  await buildSet("test");
  const stage = await tell.stage("start a local chain and deploy", () => setStage(tell));
  try {
    await rm(stage.folder, { recursive: true, force: true });
    let good = true;
    for (const scene of SCENES) {
      const asItShould = await scene(stage);
      if (!asItShould) tell.line("NOT AS IT SHOULD BE: the chain says something else");
      good &&= asItShould;
    }
    tell.heading("Every way to cheat that was tried");
    stage.trials.tell(tell);
    tell.heading("Gas");
    stage.gas.tell(tell);
    tell.line();
    tell.line(`this run took ${figure(tell.elapsed(), 1)} s`);
    return good && stage.trials.good;
  } finally {
    await stage.close();
  }
}
