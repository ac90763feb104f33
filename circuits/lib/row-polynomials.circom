pragma circom 2.2.0;

include "asset-rows.circom";
include "epoch-shape.circom";
include "group-rows.circom";
include "powers.circom";

// T_i, the sum over columns j of gamma^j M_ij, for every holding row and every fine auxiliary row, in the order of
// verifier/src/policy/shape.ts. A coarse row's is 2^40 times that.
//
// All of M but the data is derived here, whatever the policy says, so that no row lacks its counterweight.
//
// Parameters         as in Epoch
// Inputs
//   assetCoefficients[..], groupCoefficients[..]   see AssetRows and GroupRows
//   gamma            field element, range: any
// Outputs
//   initial          gamma^2, the weight of the column `initial`
//   holding[..]      assets and debts alternating, then group by group longs and shorts alternating
//   auxiliary[..]    equity+, equity-, shortfall, slacks of maintenance and initial, caps' slacks by asset; then group by
//                    group max, scenario slacks, hedges
// Cost               1 per column, 1 per coefficient, 96 per asset
template RowPolynomials(assets, groups, instruments, scenarios, hedgeCounts, hedgedAssets) {
    var hedges = total(groups, hedgeCounts);
    var caps = capsBelow(assets, hedges, hedgedAssets);
    var holdings = holdingRows(assets, groups, instruments);
    var auxiliaries = auxiliaryCount(groups, scenarios, hedgeCounts, caps);
    var capColumns = scenarioColumnsEnd(groups, scenarios);
    var columns = capColumns + caps;
    signal input assetCoefficients[assets][5];
    signal input groupCoefficients[groupCoefficientTotal(groups, instruments, scenarios, hedgeCounts)];
    signal input gamma;
    signal output initial;
    signal output holding[holdings];
    signal output auxiliary[auxiliaries];

    signal power[columns] <== Powers(columns)(gamma);
    initial <== power[2];

    // 1. Assets and debts. An asset that may hedge counts +1 in its cap's column.
    component assetRows[assets];
    for (var k = 0; k < assets; k++) {
        var cap = 0;
        if (isCapped(k, hedges, hedgedAssets)) {
            cap = power[capColumns + capsBelow(k, hedges, hedgedAssets)];
        }
        assetRows[k] = AssetRows();
        assetRows[k].coefficients <== assetCoefficients[k];
        assetRows[k].maintenance <== power[1];
        assetRows[k].initial <== power[2];
        holding[2 * k] <== assetRows[k].asset + cap;
        holding[2 * k + 1] <== assetRows[k].debt;
    }

    // 2. The account's own auxiliaries: equity = equity+ - equity-, shortfall, a slack per inequality.
    auxiliary[0] <== -1;
    auxiliary[1] <== 1;
    auxiliary[2] <== power[1];
    auxiliary[3] <== -power[1];
    auxiliary[4] <== -power[2];
    for (var c = 0; c < caps; c++) {
        auxiliary[5 + c] <== -power[capColumns + c];
    }

    // 3. Risk groups: instruments long and short; max, a slack per scenario, hedges. A hedge counts -1 in its asset's cap.
    component groupRows[groups];
    var coefficient = 0;
    var row = 2 * assets;
    var at = 5 + caps;
    var column = 3;
    var hedge = 0;
    for (var g = 0; g < groups; g++) {
        var count = groupCoefficientCount(instruments[g], scenarios[g], hedgeCounts[g]);
        groupRows[g] = GroupRows(instruments[g], scenarios[g], hedgeCounts[g]);
        for (var i = 0; i < count; i++) {
            groupRows[g].coefficients[i] <== groupCoefficients[coefficient + i];
        }
        groupRows[g].maintenance <== power[1];
        groupRows[g].initial <== power[2];
        for (var s = 0; s < scenarios[g]; s++) {
            groupRows[g].scenario[s] <== power[column + s];
        }

        for (var n = 0; n < instruments[g]; n++) {
            holding[row + 2 * n] <== groupRows[g].long[n];
            holding[row + 2 * n + 1] <== groupRows[g].short[n];
        }
        auxiliary[at] <== groupRows[g].auxiliary[0];
        for (var s = 0; s < scenarios[g]; s++) {
            auxiliary[at + 1 + s] <== -power[column + s];
        }
        for (var h = 0; h < hedgeCounts[g]; h++) {
            var cap = capColumns + capsBelow(hedgedAssets[hedge + h], hedges, hedgedAssets);
            auxiliary[at + 1 + scenarios[g] + h] <== groupRows[g].auxiliary[1 + h] - power[cap];
        }
        coefficient += count;
        row += 2 * instruments[g];
        at += 1 + scenarios[g] + hedgeCounts[g];
        column += scenarios[g];
        hedge += hedgeCounts[g];
    }
}
