// Proves a tiny epoch in a process of its own, by whichever prover is chosen there. Argument: its folder.
import { localProver } from "../../prover/src/pipeline/local-prover.ts";
import { runEpoch } from "../../prover/src/pipeline/run-epoch.ts";
import { chosenBackend } from "../../prover/src/proving/chosen-backend.ts";
import { randomExchange, tinyConfig } from "./exchange.ts";
import { seeded } from "./random.ts";

const [folder] = process.argv.slice(2) as [string];
const prover = localProver(chosenBackend());
await runEpoch(tinyConfig(folder, randomExchange(seeded("proving child"), 2)), { prover });
await prover.close?.();
