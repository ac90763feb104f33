pragma circom 2.2.0;

include "../generated/constants.circom";
include "poseidon.circom";

// The hash of a list: s = H15(s, x1..x14) over chunks of 14, the last one padded with zeros.
// The start value holds the tag and the length of the whole list, so that a list and the same list with zeros
// appended, or one list under two tags, are different from the first permutation on.
//
// Parameters
//   tag           TAG_* of this use, below 2^32
//   length        1 and up
// Input
//   in[length]    field elements, range: any
// Output
//   out           the last state
// Cost            573 for each 14 elements begun; 3 less for the constant start and for each padding zero
template Sponge(tag, length) {
    assert(0 < tag && tag < 2 ** LENGTH_SHIFT());
    assert(1 <= length);

    signal input in[length];
    signal output out;

    var rate = SPONGE_RATE();
    var chunks = (length + rate - 1) \ rate;
    component hash[chunks];
    for (var c = 0; c < chunks; c++) {
        hash[c] = Poseidon(rate + 1);
        if (c == 0) {
            hash[c].inputs[0] <== tag + length * 2 ** LENGTH_SHIFT();
        } else {
            hash[c].inputs[0] <== hash[c - 1].out;
        }
        for (var k = 0; k < rate; k++) {
            if (c * rate + k < length) {
                hash[c].inputs[k + 1] <== in[c * rate + k];
            } else {
                hash[c].inputs[k + 1] <== 0;
            }
        }
    }
    out <== hash[chunks - 1].out;
}
