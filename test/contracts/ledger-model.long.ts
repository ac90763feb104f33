import { expect, test } from "vitest";
import { localChain } from "../support/chain.ts";
import { OUTCOMES, walkLedger } from "../support/ledger-walk.ts";

test("1,500 random steps leave the ledger where the model is, and exceed no proof that counted", async () => {
  const chain = await localChain();
  try {
    const outcomes = await walkLedger(chain, "long", 1_500);
    for (const outcome of OUTCOMES) expect([...outcomes.keys()]).toContain(outcome);
  } finally {
    await chain.close();
  }
});
