pragma circom 2.2.0;

include "../generated/constants.circom";
include "bits.circom";

// The scenario grid of one risk group: in no scenario does the account lose more than `maximum`.
//
// The maximum is the prover's: one that is too large costs her its charge, one that is too small leaves a scenario below 0.
//
// Parameters
//   n                   number of positions, 1 and up
//   scenarios           1 and up
// Inputs
//   quantity[n]         in the rows' units, 0 for what is not of this group, range: caller, [0, 2^64) where they are added up
//                       over all grids of the group
//   pnl[n][scenarios]   P&L of one unit by scenario, money units (10^-12 quote), profit positive, range: the policy, magnitude below 2^96
//   maximum             worst loss, or more, money units, range: here, [0, 2^104), which is what an auxiliary can hold
// Cost                  scenarios (n + 104) + 104
template ScenarioGrid(n, scenarios) {
    var bits = QUANTITY_BITS() + COARSE_SHIFT();
    // Sums of P&L are below n 2^160 in magnitude: far from wrapping into the range.
    assert(n < 2 ** 32 && QUANTITY_BITS() + COEFFICIENT_BITS() + 32 < 252);

    signal input quantity[n];
    signal input pnl[n][scenarios];
    signal input maximum;

    _ <== Bits(bits)(maximum);

    signal gain[scenarios][n];
    for (var s = 0; s < scenarios; s++) {
        var sum = 0;
        for (var i = 0; i < n; i++) {
            gain[s][i] <== pnl[i][s] * quantity[i];
            sum += gain[s][i];
        }
        // scenario P&L >= -maximum
        _ <== Bits(bits)(sum + maximum);
    }
}
