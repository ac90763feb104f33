import { expect, it } from "vitest";
import { TAG } from "../../../verifier/src/constants.ts";
import { packWord } from "../../../verifier/src/encodings/entry.ts";
import { type IdentityOpening, identity } from "../../../verifier/src/encodings/identity.ts";
import { leafMeta } from "../../../verifier/src/encodings/leaf.ts";
import { type Hash, poseidon } from "../../../verifier/src/poseidon.ts";
import { holdings } from "../../support/batch.ts";
import { loadCircuit } from "../../support/circuit.ts";

/** The tag of identities hashed with as many inputs as a link of a leaf chain: the epoch no longer fits. */
const asLeaf: Hash = (inputs) => poseidon(inputs.slice(0, 4));

it("row 48: a block whose identity is TAG_IDENTITY hashes to no identity (mutant: identities of a leaf's arity)", async () => {
  const circuit = await loadCircuit({
    name: "holding-block",
    file: "lib/holding-block.circom",
    template: "HoldingBlock",
    parameters: [],
    public: ["row", "quantity", "first", "last", "identity", "previous", "free", "under"],
  });
  const entries = holdings([5, 7n], [6, 9n], [1000, 1n], [2000, 44n]);
  const witness = await circuit.witness({
    row: entries.map(({ row }) => BigInt(row)),
    quantity: entries.map(({ quantity }) => quantity),
    first: 1n,
    last: 1n,
    identity: TAG.IDENTITY,
    previous: 0n,
    free: 123n,
    under: 0n,
  });
  const { h, slot } = circuit.outputs(witness);
  expect(slot).toBe(h);
  // The block's words and meta, read as the parts of an identity.
  const opening = (epoch: bigint): IdentityOpening => ({
    accountRef: packWord(entries.slice(0, 3)),
    owner: packWord(entries.slice(3)),
    salt: leafMeta({ free: 123n, under: 0 }, 1),
    epoch,
  });
  for (const epoch of [0n, 1n, 7n]) {
    expect(identity(opening(epoch), asLeaf)).toBe(h);
    expect(identity(opening(epoch))).not.toBe(h);
  }
});
