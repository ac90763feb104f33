pragma circom 2.2.0;

include "../generated/constants.circom";
include "../lib/bits.circom";
include "../lib/opened-account.circom";
include "../lib/row-total.circom";

// What an account may not take out: the operator answers a forced exit by showing a leaf of the same ledger key, in a newer epoch,
// that does not allow it. Of the account's holdings and free collateral nothing shows, not even which of the reasons holds.
//
// This is the exact opposite of Withdrawal: for one leaf, asset, amount and charge either the one or the other has a proof.
//
// Amount and charge are cumulative, as the ledger counts them. That root is attested for `epoch`, and that amount and charge
// are those of the exit, is the contract's business. So is an operator who puts two leaves of one key into an epoch: the
// owner answers with a withdrawal from the other one.
//
// Parameter
//   blocks                  most blocks that the account may have, 1 and up
// Inputs, the account's blocks in order and together at the end; blocks before its first are no part of it
//   row[blocks][6]          holding rows, range: here, [0, 2^15)
//   quantity[blocks][6]     in the rows' units, range: here, [0, 2^64)
//   named[blocks][6]        1 for every entry of the asset and for no other, range: here
//   first[blocks]           1 in the account's first block, range: here, one 1 and zeros
//   free, under             |surplus over initial margin|, 10^-6 quote, and its sign, range: here, [0, 2^64) and {0, 1}
//   tooLittle               1 to claim that the balance is below the amount, else 0; only 1 is a claim, range: any
//   tooDear                 1 to claim that free collateral is below the charge, likewise, range: any
//   owner, accountRef, salt the rest of the leaf's identity, range: any
//   child[3][16]            the leaf's way to the root: all children of each node, range: any
// Public inputs
//   epoch                   of the leaf, range: the verifier, who knows root as one of this epoch
//   asset                   number of the asset, range: here, [0, 2^14); below the number of assets: the verifier
//   amount                  in the asset's units; refused for this only up to 2^128 beyond the balance, range: any
//   charge                  in money units, 10^-12 quote; likewise, range: any
// Outputs
//   root                    of the batch tree that the leaf is in
//   key                     the account's ledger key, the same in every epoch
// Cost                      861 blocks + 2,723, within 2
template Refusal(blocks) {
    assert(1 <= blocks);

    // By how much a demand may exceed what there is: the ledger counts in 128 bits. Balance and free in money units are below
    // 2^128, so that the sums below are far below r: a demand that is not above them leads to a negative difference.
    var bits = 2 * QUANTITY_BITS();
    assert(6 * blocks <= 2 ** QUANTITY_BITS());
    assert(FREE_UNIT() <= 2 ** QUANTITY_BITS());

    signal input row[blocks][6];
    signal input quantity[blocks][6];
    signal input named[blocks][6];
    signal input first[blocks];
    signal input free;
    signal input under;
    signal input tooLittle;
    signal input tooDear;
    signal input owner;
    signal input accountRef;
    signal input salt;
    signal input child[TREE_DEPTH()][TREE_ARITY()];
    signal input epoch;
    signal input asset;
    signal input amount;
    signal input charge;
    signal output root;
    signal output key;

    // 1. The account has this key, and is in the tree.
    component account = OpenedAccount(blocks);
    account.row <== row;
    account.quantity <== quantity;
    account.first <== first;
    account.free <== free;
    account.under <== under;
    account.owner <== owner;
    account.accountRef <== accountRef;
    account.salt <== salt;
    account.epoch <== epoch;
    account.child <== child;
    root <== account.root;
    key <== account.key;

    // 2. Its balance of the asset is the sum of all entries of the asset's row: one that is left out would make it poorer.
    // What a prover puts into blocks before the account's first makes it richer, and hurts her alone.
    _ <== Bits(ROW_BITS() - 1)(asset);
    signal held[blocks];
    var balance = 0;
    for (var i = 0; i < blocks; i++) {
        held[i] <== RowTotal()(row[i], quantity[i], named[i], 2 * asset);
        balance += held[i];
    }

    // 3. A reason that is claimed is true: what is asked for is more than there is, by one unit at least.
    signal beyondBalance <== tooLittle * (amount - balance - 1);
    signal beyondFree <== tooDear * (charge - FREE_UNIT() * free - 1);
    _ <== Bits(bits)(beyondBalance);
    _ <== Bits(bits)(beyondFree);

    // 4. There is a reason: one of the claims is 1, or the account is under its initial margin and nothing of it is free.
    signal solvent <== (1 - tooLittle) * (1 - tooDear);
    solvent * (1 - under) === 0;
}
