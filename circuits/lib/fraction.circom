pragma circom 2.2.0;

// A simple pole: quantity / (beta - row).
//
// Inputs
//   quantity      field element, range: any
//   row           below 2^19, range: caller
//   beta          range: the verifier, who refuses a beta below 2^19: at a pole the constraint would leave `out` free
// Output
//   out           the fraction
// Cost            1
template Fraction() {
    signal input quantity;
    signal input row;
    signal input beta;
    signal output out;

    out <-- quantity / (beta - row);
    out * (beta - row) === quantity;
}
