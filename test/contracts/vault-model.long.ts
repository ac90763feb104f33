import { expect, test } from "vitest";
import { localChain } from "../support/chain.ts";
import { OUTCOMES, walkVault } from "../support/random-vault.ts";

test("1,000 random steps of operator, users and thief leave vault and ledger where the model is", async () => {
  const chain = await localChain();
  try {
    const outcomes = await walkVault(chain, "long", 1_000);
    for (const outcome of OUTCOMES) expect([...outcomes.keys()]).toContain(outcome);
  } finally {
    await chain.close();
  }
});
