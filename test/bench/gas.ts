import { buildContracts } from "../../prover/src/build/contracts.ts";
import type { DemoExchange } from "../../prover/src/demo/demo-exchange.ts";
import { batchCapacity } from "../../prover/src/pipeline/instance-shapes.ts";
import { BatchPlanner } from "../../prover/src/plan/plan-batches.ts";
import { syntheticAccounts } from "../../prover/src/snapshot/synthetic.ts";
import { completeAccount } from "../../verifier/src/policy/complete.ts";
import { measureGas } from "../support/gas.ts";
import { measureVault } from "../support/vault-gas.ts";
import { type GasFigures, type Measured, rounded, type Say } from "./figures.ts";
import { gasTable } from "./gas-table.ts";

const ACCOUNTS = 10_000;

/** Gas of real attestations in a local chain, and what it comes to for one of the synthetic accounts. */
export async function benchGas(exchange: DemoExchange, say: Say): Promise<Measured<GasFigures>> {
  await buildContracts();
  const { perReserve, perCircuit, relayed, chunkedFixed, ...gas } = await measureGas();
  say("attested epochs of different sizes");
  const vault = await measureVault();
  say("moved money by a vault");
  const sharing = accountsPerBatch(exchange);
  return {
    figures: {
      ...gas,
      perAccount: rounded(gas.perBatchAt32 / sharing, 0),
      instantWithdrawal: vault.withdrawToken,
      instantWithdrawalNative: vault.withdrawCoin,
      forcedExit: vault.requestExit + vault.approveExit,
      claim: vault.registerClaim + vault.payClaim,
    },
    remarks: [
      { what: "epoch", value: "40 assets, 8 of them held and read on chain, sent by the exchange itself" },
      {
        what: "per account",
        value: `a batch's gas for each of the ${sharing.toFixed(1)} synthetic accounts in it, without the fixed part`,
      },
      ...gasTable({ ...gas, chunkedFixed }),
      { what: "an epoch in parts, beside its batches", value: number(chunkedFixed) },
      { what: "each further asset read on chain", value: number(perReserve) },
      { what: "each further batch circuit in a call", value: number(perCircuit) },
      {
        what: "a refusal of an exit; freezing a vault",
        value: `${number(vault.refuse)}; ${number(vault.freeze)}`,
      },
      { what: "sent by another with the exchange's signature", value: `${number(relayed)} more` },
    ],
  };
}

/** How many synthetic accounts share a batch of the demo's circuit. */
function accountsPerBatch({ policy, circuits }: DemoExchange): number {
  const planner = new BatchPlanner(batchCapacity(circuits.batch));
  let batches = 0;
  for (const account of syntheticAccounts(ACCOUNTS, { assets: policy.layout.shape.assets })) {
    const { auxiliaries, free } = completeAccount(policy, account.holdings);
    if (planner.add({ ...account, auxiliaries, free }) !== undefined) batches += 1;
  }
  for (const _ of planner.finish()) batches += 1;
  return ACCOUNTS / batches;
}

function number(value: number): string {
  return value.toLocaleString("en");
}
