pragma circom 2.2.0;

include "epoch-shape.circom";

// The rows of one risk group's instruments, maximum and hedges, each as a polynomial in gamma (a hedge's without its
// cap column).
//
// Parameters
//   instruments, scenarios, hedges   of the group; instruments and scenarios 1 and up
// Inputs
//   coefficients[..]         in the order of groupCoefficientList (verifier/src/policy/matrix.ts): per instrument the
//                            long's columns 0, 1, 2 and scenarios, then the short's columns 1 and 2; the max's columns 1
//                            and 2; per hedge columns 1, 2 and scenarios. Money units, range: the linter
//   maintenance, initial     gamma and gamma^2, the weights of columns 1 and 2
//   scenario[scenarios]      the powers of gamma that weigh the group's scenario columns
// Outputs
//   long[..], short[..]      T of the instruments' rows
//   auxiliary[1 + hedges]    T of the max, then of the hedges
// Cost                       1 per coefficient, less the instruments' column 0
template GroupRows(instruments, scenarios, hedges) {
    assert(1 <= instruments && 1 <= scenarios);

    var count = groupCoefficientCount(instruments, scenarios, hedges);
    signal input coefficients[count];
    signal input maintenance;
    signal input initial;
    signal input scenario[scenarios];
    signal output long[instruments];
    signal output short[instruments];
    signal output auxiliary[1 + hedges];

    // 1. Each coefficient times the weight of its column.
    var weight[count];
    var at = 0;
    for (var n = 0; n < instruments; n++) {
        weight[at] = 1;
        weight[at + 1] = maintenance;
        weight[at + 2] = initial;
        for (var s = 0; s < scenarios; s++) {
            weight[at + 3 + s] = scenario[s];
        }
        weight[at + 3 + scenarios] = maintenance;
        weight[at + 4 + scenarios] = initial;
        at += 5 + scenarios;
    }
    weight[at] = maintenance;
    weight[at + 1] = initial;
    at += 2;
    for (var h = 0; h < hedges; h++) {
        weight[at] = maintenance;
        weight[at + 1] = initial;
        for (var s = 0; s < scenarios; s++) {
            weight[at + 2 + s] = scenario[s];
        }
        at += 2 + scenarios;
    }
    signal term[count];
    for (var i = 0; i < count; i++) {
        term[i] <== coefficients[i] * weight[i];
    }

    // 2. A long row is the sum of its terms. Its short's column 0 is minus the long's, and its P&L minus the long's minus
    // one unit: P&L was rounded down once, and must be rounded down for both sides.
    var everyScenario = 0;
    for (var s = 0; s < scenarios; s++) {
        everyScenario += scenario[s];
    }
    at = 0;
    for (var n = 0; n < instruments; n++) {
        var pnl = 0;
        for (var s = 0; s < scenarios; s++) {
            pnl += term[at + 3 + s];
        }
        long[n] <== term[at] + term[at + 1] + term[at + 2] + pnl;
        short[n] <== -term[at] + term[at + 3 + scenarios] + term[at + 4 + scenarios] - pnl - everyScenario;
        at += 5 + scenarios;
    }

    // 3. The max is charged in maintenance and initial, and offsets the loss in every scenario alike.
    auxiliary[0] <== term[at] + term[at + 1] + everyScenario;
    at += 2;
    for (var h = 0; h < hedges; h++) {
        var sum = 0;
        for (var i = 0; i < 2 + scenarios; i++) {
            sum += term[at + i];
        }
        auxiliary[1 + h] <== sum;
        at += 2 + scenarios;
    }
}
