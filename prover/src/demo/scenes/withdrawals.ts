import type { Narrator } from "../narrator.ts";
import { setMoneyStage } from "./money/money-stage.ts";
import { depositsScene } from "./money/scene-deposits.ts";
import { escapeScene } from "./money/scene-escape.ts";
import { exitsScene } from "./money/scene-exits.ts";
import { gateScene } from "./money/scene-gate.ts";
import { instantScene } from "./money/scene-instant.ts";
import { play } from "./play.ts";

const SCENES = [depositsScene, instantScene, gateScene, exitsScene, escapeScene];

/** `npm run demo -- --withdrawals`: money comes, is traded, proved free, pledged and got out, whatever the operator does. */
export function withdrawals(tell: Narrator): Promise<boolean> {
  return play(tell, "Plimsoll: money moves on proofs, and on nothing else", setMoneyStage, SCENES);
}
