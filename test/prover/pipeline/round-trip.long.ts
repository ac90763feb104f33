import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runEpoch } from "../../../prover/src/pipeline/run-epoch.ts";
import { ConstraintProver } from "../../support/constraint-prover.ts";
import { randomExchange, tinyConfig } from "../../support/exchange.ts";
import { seeded } from "../../support/random.ts";

describe("random exchanges of 1 to 60 accounts", () => {
  const prover = new ConstraintProver();

  it.each(Array.from({ length: 20 }, (_, i) => [1 + 3 * i + (i % 3)]))(
    "proves %i accounts",
    async (count) => {
      const folder = await mkdtemp(join(tmpdir(), "plimsoll-random-"));
      try {
        const accounts = randomExchange(seeded(`long ${count}`), count);
        const { record, waste } = await runEpoch(tinyConfig(folder, accounts), { prover });
        expect(waste.accounts).toBe(count);
        expect(record.batches.length).toBe(waste.batches);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});
