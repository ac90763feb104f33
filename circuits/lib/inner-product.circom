pragma circom 2.2.0;

// left[0] right[0] + left[1] right[1] + ..., in the field.
//
// Parameter
//   n                   number of terms, 1 and up
// Inputs
//   left[n], right[n]   field elements, range: any
// Output
//   out                 the sum
// Cost                  n, less the terms in which --O2 finds a constant
template InnerProduct(n) {
    assert(1 <= n);

    signal input left[n];
    signal input right[n];
    signal output out;

    signal term[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        term[i] <== left[i] * right[i];
        sum += term[i];
    }
    out <== sum;
}
