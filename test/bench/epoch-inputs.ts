import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type InstanceArtifacts, instanceArtifacts } from "../../prover/src/build/artifacts.ts";
import type { DemoExchange } from "../../prover/src/demo/demo-exchange.ts";
import { epochInputs } from "../../prover/src/pipeline/epoch-inputs.ts";
import type { CircuitInputs } from "../../prover/src/proving/witness.ts";
import { commitAccounts } from "./commit-rate.ts";
import type { Say } from "./figures.ts";

/** Inputs of the epoch circuit for an example exchange, all its accounts committed as in an epoch. */
export async function exampleEpochInputs(
  { policy, accounts, reserves, circuits }: DemoExchange,
  epoch: InstanceArtifacts,
  say: Say,
): Promise<CircuitInputs> {
  const folder = await mkdtemp(join(tmpdir(), "plimsoll-bench-"));
  try {
    const { coefficients, policyHash, riskParameters } = policy;
    const held = riskParameters.collateral.map(({ symbol }) => reserves.claims[symbol] ?? 0n);
    const claims = [reserves.insurance, ...held];
    while (claims.length <= coefficients.shape.assets) claims.push(0n);
    const circuit = await instanceArtifacts(circuits.batch);
    const input = { folder, accounts, policy, circuit, workers: 2, epochCircuitId: epoch.circuitId, claims };
    const { epoch: challenged, context } = await commitAccounts(input, say);
    const { totalsSalt, weightsSalt } = context.store.secrets;
    return epochInputs({ ...challenged, policy: coefficients, policyHash, totalsSalt, weightsSalt, claims });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
