pragma circom 2.2.0;

include "fraction.circom";

// The fractions of n entries, added up.
//
// Parameter
//   n             number of entries, 1 and up
// Inputs
//   row[n]        full row indices, range: caller, below 2^18
//   quantity[n]   range: caller, [0, 2^64)
//   beta          range: the verifier, see Fraction
// Output
//   out           sum of quantity / (beta - row)
// Cost            n
template FractionSum(n) {
    assert(1 <= n);

    signal input row[n];
    signal input quantity[n];
    signal input beta;
    signal output out;

    var sum = 0;
    component fraction[n];
    for (var k = 0; k < n; k++) {
        fraction[k] = Fraction();
        fraction[k].quantity <== quantity[k];
        fraction[k].row <== row[k];
        fraction[k].beta <== beta;
        sum += fraction[k].out;
    }
    out <== sum;
}
