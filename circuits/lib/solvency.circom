pragma circom 2.2.0;

include "../generated/constants.circom";
include "bits.circom";

// The totals of all accounts against what the exchange claims to have.
//
// Parameters
//   assets, instruments      of the shape; instruments of all groups together
// Inputs
//   holdings[..]             totals by row: assets and debts alternating, then longs and shorts. range: caller, [0, 2^158)
//   shortfall, equityMinus   totals in money units, fine + 2^40 coarse. range: caller, [0, 2^158)
//   claims[assets + 1]       insurance in money units, then each asset in its units. range: caller, [0, 2^158)
// Cost                       160 per asset, 160, and at most 1 per instrument
template Solvency(assets, instruments) {
    signal input holdings[2 * (assets + instruments)];
    signal input shortfall;
    signal input equityMinus;
    signal input claims[assets + 1];

    // A negative difference of such numbers is r less at most 2^159: not below 2^160.
    assert(SURPLUS_BITS() + 1 < 253);

    // Each asset on its own: held and lent cover owed. In a sum over assets, junk would cover what is good.
    for (var k = 0; k < assets; k++) {
        var owed = holdings[2 * k];
        var lent = holdings[2 * k + 1];
        _ <== Bits(SURPLUS_BITS())(claims[k + 1] + lent - owed);
    }

    // Each contract has two sides: nobody holds an invented hedge.
    for (var n = 0; n < instruments; n++) {
        holdings[2 * (assets + n)] === holdings[2 * (assets + n) + 1];
    }

    // What accounts lack is insured, negative equity included.
    _ <== Bits(SURPLUS_BITS())(claims[0] - shortfall - equityMinus);
}
