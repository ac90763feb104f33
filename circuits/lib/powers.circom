pragma circom 2.2.0;

// The first n powers of a field element.
//
// Parameter
//   n         2 and up
// Input
//   base      field element, range: any
// Output
//   out[n]    out[j] = base^j
// Cost        n - 2
template Powers(n) {
    assert(2 <= n);

    signal input base;
    signal output out[n];

    out[0] <== 1;
    out[1] <== base;
    for (var j = 2; j < n; j++) {
        out[j] <== out[j - 1] * base;
    }
}
