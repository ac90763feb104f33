pragma circom 2.2.0;

include "../generated/constants.circom";
include "boolean.circom";
include "inverse.circom";

// All that a block holds of one row. Unlike in RowBalance, leaving out an entry would help the prover here, so an entry counts
// if and only if its row is the one that is wanted.
//
// Inputs
//   row[6]        holding rows, range: any
//   quantity[6]   range: caller, [0, 2^64)
//   named[6]      1 for the entries of the row, 0 for all others, range: here
//   wanted        the row, range: any
// Output
//   out           sum of the row's quantities, [0, 6 * 2^64)
// Cost            24
template RowTotal() {
    var entries = ENTRIES_PER_WORD() * WORDS_PER_BLOCK();
    signal input row[entries];
    signal input quantity[entries];
    signal input named[entries];
    signal input wanted;
    signal output out;

    signal counted[entries];
    var sum = 0;
    for (var k = 0; k < entries; k++) {
        // Named: the difference is 0. Not named: it is not, since 0 has no inverse.
        Boolean()(named[k]);
        named[k] * (row[k] - wanted) === 0;
        _ <== Inverse()(row[k] - wanted + named[k]);
        counted[k] <== named[k] * quantity[k];
        sum += counted[k];
    }
    out <== sum;
}
