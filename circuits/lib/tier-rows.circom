pragma circom 2.2.0;

include "../generated/constants.circom";
include "epoch-shape.circom";

// The rows of one asset that counts by size, each as a polynomial in gamma. With C = 2^64 - 1, portions p_t in [0, C] of
// width_t, a rest and a credit, all of it in two columns of the asset's own:
//
//   split     C asset - sum width_t p_t - C rest - slack = 0                        what is held is split into portions
//   credit    sum width_t weight_t p_t + C weight_last rest - C credit - slack = 0   what the portions count for
//
// The credit's margins are data; all else is derived here, so that a unit that a portion counts is a unit that it takes.
//
// Parameters
//   portions               1 and up
// Inputs
//   coefficients[..]       width_t by portion, weight_t by portion, weight_last, the credit's maintenance and initial.
//                          Widths below 2^64, weights below 2^32 and never rising, range: the linter
//   maintenance, initial   gamma and gamma^2, the weights of columns 1 and 2
//   split, credit          the powers of gamma that weigh the asset's two columns
// Outputs
//   asset                  what T of the asset's own row gains
//   row[portions + 4]      T of the portions, of the rest, of the slacks of split and of credit, of the credit
// Cost                     2 per portion, 3
template TierRows(portions) {
    assert(1 <= portions);

    var full = 2 ** QUANTITY_BITS() - 1;
    signal input coefficients[tierCoefficientCount(portions)];
    signal input maintenance;
    signal input initial;
    signal input split;
    signal input credit;
    signal output asset;
    signal output row[tierAuxiliaryCount(portions)];

    asset <== full * split;

    signal counted[portions];
    for (var t = 0; t < portions; t++) {
        counted[t] <== coefficients[portions + t] * credit;
        row[t] <== coefficients[t] * (counted[t] - split);
    }
    signal rest <== coefficients[2 * portions] * credit;
    row[portions] <== full * (rest - split);
    row[portions + 1] <== -split;
    row[portions + 2] <== -credit;
    signal inMaintenance <== coefficients[2 * portions + 1] * maintenance;
    signal inInitial <== coefficients[2 * portions + 2] * initial;
    row[portions + 3] <== inMaintenance + inInitial - full * credit;
}
