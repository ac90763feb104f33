pragma circom 2.2.0;

include "bits.circom";

// value <= limit, as integers.
//
// Parameter
//   n             1 to 252, so that no difference of two such numbers wraps into the range
// Inputs
//   value         range: here, [0, 2^n); without it, r - 1 would be below every limit
//   limit         range: caller, [0, 2^n)
// Cost            2 n
template AtMost(n) {
    // A negative difference is above r - 2^n, which is above 2^n: 2^(n + 1) <= 2^253 < r.
    assert(1 <= n && n <= 252);

    signal input value;
    signal input limit;

    _ <== Bits(n)(value);
    _ <== Bits(n)(limit - value);
}
