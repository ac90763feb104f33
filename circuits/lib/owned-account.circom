pragma circom 2.2.0;

include "../generated/constants.circom";
include "opened-account.circom";
include "poseidon.circom";

// An account of an attested epoch, opened by its owner: secret, identity, leaf, root.
//
// Parameter
//   blocks              most blocks that the account may have, 1 and up
// Inputs, the account's blocks in order and together at the end; blocks before its first are no part of it
//   row[blocks][6]      holding rows, range: here, [0, 2^15)
//   quantity[blocks][6] in the rows' units, range: here, [0, 2^64)
//   first[blocks]       1 in the account's first block, range: here, one 1 and zeros
//   free, under         |surplus over initial margin|, 10^-6 quote, and its sign, range: here, [0, 2^64) and {0, 1}
//   secret, home        of the owner, range: any
//   accountRef, salt, epoch   the rest of the leaf's identity, range: any
//   child[3][16]        the leaf's way to the root: all children of each node, range: any
// Outputs
//   root                of the batch tree that the leaf is in
//   key                 the account's ledger key, the same in every epoch
//   begun[blocks]       1 from the account's first block on: what is before counts nowhere
// Cost                  838 blocks + 2,703, within 2
template OwnedAccount(blocks) {
    signal input row[blocks][6];
    signal input quantity[blocks][6];
    signal input first[blocks];
    signal input free;
    signal input under;
    signal input secret;
    signal input home;
    signal input accountRef;
    signal input salt;
    signal input epoch;
    signal input child[TREE_DEPTH()][TREE_ARITY()];
    signal output root;
    signal output key;
    signal output begun[blocks];

    // Who knows the secret owns the account, at this home. The operator knows all the rest.
    signal owner <== Poseidon(3)([TAG_OWNER(), secret, home]);

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
    begun <== account.begun;
}
