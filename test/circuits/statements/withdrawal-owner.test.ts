import { beforeAll, describe, expect, it } from "vitest";
import { commitBatch, paddingBlock } from "../../../verifier/src/encodings/batch.ts";
import { identity, owner } from "../../../verifier/src/encodings/identity.ts";
import { blockHash, leafMeta, NO_FREE } from "../../../verifier/src/encodings/leaf.ts";
import { batchPath } from "../../../verifier/src/encodings/tree.ts";
import { type AccountOpening, leafOf, openedAccount } from "../../../verifier/src/withdrawal/opening.ts";
import { succeedsOnlyWithout } from "../../support/attack.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";
import {
  accountInBatch,
  BLOCK,
  blocksOf,
  childrenAt,
  type Inputs,
  inputsOf,
  mutantWithdrawal,
  OPENED,
  OWNED,
  PATH,
  paddingLeaf,
  stoppedByOneGuard,
  WITHDRAWAL,
  WITHDRAWAL_3,
} from "../../support/withdrawal.ts";

const random = seeded("withdrawal, whose");
const victim = accountInBatch(random, { holdings: [{ row: 4, quantity: 700n }], free: 5_000n });
const request = { recipient: 77n, asset: 2, amount: 700n, charge: 5_000_000_000n, context: 88n };
const thief = { secret: 1n + random.bits(252), accountRef: random.bits(248) };

const honest = inputsOf(victim, request, 3);
const solving =
  (inputs: Inputs) =>
  (circuit: Circuit): Promise<bigint[]> =>
    circuit.solve(inputs);
const identityOf = (account: AccountOpening): bigint =>
  identity({ ...account, owner: owner(account.secret, account.home) });

