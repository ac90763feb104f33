pragma circom 2.2.0;

// The n low bits of a number, which proves that it is below 2^n. This is the only way in which Plimsoll checks a
// range: no range ever rests on gamma or beta, so every packed word opens in one way only.
//
// Parameter
//   n         1 to 253, so that the sum of bits cannot wrap the field
// Input
//   in        range: here, [0, 2^n)
// Output
//   out[n]    booleans, least significant first
// Cost        n
template Bits(n) {
    // 2^253 < r < 2^254.
    assert(1 <= n && n <= 253);

    signal input in;
    signal output out[n];

    // The power is doubled and not written 2 ** i, which a witness generator computes anew for every bit, by 256 squarings.
    var sum = 0;
    var power = 1;
    for (var i = 0; i < n; i++) {
        out[i] <-- (in >> i) & 1;
        out[i] * (1 - out[i]) === 0;
        sum += out[i] * power;
        power += power;
    }
    in === sum;
}
