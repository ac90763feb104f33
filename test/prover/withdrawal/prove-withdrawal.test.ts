import { afterAll, describe, expect, it } from "vitest";
import { instanceArtifacts } from "../../../prover/src/build/artifacts.ts";
import type { ProvingBackend } from "../../../prover/src/proving/backend.ts";
import { chosenBackend } from "../../../prover/src/proving/chosen-backend.ts";
import { proveWithdrawal, withdrawalInstance } from "../../../prover/src/withdrawal/prove-withdrawal.ts";
import { verifyProof } from "../../../verifier/src/groth16/verify.ts";
import { withdrawalSignalList, withdrawalSignals } from "../../../verifier/src/withdrawal/statement.ts";
import { seeded } from "../../support/random.ts";
import { accountInBatch, randomRequest } from "../../support/withdrawal.ts";

const random = seeded("proved withdrawal");
const backend = chosenBackend();
afterAll(() => backend.close());

const holding = (row: number) => ({ row, quantity: 700n });
const small = accountInBatch(random, { holdings: [holding(4)], free: 10n });
const large = accountInBatch(random, { holdings: [0, 2, 4, 6, 8, 10, 12].map(holding), free: 10n });
const request = randomRequest(random, { asset: 2, amount: 700n, charge: 10_000_000n });

describe("a proved withdrawal", () => {
  it("is refused before anything is proved when the account may not make it, in words without a number of it", async () => {
    const never: ProvingBackend = {
      prove: () => Promise.reject(new Error("asked to prove")),
      close: () => Promise.resolve(),
    };
    const proving = (change: object) =>
      proveWithdrawal(never, small, { ...request, ...change }, instanceArtifacts);
    for (const [change, code] of [
      [{ amount: 701n }, "balance"],
      [{ charge: 10_000_001n }, "charge"],
      [{ asset: 1 << 14 }, "request"],
      [{ recipient: 1n << 160n }, "request"],
    ] as const) {
      const error: unknown = await proving(change).catch((refusal: unknown) => refusal);
      expect(error).toMatchObject({ name: "WithdrawalError", code });
      expect(String(error)).not.toMatch(/700|10000000|\d{9,}/);
    }
    expect(() => withdrawalInstance(5)).toThrow(/at most 4 blocks, came 5/);
  });

  it.each([
    ["withdrawal-1", small],
    ["withdrawal-4", large],
  ])("of the smallest instance verifies, and for no other signals: %s", async (name, opening) => {
    const { instance, signals, proof } = await proveWithdrawal(backend, opening, request, instanceArtifacts);
    expect([instance, signals]).toEqual([name, withdrawalSignals(opening, request)]);
    const { vkey } = await instanceArtifacts(name);
    const list = withdrawalSignalList(signals);
    expect(await verifyProof(vkey, list, proof)).toBe(true);
    // Row 24, 25, 44: recipient, amount, context, home, key, root, epoch.
    for (const place of list.keys()) {
      expect(await verifyProof(vkey, list.with(place, list[place]! + 1n), proof)).toBe(false);
    }
  });
});
