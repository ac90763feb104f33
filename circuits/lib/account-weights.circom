pragma circom 2.2.0;

// Powers of alpha by account: alpha^u for every element of a list in which accounts follow each other.
// Blocks and auxiliary words count accounts each for themselves, so that an account has one weight in both.
//
// Parameter
//   n             number of elements, 1 and up
// Inputs
//   alpha         gamma^(2^14), range: any
//   next[n]       1 where another account begins, range: caller, {0, 1}; next[0] does not count
// Output
//   weight[n]     alpha^u, u the number of accounts that began after the first element
// Cost            2 (n - 1)
template AccountWeights(n) {
    assert(1 <= n);

    signal input alpha;
    signal input next[n];
    signal output weight[n];

    signal gain[n];
    weight[0] <== 1;
    gain[0] <== 0;
    for (var i = 1; i < n; i++) {
        gain[i] <== weight[i - 1] * (alpha - 1);
        weight[i] <== weight[i - 1] + next[i] * gain[i];
    }
}
