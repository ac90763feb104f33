import { rm } from "node:fs/promises";
import { buildSet } from "../../build/build.ts";
import { figure, type Narrator } from "../narrator.ts";
import type { Stage } from "./stage.ts";

/** What scenes have in common, whatever else is on their stage. */
type AnyStage = Pick<Stage, "folder" | "trials" | "gas" | "close">;

/** A part of the story, on the chain that the one before left. It returns whether the chain says what it should. */
export type Scene<S> = (stage: S) => Promise<boolean>;

/** Sets a stage and plays scenes on it in their order. False when anything came out otherwise than it should. */
export async function play<S extends AnyStage>(
  tell: Narrator,
  title: string,
  setStage: (tell: Narrator) => Promise<S>,
  scenes: readonly Scene<S>[],
): Promise<boolean> {
  tell.heading(title);
  tell.line("DEVELOPMENT KEYS: their secrets are public. Nothing proved here would convince anybody else.");
  await buildSet("test");
  const stage = await tell.stage("start a local chain and deploy", () => setStage(tell));
  try {
    await rm(stage.folder, { recursive: true, force: true });
    let good = true;
    for (const scene of scenes) {
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
