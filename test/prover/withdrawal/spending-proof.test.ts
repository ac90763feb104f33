import { describe, expect, it } from "vitest";
import type { ProvingBackend } from "../../../prover/src/proving/backend.ts";
import { makeRefusal } from "../../../prover/src/withdrawal/refusal-proof.ts";
import { keyOfBundle, makeSpendingProof, requestOf } from "../../../prover/src/withdrawal/spending-proof.ts";
import { openBundle, openedAccount } from "../../../verifier/src/withdrawal/opening.ts";
import { contextOfUse } from "../../../verifier/src/withdrawal/use.ts";
import { NO_RELAY } from "../../../verifier/src/withdrawal/vault-context.ts";
import { LONE_HOME, LONE_SECRET, loneBundle } from "../../support/lone-bundle.ts";

const never: ProvingBackend = {
  prove: () => Promise.reject(new Error("asked to prove")),
  close: () => Promise.resolve(),
};
const noFiles = () => Promise.reject(new Error("asked for a key"));
const bundle = loneBundle(LONE_SECRET);
const at = { ...LONE_HOME, ledger: 0x22n };
const use = { for: "exit", vault: 0x33n, relay: NO_RELAY } as const;
const wish = (amount: bigint, charge: bigint) => ({
  ...{ at, use, recipient: 0x44n, token: 0x55n, needed: { asset: 2, amount, charge } },
});

describe("a request", () => {
  it("is what the ledger says is needed, for one use at one ledger", () => {
    const request = requestOf(bundle, wish(700n, 5n));
    const context = contextOfUse(at, use);
    expect(request).toEqual({ recipient: 0x44n, asset: 2, amount: 700n, charge: 5n, context });
    expect(contextOfUse({ ...at, ledger: 0x23n }, use)).not.toBe(context);
    expect(contextOfUse(at, { ...use, relay: { relayer: 1n, fee: 0n } })).not.toBe(context);
    expect(contextOfUse(at, { ...use, for: "claim" })).not.toBe(context);
  });

  it("is refused for a vault of another chain or registry than the bundle's", () => {
    for (const other of [{ chainId: 1n }, { registry: 0x12n }]) {
      expect(() => requestOf(bundle, { ...wish(1n, 1n), at: { ...at, ...other } })).toThrow(
        /another chain or registry/,
      );
    }
  });

  it("asks the ledger by the key that the proof shows", () => {
    expect(keyOfBundle(bundle)).toBe(openedAccount(openBundle(bundle, LONE_SECRET)).key);
  });
});

describe("before anything is proved", () => {
  it.each([
    [701n, 0n, "balance"],
    [700n, 5_000_001n, "charge"],
  ])(
    "an amount of %d and a charge of %d that the leaf does not allow are refused",
    async (amount, charge, code) => {
      const error: unknown = await makeSpendingProof(
        never,
        bundle,
        LONE_SECRET,
        wish(amount, charge),
        noFiles,
      ).catch((e) => e);
      expect(error).toMatchObject({ name: "WithdrawalError", code });
      expect(String(error)).not.toMatch(/700|5000000|123456789/);
    },
  );

  it("another secret than the owner's is refused", async () => {
    await expect(
      makeSpendingProof(never, bundle, LONE_SECRET + 1n, wish(1n, 1n), noFiles),
    ).rejects.toMatchObject({
      code: "not-the-owner",
    });
  });

  it("a refusal of what the leaf allows is refused", async () => {
    await expect(
      makeRefusal(never, bundle, { asset: 2, amount: 700n, charge: 5_000_000n }),
    ).rejects.toMatchObject({
      code: "allowed",
    });
  });
});
