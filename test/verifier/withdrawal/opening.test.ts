import { describe, expect, it } from "vitest";
import { accountRef, home, identity, ledgerKey, owner } from "../../../verifier/src/encodings/identity.ts";
import { accountLeaf } from "../../../verifier/src/encodings/leaf.ts";
import { batchTree } from "../../../verifier/src/encodings/tree.ts";
import type { Bundle } from "../../../verifier/src/formats/bundle.ts";
import { childrenOf, withdrawalInputs } from "../../../verifier/src/withdrawal/inputs.ts";
import { openBundle, openedAccount } from "../../../verifier/src/withdrawal/opening.ts";
import { withdrawalSignals } from "../../../verifier/src/withdrawal/statement.ts";

const SECRET = 123_456_789n;
const [CHAIN, REGISTRY] = [31_337n, 0x11n];
const holdings = [{ row: 4, quantity: 700n }, ...Array.from({ length: 5 }, () => ({ row: 0, quantity: 0n }))];

/** A bundle of one account that is alone in its batch. */
function bundleOf(ownerOfAccount: bigint): Bundle {
  const [salt, epoch, userId, exchangeId] = [1n << 100n, 3n, "alice", "tiny"];
  const parts = { accountRef: accountRef(exchangeId, userId), owner: ownerOfAccount, salt, epoch };
  const leaf = accountLeaf(identity(parts), holdings, { free: 5n, under: 0 });
  const path = [0, 1, 2].map(() => Array<bigint>(15).fill(0n));
  return {
    ...{ format: "plimsoll.bundle.1", chainId: CHAIN, registry: REGISTRY, exchange: 1n, exchangeId, epoch },
    ...{
      snapshotTime: 1n,
      policyHash: 1n,
      descriptorHash: 1n,
      userId,
      owner: ownerOfAccount,
      salt,
      holdings,
    },
    ...{ free: 5n, under: 0, batch: 0, slot: 0, path, circuitId: 1n, root: batchTree([leaf])[3]![0]! },
    ...{ transcript: 1n, accountsPath: [], accountsRoot: 1n },
  };
}

const bundle = bundleOf(owner(SECRET, home(CHAIN, REGISTRY)));

describe("a bundle opened by its owner", () => {
  it("row 47: is refused with another's secret, for another home, and where no owner is registered", () => {
    for (const [of, secret] of [
      [bundle, SECRET + 1n],
      [{ ...bundle, registry: REGISTRY + 1n }, SECRET],
      [bundleOf(0n), SECRET],
    ] as const) {
      expect(() => openBundle(of, secret)).toThrow(/not that of the account's owner/);
    }
  });

  it("leads to the root of the bundle and to the key that the operator computes too", () => {
    const { root, key } = openedAccount(openBundle(bundle, SECRET));
    expect(root).toBe(bundle.root);
    expect(key).toBe(ledgerKey(accountRef("tiny", "alice"), bundle.owner));
  });

  it("row 47: leads elsewhere when salt, epoch, free or a holding is another", () => {
    const opening = openBundle(bundle, SECRET);
    for (const change of [
      { salt: opening.salt + 1n },
      { epoch: 4n },
      { free: 6n },
      { under: 1 as const },
      { holdings: holdings.with(1, { row: 5, quantity: 1n }) },
    ]) {
      expect(openedAccount({ ...opening, ...change }).root).not.toBe(bundle.root);
    }
  });

  it("becomes inputs whose blocks stand at the end and whose children hash to the root", () => {
    const opening = openBundle(bundle, SECRET);
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
    expect(() => withdrawalInputs({ ...opening, holdings: Array(13).fill(holdings[0]) }, request, 2)).toThrow(
      /at most 2 blocks, came 3/,
    );
  });
});
