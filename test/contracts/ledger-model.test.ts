// The ledger against a plain model of it: random payments, claims, pledges and renewals over random epochs and policies.
import { expect, test } from "vitest";
import { localChain } from "../support/chain.ts";
import { walkLedger } from "../support/ledger-walk.ts";

test("random steps leave the ledger where the model is, and exceed no proof that counted", async () => {
  const chain = await localChain();
  try {
    const outcomes = await walkLedger(chain, "quick", 40);
    for (const outcome of ["attest", "spend", "spend refused", "take all", "pledge", "release"])
      expect([...outcomes.keys()]).toContain(outcome);
  } finally {
    await chain.close();
  }
});
