// Runs an epoch in a process of its own and kills it, as kill -9 does, at the moment that it is told.
// Arguments: epoch folder, seed, number of accounts, moment ("stage state", "sent", or "" to live).
import { join } from "node:path";
import { runEpoch } from "../../prover/src/pipeline/run-epoch.ts";
import { ConstraintProver } from "./constraint-prover.ts";
import { randomExchange, tinyConfig } from "./exchange.ts";
import { fileChain } from "./file-chain.ts";
import { seeded } from "./random.ts";

const [folder, seed, accounts, moment] = process.argv.slice(2) as [string, string, string, string];
const config = tinyConfig(join(folder, "epoch"), randomExchange(seeded(seed), Number(accounts)));
const die = () => process.kill(process.pid, "SIGKILL");

await runEpoch(config, {
  prover: new ConstraintProver(),
  chain: fileChain(join(folder, "chain.log"), config.snapshotTime, () => {
    if (moment === "sent") die();
  }),
  progress: ({ stage, state }) => {
    if (moment === `${stage} ${state}`) die();
  },
});