describe("a withdrawal is its owner's alone", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit(WITHDRAWAL_3);
  });

  it("rejects another's secret (mutant: owner is what the prover says, and the operator knows it)", async () => {
    const mutant = await mutantWithdrawal("owner", [
      OWNED,
      "signal owner <== Poseidon(3)([TAG_OWNER(), secret, home]);",
      "signal owner <== secret;",
    ]);
    const known = { ...honest, secret: owner(victim.secret, victim.home) };
    const forged = await stoppedByOneGuard(circuit, mutant, solving(known));
    expect(mutant.outputs(forged)).toEqual({ ...openedAccount(victim) });
    expect(circuit.accepts(await circuit.solve({ ...honest, secret: thief.secret }))).toBe(false);
  });

  describe("rejects an identity that is not the hash of its parts (mutant: taken as it comes)", () => {
    const IDENTITY = [
      OPENED,
      "signal identity <== Poseidon(5)([TAG_IDENTITY(), accountRef, owner, salt, epoch]);",
      "signal identity <== salt;",
    ] as const;
    let mutant: Circuit;
    beforeAll(async () => {
      mutant = await mutantWithdrawal("identity", IDENTITY);
    });

    it("of another's account, under one's own key", async () => {
      const forged = await stoppedByOneGuard(
        circuit,
        mutant,
        solving({ ...honest, ...thief, salt: identityOf(victim) }),
      );
      expect(mutant.outputs(forged).key).not.toBe(openedAccount(victim).key);
    });

    it("row 15: of padding", async () => {
      const blocks = [...blocksOf(victim), paddingBlock()];
      const path = batchPath(commitBatch({ blocks, words: [], blinds: [0n, 0n, 0n] }).levels, 1);
      const padding = { ...victim, slot: 1, path, holdings: [], free: 0n, salt: 0n };
      const inputs = inputsOf(padding, { ...request, amount: 0n, charge: 0n }, 3);
      const child = childrenAt(
        blocks.map((_, i) => (i === 1 ? paddingLeaf() : leafOf(victim))),
        1,
      );
      await stoppedByOneGuard(circuit, mutant, solving({ ...inputs, child }));
    });

    it("row 10: of a whole account that another's last block is (mutant: nor is first in the leaf)", async () => {
      const long = accountInBatch(random, {
        holdings: [
          ...Array.from({ length: 6 }, () => ({ row: 5, quantity: 9n })),
          { row: 4, quantity: 700n },
        ],
        free: 5_000n,
      });
      const chain = blockHash(identityOf(long), long.holdings.slice(0, 6), leafMeta(NO_FREE, 1));
      const last = { ...long, salt: chain, holdings: long.holdings.slice(6) };
      const inputs = { ...inputsOf(last, request, 3), child: inputsOf(long, request, 3).child! };
      const both = await mutantWithdrawal("identity-first", IDENTITY, [BLOCK, " + first * 2 ** FIRST_BIT()"]);
      // That mutant's leaves lack the flag: hers is what its own honest blocks make, in a tree of one leaf.
      const forge = async (target: Circuit): Promise<bigint[]> => {
        if (target !== both) return target.solve(inputs);
        const leaf = blockHash(chain, last.holdings.concat(Array(5).fill({ row: 0, quantity: 0n })), 5_000n);
        return target.solve({ ...inputs, child: childrenAt([0n, leaf], 1) });
      };
      await succeedsOnlyWithout(circuit, both, forge);
      expect(mutant.accepts(await forge(mutant))).toBe(false);
    });
  });

  it("row 47: rejects another salt, and a leaf in no batch (mutant: not looked for among the children)", async () => {
    const mutant = await mutantWithdrawal("member", [PATH, "Member(arity)(node[d], child[d]);"]);
    await stoppedByOneGuard(circuit, mutant, solving({ ...honest, salt: victim.salt + 1n }));
    const rich = inputsOf(
      { ...victim, holdings: [{ row: 4, quantity: 701n }] },
      { ...request, amount: 701n },
      3,
    );
    const forged = await stoppedByOneGuard(circuit, mutant, solving({ ...rich, child: honest.child! }));
    expect(mutant.outputs(forged)).toEqual({ ...openedAccount(victim) });
  });

  it("row 10: a block that is not the account's last is no leaf: its slot holds 0", async () => {
    const debt = { row: 5, quantity: 9n };
    const long = accountInBatch(random, {
      holdings: [...Array.from({ length: 6 }, () => ({ row: 4, quantity: 1n })), debt],
    });
    const cut = { ...long, holdings: long.holdings.slice(0, 6), free: 0n };
    const inputs = inputsOf(cut, { ...request, amount: 6n, charge: 0n }, 3);
    const slots = blocksOf(long).map((_, i) => (i === 1 ? leafOf(long) : 0n));
    expect(circuit.accepts(await circuit.solve({ ...inputs, child: childrenAt(slots, 0) }))).toBe(false);
    // What would happen if the batch circuit put every block's hash into its slot.
    const careless = childrenAt([leafOf(cut), leafOf(long)], 0);
    expect(circuit.accepts(await circuit.solve({ ...inputs, child: careless }))).toBe(true);
  });

  describe("binds what it shows (mutant: epoch and home of the leaf are other signals, root and key no result)", () => {
    let mutant: Circuit;
    beforeAll(async () => {
      mutant = await mutantWithdrawal(
        "shown",
        [WITHDRAWAL, "account.epoch <== epoch;", "account.epoch <== context;"],
        [WITHDRAWAL, "account.home <== home;", "account.home <== recipient;"],
        [WITHDRAWAL, "root <== account.root;", "root <-- account.root;"],
        [WITHDRAWAL, "key <== account.key;", "key <-- account.key;"],
      );
    });
    const moved = { ...honest, context: victim.epoch, recipient: victim.home };

    it.each([
      ["row 44: the root of one epoch with the number of another", { epoch: victim.epoch + 1n }],
      ["row 25: a proof for another chain or registry", { home: victim.home + 1n }],
    ])("rejects %s", async (_, change) => {
      await stoppedByOneGuard(circuit, mutant, async (target) =>
        target.solve(target === mutant ? { ...moved, ...change } : { ...honest, ...change }),
      );
    });

    it.each(["root", "key"])("row 44: rejects the %s of another epoch or account", async (name) => {
      const forge = async (target: Circuit): Promise<bigint[]> =>
        target.edit(await target.solve(target === mutant ? moved : honest), {
          [`main.${name}`]: random.element(),
        });
      await stoppedByOneGuard(circuit, mutant, forge);
    });
  });

  it.each([
    ["recipient", "signal boundRecipient <== recipient * recipient;"],
    ["context", "signal boundContext <== context * context;"],
  ])("row 24: rejects another %s in a finished proof (mutant: in no constraint)", async (name, guard) => {
    const mutant = await mutantWithdrawal(name, [WITHDRAWAL, guard]);
    const forge = async (target: Circuit): Promise<bigint[]> =>
      target.edit(await target.solve(honest), { [`main.${name}`]: 99n });
    await stoppedByOneGuard(circuit, mutant, forge);
  });

  it("accepts the owner", async () => {
    expect(circuit.outputs(await circuit.witness(honest))).toEqual({ ...openedAccount(victim) });
  });
});
