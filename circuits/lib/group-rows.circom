pragma circom 2.2.0;

include "epoch-shape.circom";

// The rows of one risk group's instruments, of its maximum or of what it feeds its parent, and of its hedges and extras,
// each as a polynomial in gamma (a hedge's without its cap column).
//
// Parameters
//   instruments, scenarios, hedges   of the group; scenarios 1 and up
//   link[5]                          of the group, see epoch-shape.circom. "Own" columns are scenarios, then extra columns
// Inputs
//   coefficients[..]         in the order of groupCoefficientList (verifier/src/policy/matrix.ts): per instrument the
//                            long's columns 0, 1, 2 and own, then the short's columns 1 and 2; the max's columns 1 and 2
//                            and the parent's if it feeds it, or per scenario pos's columns 1, 2 and the parent's, then
//                            neg's; per hedge, then per extra, columns 1, 2 and own. Money units, range: the linter
//   maintenance, initial     gamma and gamma^2, the weights of columns 1 and 2
//   column[..]               the powers of gamma that weigh the group's own columns, then those of the parent's columns
//                            that it feeds: the scenarios', the max's, or none
// Outputs
//   row[..]                  T of the instruments' rows, long and short alternating; then of the max, or of each
//                            scenario's pos and neg; then of the hedges; then of the extras
// Cost                       1 per coefficient, less the instruments' column 0
template GroupRows(instruments, scenarios, hedges, link) {
    assert(1 <= scenarios);

    var count = groupCoefficientCount(instruments, scenarios, hedges, link);
    var own = ownColumns(scenarios, link);
    var free = hedges + link[3];
    var fed = fedColumns(scenarios, link);
    var ending = endingRows(scenarios, link);
    var auxiliaries = 2 * instruments;
    signal input coefficients[count];
    signal input maintenance;
    signal input initial;
    signal input column[own + fed];
    signal output row[2 * instruments + ending + free];

    // 1. Each coefficient times the weight of its column.
    var weight[count];
    var at = 0;
    for (var n = 0; n < instruments; n++) {
        weight[at] = 1;
        weight[at + 1] = maintenance;
        weight[at + 2] = initial;
        for (var s = 0; s < own; s++) {
            weight[at + 3 + s] = column[s];
        }
        weight[at + 3 + own] = maintenance;
        weight[at + 4 + own] = initial;
        at += 5 + own;
    }
    for (var i = 0; i < ending; i++) {
        weight[at] = maintenance;
        weight[at + 1] = initial;
        at += 2;
        if (fed > 0) {
            weight[at] = column[own + i \ 2];
            at++;
        }
    }
    for (var h = 0; h < free; h++) {
        weight[at] = maintenance;
        weight[at + 1] = initial;
        for (var s = 0; s < own; s++) {
            weight[at + 2 + s] = column[s];
        }
        at += 2 + own;
    }
    signal term[count];
    for (var i = 0; i < count; i++) {
        term[i] <== coefficients[i] * weight[i];
    }

    // 2. A long row is the sum of its terms. Its short's column 0 is minus the long's, and its P&L minus the long's minus
    // one unit: P&L was rounded down once, and must be rounded down for both sides.
    var everyColumn = 0;
    for (var s = 0; s < own; s++) {
        everyColumn += column[s];
    }
    at = 0;
    for (var n = 0; n < instruments; n++) {
        var pnl = 0;
        for (var s = 0; s < own; s++) {
            pnl += term[at + 3 + s];
        }
        row[2 * n] <== term[at] + term[at + 1] + term[at + 2] + pnl;
        row[2 * n + 1] <== -term[at] + term[at + 3 + own] + term[at + 4 + own] - pnl - everyColumn;
        at += 5 + own;
    }

    // 3. The max is charged in maintenance and initial, and offsets the loss in every scenario alike. Without a max, pos and
    // neg take out of each scenario what they bring to the parent's: sum of P&L - pos + neg = 0.
    var everyScenario = 0;
    for (var s = 0; s < scenarios; s++) {
        everyScenario += column[s];
    }
    for (var i = 0; i < ending; i++) {
        var sum = term[at] + term[at + 1];
        at += 2;
        if (fed > 0) {
            sum += term[at];
            at++;
        }
        if (hasMax(link)) {
            row[auxiliaries + i] <== sum + everyScenario;
        } else if (i % 2 == 0) {
            row[auxiliaries + i] <== sum - column[i \ 2];
        } else {
            row[auxiliaries + i] <== sum + column[i \ 2];
        }
    }

    // 4. Hedges and extras are data alone.
    for (var h = 0; h < free; h++) {
        var sum = 0;
        for (var i = 0; i < 2 + own; i++) {
            sum += term[at + i];
        }
        row[auxiliaries + ending + h] <== sum;
        at += 2 + own;
    }
}
