pragma circom 2.2.0;

// A flag: 0 or 1.
//
// Input
//   in        range: here, {0, 1}
// Cost        1
template Boolean() {
    signal input in;

    in * (1 - in) === 0;
}
