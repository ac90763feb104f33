pragma circom 2.2.0;

include "../generated/constants.circom";
include "poseidon.circom";

// One level of a batch tree: parents of 16 children each. A missing child is 0.
//
// Parameter
//   n             number of children, 1 and up
// Input
//   child[n]      slots or nodes, range: any
// Output
//   node[k]       k = ceil(n / 16) parents, H16 of their children
// Cost            609 a parent, 3 less for each missing child; 38 a child of a full level
template TreeLevel(n) {
    assert(1 <= n);

    var arity = TREE_ARITY();
    var parents = (n + arity - 1) \ arity;
    signal input child[n];
    signal output node[parents];

    component hash[parents];
    for (var p = 0; p < parents; p++) {
        hash[p] = Poseidon(arity);
        for (var k = 0; k < arity; k++) {
            if (p * arity + k < n) {
                hash[p].inputs[k] <== child[p * arity + k];
            } else {
                hash[p].inputs[k] <== 0;
            }
        }
        node[p] <== hash[p].out;
    }
}
