pragma circom 2.2.0;

include "../generated/constants.circom";
include "batch-path.circom";
include "boolean.circom";
include "holding-block.circom";
include "poseidon.circom";

// An account of an attested epoch, opened by whoever knows what its leaf is made of: identity, leaf, root, ledger key. The
// operator knows all of it; what only the owner can do is OwnedAccount's.
//
// Parameter
//   blocks              most blocks that the account may have, 1 and up
// Inputs, the account's blocks in order and together at the end; blocks before its first are no part of it
//   row[blocks][6]      holding rows, range: here, [0, 2^15)
//   quantity[blocks][6] in the rows' units, range: here, [0, 2^64)
//   first[blocks]       1 in the account's first block, range: here, one 1 and zeros
//   free, under         |surplus over initial margin|, 10^-6 quote, and its sign, range: here, [0, 2^64) and {0, 1}
//   owner               the owner number in the leaf, range: any
//   accountRef, salt, epoch   the rest of the leaf's identity, range: any
//   child[3][16]        the leaf's way to the root: all children of each node, range: any
// Outputs
//   root                of the batch tree that the leaf is in
//   key                 the account's ledger key, the same in every epoch
//   begun[blocks]       1 from the account's first block on: what is before counts nowhere
// Cost                  838 blocks + 2,442, within 2
template OpenedAccount(blocks) {
    assert(1 <= blocks);

    signal input row[blocks][6];
    signal input quantity[blocks][6];
    signal input first[blocks];
    signal input free;
    signal input under;
    signal input owner;
    signal input accountRef;
    signal input salt;
    signal input epoch;
    signal input child[TREE_DEPTH()][TREE_ARITY()];
    signal output root;
    signal output key;
    signal output begun[blocks];

    // 1. Identity and key are hashes of the same account and owner: padding, whose identity is 0, has neither.
    signal identity <== Poseidon(5)([TAG_IDENTITY(), accountRef, owner, salt, epoch]);
    key <== Poseidon(3)([TAG_KEY(), accountRef, owner]);

    // 2. The account begins in one of the blocks, and goes on to the last.
    var count = 0;
    for (var i = 0; i < blocks; i++) {
        Boolean()(first[i]);
        count += first[i];
        begun[i] <== count;
    }
    count === 1;

    // 3. Its blocks make its leaf: the batch circuit's blocks, so that every limb has its range here too.
    component block[blocks];
    for (var i = 0; i < blocks; i++) {
        block[i] = HoldingBlock();
        block[i].row <== row[i];
        block[i].quantity <== quantity[i];
        block[i].first <== first[i];
        block[i].identity <== identity;
        if (i == 0) {
            block[i].previous <== 0;
        } else {
            block[i].previous <== block[i - 1].h;
        }
        if (i == blocks - 1) {
            block[i].last <== 1;
            block[i].free <== free;
            block[i].under <== under;
        } else {
            block[i].last <== 0;
            block[i].free <== 0;
            block[i].under <== 0;
        }
    }

    // 4. The leaf is in the tree. The slots of an account's other blocks hold 0, so none of them passes as its end.
    root <== BatchPath()(block[blocks - 1].h, child);
}
