pragma circom 2.2.0;

include "../generated/constants.circom";
include "../lib/at-most.circom";
include "../lib/bits.circom";
include "../lib/owned-account.circom";
include "../lib/row-balance.circom";

// What an account may take out: whoever knows the secret behind a leaf of an epoch shows that it holds `amount` of an asset
// and has `charge` of free collateral, and says where it shall go. Nothing else of the account shows but its ledger key.
//
// Amount and charge are cumulative: what was taken before and what is taken now. That nothing is taken twice is the
// ledger's business; that root is attested for `epoch`, the asset exists, home is the registry's own and recipient and
// context say what the transaction does is the contract's.
//
// Parameter
//   blocks                  most blocks that the account may have, 1 and up
// Inputs, the account's blocks in order and together at the end; blocks before its first do not count
//   row[blocks][6]          holding rows, range: here, [0, 2^15)
//   quantity[blocks][6]     in the rows' units, range: here, [0, 2^64)
//   named[blocks][6]        1 for an entry of the asset that counts, range: here, {0, 1}
//   first[blocks]           1 in the account's first block, range: here, one 1 and zeros
//   free                    surplus over initial margin, 10^-6 quote, range: here, [0, 2^64)
//   secret                  what the owner alone knows, range: any
//   accountRef, salt        the rest of the leaf's identity, range: any
//   child[3][16]            the leaf's way to the root: all children of each node, range: any
// Public inputs
//   epoch                   of the leaf, range: the verifier, who knows root as one of this epoch
//   recipient               who is paid, range: the verifier; bound and nothing more
//   asset                   number of the asset, range: here, [0, 2^14); below the number of assets: the verifier
//   amount                  in the asset's units, range: here, [0, 2^64 times 6 blocks rounded up to a power of two)
//   charge                  in money units, 10^-12 quote, range: here, [0, 2^84)
//   home                    chain and registry that the owner's key is for, range: the verifier
//   context                 whatever else the proof shall be good for alone, range: the verifier; bound and nothing more
// Outputs
//   root                    of the batch tree that the leaf is in
//   key                     the account's ledger key, the same in every epoch
// Cost                      858 blocks + 3,019, within 2
template Withdrawal(blocks) {
    assert(1 <= blocks);

    // Sums of 6 blocks of quantities, and free in money units: 10^6 < 2^20.
    var balanceBits = QUANTITY_BITS();
    while (2 ** (balanceBits - QUANTITY_BITS()) < 6 * blocks) {
        balanceBits++;
    }
    var chargeBits = QUANTITY_BITS() + 20;
    assert(FREE_UNIT() <= 2 ** 20);

    signal input row[blocks][6];
    signal input quantity[blocks][6];
    signal input named[blocks][6];
    signal input first[blocks];
    signal input free;
    signal input secret;
    signal input accountRef;
    signal input salt;
    signal input child[TREE_DEPTH()][TREE_ARITY()];
    signal input epoch;
    signal input recipient;
    signal input asset;
    signal input amount;
    signal input charge;
    signal input home;
    signal input context;
    signal output root;
    signal output key;

    // 1. The account is the prover's, and in the tree. One that is under its initial margin has another leaf than any that
    // this opens.
    component account = OwnedAccount(blocks);
    account.row <== row;
    account.quantity <== quantity;
    account.first <== first;
    account.free <== free;
    account.under <== 0;
    account.secret <== secret;
    account.home <== home;
    account.accountRef <== accountRef;
    account.salt <== salt;
    account.epoch <== epoch;
    account.child <== child;
    root <== account.root;
    key <== account.key;

    // 2. It holds that much of the asset, over all entries of the asset's row. Without the range an asset of (r + i) / 2
    // would name the odd row i, which is a debt or a short.
    _ <== Bits(ROW_BITS() - 1)(asset);
    signal held[blocks];
    signal counted[blocks];
    var balance = 0;
    for (var i = 0; i < blocks; i++) {
        held[i] <== RowBalance()(row[i], quantity[i], named[i], 2 * asset);
        counted[i] <== account.begun[i] * held[i];
        balance += counted[i];
    }
    AtMost(balanceBits)(amount, balance);

    // 3. What leaves is free: collateral beyond the initial margin.
    AtMost(chargeBits)(charge, FREE_UNIT() * free);

    // 4. A signal in no constraint could be changed in a finished proof.
    signal boundRecipient <== recipient * recipient;
    signal boundContext <== context * context;
}
