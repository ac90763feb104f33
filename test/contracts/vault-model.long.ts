import { expect, test } from "vitest";
import { localChain } from "../support/chain.ts";
import { OUTCOMES, walkVault } from "../support/random-vault.ts";

/** `WALK_STEPS=10000 npm run test:long -- test/contracts/vault-model` takes some seven minutes. */
const STEPS = Number(process.env.WALK_STEPS ?? 1_000);

test(`${STEPS} random steps of operator, users and thief leave vault and ledger where the model is`, async () => {
  const chain = await localChain();
  try {
    const outcomes = await walkVault(chain, "long", STEPS);
    for (const outcome of OUTCOMES) expect([...outcomes.keys()]).toContain(outcome);
  } finally {
    await chain.close();
  }
});
