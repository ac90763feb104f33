pragma circom 2.2.0;

include "../generated/constants.circom";
include "batch-path.circom";
include "bits.circom";
include "member.circom";
include "poseidon.circom";

// One row of a published policy, opened in the policy's tree: what a unit of that row counts for in one account's margin.
//
// A leaf is the sponge of a list whose length depends on the row's group: 8 numbers for an asset or a debt, and one more
// for each scenario of an instrument's group. So the leaf is the state after one of the chunks, and the length is a
// witness: the start of the sponge binds it. Scenarios beyond the row's own are whatever the prover likes, and add
// nothing but scenarios to be charged for.
//
// Parameter
//   scenarios           most scenarios of a group, 7 and up (so that there are two chunks at least)
// Inputs
//   opened              1 for a row that is in the tree; 0 for one that counts nowhere, and is no row at all, range: any
//   row                 holding or hedge row, range: any; bound by the leaf
//   cap                 column that pairs hedges with their asset, 0 without one, range: any; the leaf, as all that follows
//   group               first column of the scenarios, which tells groups apart, 0 without one
//   maxMaintenance, maxInitial   charges of one unit of the group's maximum, money units, r - |c|; 0 without a group
//   equity, maintenance, initial coefficients of the row, money units per unit of the row, a negative one as r - |c|
//   scenario[s]         P&L of one unit by scenario, money units, likewise
//   length              of the leaf's list, range: here, [0, 2^12)
//   leaf                the row's leaf: the state after one of the chunks
//   child[3][16]        its way to one of the root's children: all children of each node, range: any
//   top[16]             the root's children, range: caller, as those of the policy's root
// Cost                  for 40 scenarios 4,171
template PolicyRow(scenarios) {
    var arity = TREE_ARITY();
    var rate = SPONGE_RATE();
    var head = 8;
    var chunks = (head + scenarios + rate - 1) \ rate;
    assert(2 <= chunks);
    assert(POLICY_TREE_DEPTH() == TREE_DEPTH() + 1);
    assert(head + scenarios < 2 ** 12);

    signal input opened;
    signal input row;
    signal input cap;
    signal input group;
    signal input maxMaintenance;
    signal input maxInitial;
    signal input equity;
    signal input maintenance;
    signal input initial;
    signal input scenario[scenarios];
    signal input length;
    signal input leaf;
    signal input child[TREE_DEPTH()][arity];
    signal input top[arity];

    // 1. The sponge over the list. The length is small: a start that is the state of another leaf's sponge would make its second
    // chunk a row.
    _ <== Bits(12)(length);
    var list[chunks * rate];
    list[0] = row;
    list[1] = cap;
    list[2] = group;
    list[3] = maxMaintenance;
    list[4] = maxInitial;
    list[5] = equity;
    list[6] = maintenance;
    list[7] = initial;
    for (var i = head; i < chunks * rate; i++) {
        list[i] = i < head + scenarios ? scenario[i - head] : 0;
    }
    signal state[chunks + 1];
    component hash[chunks];
    state[0] <== TAG_POLICY_ROW() + length * 2 ** LENGTH_SHIFT();
    for (var c = 0; c < chunks; c++) {
        hash[c] = Poseidon(rate + 1);
        hash[c].inputs[0] <== state[c];
        for (var k = 0; k < rate; k++) {
            hash[c].inputs[k + 1] <== list[c * rate + k];
        }
        state[c + 1] <== hash[c].out;
    }

    // 2. The leaf is where the row's own list ends.
    signal ends[chunks];
    for (var c = 0; c < chunks; c++) {
        ends[c] <== state[c + 1];
    }
    Member(chunks)(leaf, ends);

    // 3. It is in the tree, below one of the root's children, if the row counts at all.
    signal node <== BatchPath()(leaf, child);
    signal found <== top[0] + opened * (node - top[0]);
    Member(arity)(found, top);
}
