pragma circom 2.2.0;

include "../generated/constants.circom";
include "tree-level.circom";

// The tree of a batch: 16-ary, three levels whatever the number of slots, so that one circuit opens a leaf of any batch.
// A node without an existing child is 0 and costs nothing.
//
// Parameter
//   n             number of slots, 1 to 4,096
// Input
//   slot[n]       leaves, 0 where an account has not ended, range: any
// Output
//   root          the one node of the third level
// Cost            as TreeLevel for n, n / 16 and n / 256 children
template BatchTree(n) {
    assert(TREE_DEPTH() == 3);
    assert(1 <= n && n <= TREE_ARITY() ** TREE_DEPTH());

    signal input slot[n];
    signal output root;

    var lower = (n + TREE_ARITY() - 1) \ TREE_ARITY();
    var upper = (lower + TREE_ARITY() - 1) \ TREE_ARITY();
    signal lowerNode[lower] <== TreeLevel(n)(slot);
    signal upperNode[upper] <== TreeLevel(lower)(lowerNode);
    signal rootNode[1] <== TreeLevel(upper)(upperNode);
    root <== rootNode[0];
}
