import { describe, expect, it } from "vitest";
import { accountRef, ledgerKey } from "../../../verifier/src/encodings/identity.ts";
import { batchTree } from "../../../verifier/src/encodings/tree.ts";
import { childrenOf, withdrawalInputs } from "../../../verifier/src/withdrawal/inputs.ts";
import { openBundle, openedAccount } from "../../../verifier/src/withdrawal/opening.ts";
import { withdrawalSignals } from "../../../verifier/src/withdrawal/statement.ts";
import { LONE_SECRET, loneBundle } from "../../support/lone-bundle.ts";

const bundle = loneBundle(LONE_SECRET);

describe("a bundle opened by its owner", () => {
  it("row 47: is refused with another's secret, for another home, and where no owner is registered", () => {
    for (const [of, secret] of [
      [bundle, LONE_SECRET + 1n],
      [{ ...bundle, registry: bundle.registry + 1n }, LONE_SECRET],
      [loneBundle(undefined), LONE_SECRET],
    ] as const) {
      expect(() => openBundle(of, secret)).toThrow(/not that of the account's owner/);
    }
  });

  it("leads to the root of the bundle and to the key that the operator computes too", () => {
    const { root, key } = openedAccount(openBundle(bundle, LONE_SECRET));
    expect(root).toBe(bundle.root);
    expect(key).toBe(ledgerKey(accountRef("tiny", "alice"), bundle.owner));
  });

  it("row 47: leads elsewhere when salt, epoch, free or a holding is another", () => {
    const opening = openBundle(bundle, LONE_SECRET);
    for (const change of [
      { salt: opening.salt + 1n },
      { epoch: 4n },
      { free: 6n },
      { under: 1 as const },
      { holdings: bundle.holdings.with(1, { row: 5, quantity: 1n }) },
    ]) {
      expect(openedAccount({ ...opening, ...change }).root).not.toBe(bundle.root);
    }
  });

  it("becomes inputs whose blocks stand at the end and whose children hash to the root", () => {
    const opening = openBundle(bundle, LONE_SECRET);
    const request = { recipient: 1n, asset: 2, amount: 700n, charge: 0n, context: 2n };
    expect(withdrawalSignals(opening, request).root).toBe(bundle.root);
    const inputs = withdrawalInputs(opening, request, 3);
    expect(inputs.first).toEqual([0n, 0n, 1n]);
    expect(inputs.named).toEqual(
      [
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0, 0],
      ].map((of) => of.map(BigInt)),
    );
    const children = childrenOf(opening);
    expect(children.map((of) => of.length)).toEqual([16, 16, 16]);
    expect(batchTree(children[2]!)[1]![0]).toBe(bundle.root);
    expect(() =>
      withdrawalInputs({ ...opening, holdings: Array(13).fill(bundle.holdings[0]) }, request, 2),
    ).toThrow(/at most 2 blocks, came 3/);
  });
});
