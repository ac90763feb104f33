import { deploymentCheats } from "./cheats/deployments.ts";
import { reserveCheats } from "./cheats/reserves.ts";
import { registerHonestly } from "./reserves.ts";
import type { Stage } from "./stage.ts";

/** What custody and insurance hold: enough for this many copies of the example. */
export const MOST_COPIES = 3;

/** Registries that would believe anything are refused; custody and insurance consent to be read. */
export async function deploymentScene(stage: Stage): Promise<boolean> {
  const { tell } = stage;
  tell.heading("Deploy both registries; custody and insurance consent to be read");
  await tell.stage("registries that would believe anything", () => deploymentCheats(stage));
  await tell.stage("reserves that are somebody else's, or count twice", () => reserveCheats(stage));
  await tell.stage("the exchange's own, with consents", () => registerHonestly(stage, MOST_COPIES));
  return true;
}
