pragma circom 2.2.0;

include "../generated/constants.circom";
include "boolean.circom";

// What a block holds of one row: the sum over the entries that the prover names. An entry that is not named does not
// count, so leaving one out hurts the prover alone.
//
// Inputs
//   row[6]        holding rows, range: any
//   quantity[6]   range: caller, [0, 2^64)
//   named[6]      1 for an entry that counts, range: here, {0, 1}, and only where row[k] is wanted
//   wanted        the row, range: any
// Output
//   out           sum of the named quantities, [0, 6 * 2^64)
// Cost            18
template RowBalance() {
    var entries = ENTRIES_PER_WORD() * WORDS_PER_BLOCK();
    signal input row[entries];
    signal input quantity[entries];
    signal input named[entries];
    signal input wanted;
    signal output out;

    signal counted[entries];
    var sum = 0;
    for (var k = 0; k < entries; k++) {
        Boolean()(named[k]);
        named[k] * (row[k] - wanted) === 0;
        counted[k] <== named[k] * quantity[k];
        sum += counted[k];
    }
    out <== sum;
}
