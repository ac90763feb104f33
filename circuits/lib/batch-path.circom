pragma circom 2.2.0;

include "../generated/constants.circom";
include "member.circom";
include "poseidon.circom";

// A leaf's way to the root of its batch: at each level the leaf, then its parent, is one of 16 children.
// In which place it stands is nobody's business and needs no proof: a leaf is an account's own wherever it is.
//
// Inputs
//   leaf          range: any
//   child[d][16]  at each of the 3 depths all children of one node, the leaf's own way among them, range: any
// Output
//   root          the one node of the third level
// Cost            3 (609 + 15) = 1,872
template BatchPath() {
    var depth = TREE_DEPTH();
    var arity = TREE_ARITY();
    signal input leaf;
    signal input child[depth][arity];
    signal output root;

    signal node[depth + 1];
    node[0] <== leaf;
    for (var d = 0; d < depth; d++) {
        Member(arity)(node[d], child[d]);
        node[d + 1] <== Poseidon(arity)(child[d]);
    }
    root <== node[depth];
}
