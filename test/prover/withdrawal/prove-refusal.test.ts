import { afterAll, describe, expect, it } from "vitest";
import { instanceArtifacts } from "../../../prover/src/build/artifacts.ts";
import type { ProvingBackend } from "../../../prover/src/proving/backend.ts";
import { chosenBackend } from "../../../prover/src/proving/chosen-backend.ts";
import { proveRefusal } from "../../../prover/src/withdrawal/prove-refusal.ts";
import { smallestInstance } from "../../../prover/src/withdrawal/smallest-instance.ts";
import { verifyProof } from "../../../verifier/src/groth16/verify.ts";
import { leafOfBundle, openedLeaf } from "../../../verifier/src/withdrawal/leaf-opening.ts";
import { openBundle, withoutSecret } from "../../../verifier/src/withdrawal/opening.ts";
import { refusalSignalList, refusalSignals } from "../../../verifier/src/withdrawal/refusal.ts";
import { LONE_SECRET, loneBundle } from "../../support/lone-bundle.ts";
import { seeded } from "../../support/random.ts";
import { leafInBatch } from "../../support/refusal-circuit.ts";

const random = seeded("proved refusal");
const backend = chosenBackend();
afterAll(() => backend.close());

const holding = (row: number) => ({ row, quantity: 700n });
const small = leafInBatch(random, { holdings: [holding(4)], free: 10n });
const large = leafInBatch(random, { holdings: [0, 2, 4, 6, 8, 10, 12].map(holding), free: 10n });
const demand = { asset: 2, amount: 701n, charge: 0n };

describe("a proved refusal", () => {
  it("is refused before anything is proved when the leaf allows what is asked for, in words without a number of it", async () => {
    const never: ProvingBackend = {
      prove: () => Promise.reject(new Error("asked to prove")),
      close: () => Promise.resolve(),
    };
    const proof = proveRefusal(never, small, { asset: 2, amount: 700n, charge: 10_000_000n });
    const error: unknown = await proof.catch((refusal: unknown) => refusal);
    expect(error).toMatchObject({ name: "WithdrawalError", code: "allowed" });
    expect(String(error)).not.toMatch(/700|10000000|\d{9,}/);
    expect(() => smallestInstance("Refusal", 5)).toThrow(/at most 4 blocks, came 5/);
  });

  it.each([
    ["refusal-1", small],
    ["refusal-4", large],
  ])("of the smallest instance verifies, and for no other signals: %s", async (name, opening) => {
    const { instance, signals, proof } = await proveRefusal(backend, opening, demand);
    expect([instance, signals]).toEqual([name, refusalSignals(opening, demand)]);
    const { vkey } = await instanceArtifacts(name);
    const list = refusalSignalList(signals);
    expect(await verifyProof(vkey, list, proof)).toBe(true);
    for (const place of list.keys())
      expect(await verifyProof(vkey, list.with(place, list[place]! + 1n), proof)).toBe(false);
  });

  it("is of what the exchange has in its bundle: no secret of the owner's is needed", () => {
    const bundle = loneBundle(LONE_SECRET);
    expect(leafOfBundle(bundle)).toEqual(withoutSecret(openBundle(bundle, LONE_SECRET)));
    expect(openedLeaf(leafOfBundle(bundle)).root).toBe(bundle.root);
  });
});
