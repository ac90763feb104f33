pragma circom 2.2.0;

// A number is one of a list: the product of all differences is 0. It does not say which one.
//
// Parameter
//   n             length of the list, 2 and up
// Inputs
//   value         range: any
//   list[n]       range: any
// Cost            n - 1
template Member(n) {
    assert(2 <= n);

    signal input value;
    signal input list[n];

    signal product[n - 1];
    product[0] <== list[0] - value;
    for (var i = 1; i < n - 1; i++) {
        product[i] <== product[i - 1] * (list[i] - value);
    }
    product[n - 2] * (list[n - 1] - value) === 0;
}
