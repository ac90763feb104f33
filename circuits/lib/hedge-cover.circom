pragma circom 2.2.0;

include "../generated/constants.circom";
include "bits.circom";
include "boolean.circom";

// Collateral that is used as a hedge is held: entries of the hedge's own asset stand behind it, each behind one hedge at most.
//
// Parameters
//   entries                 of the account, 1 and up
//   hedges                  1 and up
// Inputs
//   quantity[entries]       in the rows' units, range: caller, [0, 2^64)
//   cap[entries]            cap column of the entry's row: of assets that may hedge; 0 for all other holdings, range: the policy
//   backs[entries][hedges]  1 where the entry stands behind the hedge, range: here, {0, 1}, one 1 at most for an entry
//   hedged[hedges]          units of each hedge, range: here, [0, 2^64)
//   hedgeCap[hedges]        cap column of the hedge's row, range: the policy, not 0
// Cost                      hedges (3 entries + 128 + bits of entries) + entries, less the last where there is one hedge
template HedgeCover(entries, hedges) {
    signal input quantity[entries];
    signal input cap[entries];
    signal input backs[entries][hedges];
    signal input hedged[hedges];
    signal input hedgeCap[hedges];

    var bits = QUANTITY_BITS();
    while (2 ** (bits - QUANTITY_BITS()) < entries) {
        bits++;
    }
    assert(bits < 252);

    // 1. An entry stands behind one hedge: what is used twice hedges for nothing.
    for (var i = 0; i < entries; i++) {
        var hedgesOfEntry = 0;
        for (var h = 0; h < hedges; h++) {
            Boolean()(backs[i][h]);
            hedgesOfEntry += backs[i][h];
        }
        Boolean()(hedgesOfEntry);
    }

    // 2. It is of the hedge's asset, and there is enough of it.
    signal behind[entries][hedges];
    for (var h = 0; h < hedges; h++) {
        var held = 0;
        for (var i = 0; i < entries; i++) {
            backs[i][h] * (cap[i] - hedgeCap[h]) === 0;
            behind[i][h] <== backs[i][h] * quantity[i];
            held += behind[i][h];
        }
        _ <== Bits(QUANTITY_BITS())(hedged[h]);
        _ <== Bits(bits)(held - hedged[h]);
    }
}
