import { rm } from "node:fs/promises";
import { buildSet } from "../../build/build.ts";
import { figure, type Narrator } from "../narrator.ts";
import { setMoneyStage } from "./money/money-stage.ts";
import { depositsScene } from "./money/scene-deposits.ts";
import { escapeScene } from "./money/scene-escape.ts";
import { exitsScene } from "./money/scene-exits.ts";
import { gateScene } from "./money/scene-gate.ts";
import { instantScene } from "./money/scene-instant.ts";

/** In their order, each on the chain that the one before left. A scene returns whether the chain says what it should. */
const SCENES = [depositsScene, instantScene, gateScene, exitsScene, escapeScene];

/** `npm run demo -- --withdrawals`: money comes, is traded, proved free, pledged and got out, whatever the operator does. */
export async function withdrawals(tell: Narrator): Promise<boolean> {
  tell.heading("Plimsoll: money moves on proofs, and on nothing else");
  tell.line("DEVELOPMENT KEYS: their secrets are public. Nothing proved here would convince anybody else.");
  await buildSet("test");
  const stage = await tell.stage("start a local chain and deploy", () => setMoneyStage(tell));
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
