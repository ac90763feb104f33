// The vault, the ledger and pledges against a plain model: random steps of operator, users and thief, and an exit at last.
import { expect, test } from "vitest";
import { localChain } from "../support/chain.ts";
import { walkVault } from "../support/random-vault.ts";

test("random steps of operator, users and thief leave vault and ledger where the model is", async () => {
  const chain = await localChain();
  try {
    const outcomes = await walkVault(chain, "quick", 50);
    for (const outcome of ["attest", "deposit", "exit", "pledge", "pay claim"])
      expect([...outcomes.keys()]).toContain(outcome);
  } finally {
    await chain.close();
  }
});
