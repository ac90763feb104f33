pragma circom 2.2.0;

// in^(2^k).
//
// Parameter
//   k       number of squarings, 1 and up
// Input
//   in      range: any
// Output
//   out     field element
// Cost      k
template RepeatedSquare(k) {
    assert(1 <= k);

    signal input in;
    signal output out;

    signal power[k + 1];
    power[0] <== in;
    for (var i = 0; i < k; i++) {
        power[i + 1] <== power[i] * power[i];
    }
    out <== power[k];
}
