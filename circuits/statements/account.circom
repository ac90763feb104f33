pragma circom 2.2.0;

include "../generated/constants.circom";
include "../lib/bits.circom";
include "../lib/initial-surplus.circom";
include "../lib/owned-account.circom";
include "../lib/policy-row.circom";
include "../lib/poseidon.circom";

// One attested account judged by a newer policy: whoever knows the secret behind a leaf of an epoch shows that, with the holdings
// of that epoch and the published policy under `policyTree`, it has at least `minimumFree` above its initial margin. So a
// lender can look at an account at today's marks between two epochs.
//
// This is the haircut-weighted sum and the scenario-grid check of one account as a reader knows them (InitialSurplus), over rows
// that are opened one by one. No auxiliary of the batch is opened: what the account had as maximum, slack or free then is
// of no use now. `free` and `under` of the leaf are opened and not used.
//
// What was traded, paid or pledged since the epoch is the ledger's business and the exchange's: this is about the holdings
// of the leaf.
//
// Parameters
//   blocks                  most blocks that the account may have, 1 and up
//   groups                  most risk groups that it may have positions in, 1 and up
//   scenarios               most scenarios of a group, 7 and up
// Inputs, the account's blocks in order and together at the end; blocks before its first do not count
//   row[blocks][6]          holding rows, range: here, [0, 2^15)
//   quantity[blocks][6]     in the rows' units, range: here, [0, 2^64)
//   first[blocks]           1 in the account's first block, range: here, one 1 and zeros
//   free, under             of the leaf, range: here, [0, 2^64) and {0, 1}
//   secret                  what the owner alone knows, range: any
//   accountRef, salt        the rest of the leaf's identity, range: any
//   child[3][16]            the leaf's way to the root: all children of each node, range: any
// Inputs, by position: the entries of the blocks in order, then a hedge for each group's slot; n = 6 blocks + groups
//   opened[n]               1 for a position that counts; 0 for one of quantity 0 that is not looked up, range: here where it counts
//   cap[n], group[n], maxMaintenance[n], maxInitial[n], equity[n], maintenance[n], initial[n], pnl[n][scenarios],
//   length[n], leaf[n], rowChild[n][3][16]   the position's row in the policy's tree: see PolicyRow
//   top[16]                 children of that tree's root, range: any
//   hedgeRow[groups]        row of each slot's hedge, range: here, [2^15, 2^16)
//   hedged[groups]          units of it, range: here, [0, 2^64)
//   slot[groups], charge[groups], share[6 blocks][groups], backs[6 blocks][groups], maximum[groups]   see InitialSurplus
// Public inputs
//   epoch                   of the leaf, range: the verifier, who knows root as one of this epoch
//   policyTree              root of the tree over the policy's rows, range: the verifier, who knows it as a published one
//   minimumFree             10^-6 quote, range: here, [0, 2^64)
//   home                    chain and registry that the owner's key is for, range: the verifier
//   context                 whatever else the proof shall be good for alone, range: the verifier; bound and nothing more
// Outputs
//   root                    of the batch tree that the leaf is in
//   key                     the account's ledger key, the same in every epoch
// Cost                      with n positions and groups of 40 scenarios about 838 blocks + 4,173 n + groups (4,550 + 42 n) + 3,550
template Account(blocks, groups, scenarios) {
    assert(1 <= blocks && 1 <= groups);
    var entries = 6 * blocks;
    var n = entries + groups;

    // A surplus is below n 2^160, and rounded down to the unit of minimumFree.
    var bits = QUANTITY_BITS() + COEFFICIENT_BITS();
    while (2 ** (bits - QUANTITY_BITS() - COEFFICIENT_BITS()) < n) {
        bits++;
    }
    assert(bits <= 252 && FREE_UNIT() <= 2 ** COEFFICIENT_BITS());

    signal input row[blocks][6];
    signal input quantity[blocks][6];
    signal input first[blocks];
    signal input free;
    signal input under;
    signal input secret;
    signal input accountRef;
    signal input salt;
    signal input child[TREE_DEPTH()][TREE_ARITY()];
    signal input opened[n];
    signal input cap[n];
    signal input group[n];
    signal input maxMaintenance[n];
    signal input maxInitial[n];
    signal input equity[n];
    signal input maintenance[n];
    signal input initial[n];
    signal input pnl[n][scenarios];
    signal input length[n];
    signal input leaf[n];
    signal input rowChild[n][TREE_DEPTH()][TREE_ARITY()];
    signal input top[TREE_ARITY()];
    signal input hedgeRow[groups];
    signal input hedged[groups];
    signal input slot[groups];
    signal input charge[groups];
    signal input share[entries][groups];
    signal input backs[entries][groups];
    signal input maximum[groups];
    signal input epoch;
    signal input policyTree;
    signal input minimumFree;
    signal input home;
    signal input context;
    signal output root;
    signal output key;

    // 1. The account is the prover's, and in the tree.
    component account = OwnedAccount(blocks);
    account.row <== row;
    account.quantity <== quantity;
    account.first <== first;
    account.free <== free;
    account.under <== under;
    account.secret <== secret;
    account.home <== home;
    account.accountRef <== accountRef;
    account.salt <== salt;
    account.epoch <== epoch;
    account.child <== child;
    root <== account.root;
    key <== account.key;

    // 2. Its positions: all entries of its blocks, then the hedges that the prover chooses. A hedge's row is an auxiliary one:
    // else an asset's credit could be had without the asset.
    signal position[n];
    signal units[n];
    for (var i = 0; i < blocks; i++) {
        for (var k = 0; k < 6; k++) {
            position[6 * i + k] <== row[i][k];
            units[6 * i + k] <== account.begun[i] * quantity[i][k];
        }
    }
    for (var g = 0; g < groups; g++) {
        _ <== Bits(ROW_BITS())(hedgeRow[g] - AUXILIARY_BASE());
        position[entries + g] <== hedgeRow[g];
        units[entries + g] <== hedged[g];
    }

    // 3. Each position that counts is a row of the policy. None is left out: debts and losing positions count.
    signal tree <== Poseidon(TREE_ARITY())(top);
    tree === policyTree;
    component rows[n];
    for (var i = 0; i < n; i++) {
        units[i] * (1 - opened[i]) === 0;
        rows[i] = PolicyRow(scenarios);
        rows[i].opened <== opened[i];
        rows[i].row <== position[i];
        rows[i].cap <== cap[i];
        rows[i].group <== group[i];
        rows[i].maxMaintenance <== maxMaintenance[i];
        rows[i].maxInitial <== maxInitial[i];
        rows[i].equity <== equity[i];
        rows[i].maintenance <== maintenance[i];
        rows[i].initial <== initial[i];
        rows[i].scenario <== pnl[i];
        rows[i].length <== length[i];
        rows[i].leaf <== leaf[i];
        rows[i].child <== rowChild[i];
        rows[i].top <== top;
    }

    // 4. The margin: weights, scenarios, worst losses.
    component margin = InitialSurplus(entries, groups, scenarios);
    margin.quantity <== units;
    margin.initial <== initial;
    margin.cap <== cap;
    margin.group <== group;
    margin.maxInitial <== maxInitial;
    margin.pnl <== pnl;
    margin.slot <== slot;
    margin.charge <== charge;
    margin.share <== share;
    margin.backs <== backs;
    margin.maximum <== maximum;

    // 5. What is shown is no more than that, rounded down.
    _ <== Bits(QUANTITY_BITS())(minimumFree);
    _ <== Bits(bits)(margin.surplus - FREE_UNIT() * minimumFree);

    // 6. A signal in no constraint could be changed in a finished proof.
    signal boundContext <== context * context;
}
