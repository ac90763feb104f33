pragma circom 2.2.0;

// The inverse of a number, which proves that it is not 0.
//
// Input
//   in            range: here, not 0
// Output
//   out           1 / in
// Cost            1
template Inverse() {
    signal input in;
    signal output out;

    out <-- 1 / in;
    out * in === 1;
}
