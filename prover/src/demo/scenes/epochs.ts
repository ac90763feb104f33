import type { Narrator } from "../narrator.ts";
import { play } from "./play.ts";
import { deploymentScene } from "./scene-deployment.ts";
import { inPartsScene } from "./scene-in-parts.ts";
import { lostEverythingScene } from "./scene-lost-everything.ts";
import { lostMachineScene } from "./scene-lost-machine.ts";
import { oneTransactionScene } from "./scene-one-transaction.ts";
import { publicPartScene } from "./scene-public-part.ts";
import { setStage } from "./stage.ts";

const SCENES = [
  deploymentScene,
  oneTransactionScene,
  inPartsScene,
  lostMachineScene,
  publicPartScene,
  lostEverythingScene,
];

/** `npm run demo -- --epochs`: every way of settling an epoch, and every way to cheat. False when anything came out otherwise. */
export function epochs(tell: Narrator): Promise<boolean> {
  return play(
    tell,
    "Plimsoll: epochs on a chain, settled in every way and attacked in every way",
    setStage,
    SCENES,
  );
}
