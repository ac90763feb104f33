pragma circom 2.2.0;

include "asset-rows.circom";
include "epoch-shape.circom";
include "group-rows.circom";
include "powers.circom";
include "tier-rows.circom";

// T_i, the sum over columns j of gamma^j M_ij, for every holding row and every fine auxiliary row, in the order of
// verifier/src/policy/shape.ts. A coarse row's is 2^40 times that.
//
// All of M but the data is derived here, whatever the policy says, so that no row lacks its counterweight.
//
// Parameters         as in Epoch
// Inputs
//   assetCoefficients[..], tierCoefficients[..], groupCoefficients[..]   see AssetRows, TierRows and GroupRows
//   gamma            field element, range: any
// Outputs
//   initial          gamma^2, the weight of the column `initial`
//   holding[..]      assets and debts alternating, then group by group longs and shorts alternating
//   auxiliary[..]    equity+, equity-, shortfall, slacks of maintenance and initial, caps' slacks by asset; by tiered
//                    asset its portions, rest, two slacks and credit; then group by group its max, slacks, pos and neg,
//                    hedges, extras
// Cost               1 per column, 1 per coefficient, 96 per asset
template RowPolynomials(assets, groups, instruments, scenarios, hedgeCounts, hedgedAssets, links, tiered, tiers) {
    var hedges = total(groups, hedgeCounts);
    var caps = capsBelow(assets, hedges, hedgedAssets);
    var holdings = holdingRows(assets, groups, instruments);
    var auxiliaries = auxiliaryCount(groups, scenarios, hedgeCounts, links, caps, tiered, tiers);
    var capColumns = columnsBefore(groups, scenarios, links);
    var tierColumns = capColumns + caps;
    var columns = tierColumns + 2 * tiered;
    signal input assetCoefficients[assets][5];
    signal input tierCoefficients[tierCoefficientTotal(tiered, tiers)];
    signal input groupCoefficients[groupCoefficientTotal(groups, instruments, scenarios, hedgeCounts, links)];
    signal input gamma;
    signal output initial;
    signal output holding[holdings];
    signal output auxiliary[auxiliaries];

    signal power[columns] <== Powers(columns)(gamma);
    initial <== power[2];

    // 1. Tiered assets: what they have in columns of their own.
    component tierRows[tiered];
    var from = 0;
    for (var i = 0; i < tiered; i++) {
        var count = tierCoefficientCount(tiers[i][1]);
        tierRows[i] = TierRows(tiers[i][1]);
        for (var j = 0; j < count; j++) {
            tierRows[i].coefficients[j] <== tierCoefficients[from + j];
        }
        tierRows[i].maintenance <== power[1];
        tierRows[i].initial <== power[2];
        tierRows[i].split <== power[tierColumns + 2 * i];
        tierRows[i].credit <== power[tierColumns + 2 * i + 1];
        from += count;
    }

    // 2. Assets and debts. An asset that may hedge counts +1 in its cap's column. One with tiers does not hedge.
    component assetRows[assets];
    var tier = 0;
    for (var k = 0; k < assets; k++) {
        var ownColumn = 0;
        if (isCapped(k, hedges, hedgedAssets)) {
            ownColumn = power[capColumns + capsBelow(k, hedges, hedgedAssets)];
        } else if (tier < tiered) {
            if (tiers[tier][0] == k) {
                ownColumn = tierRows[tier].asset;
                tier++;
            }
        }
        assetRows[k] = AssetRows();
        assetRows[k].coefficients <== assetCoefficients[k];
        assetRows[k].maintenance <== power[1];
        assetRows[k].initial <== power[2];
        holding[2 * k] <== assetRows[k].asset + ownColumn;
        holding[2 * k + 1] <== assetRows[k].debt;
    }

    assert(tier == tiered);

    // 3. The account's own auxiliaries: equity = equity+ - equity-, shortfall, a slack per inequality.
    auxiliary[0] <== -1;
    auxiliary[1] <== 1;
    auxiliary[2] <== power[1];
    auxiliary[3] <== -power[1];
    auxiliary[4] <== -power[2];
    for (var c = 0; c < caps; c++) {
        auxiliary[5 + c] <== -power[capColumns + c];
    }
    var at = 5 + caps;
    for (var i = 0; i < tiered; i++) {
        var count = tierAuxiliaryCount(tiers[i][1]);
        for (var j = 0; j < count; j++) {
            auxiliary[at + j] <== tierRows[i].row[j];
        }
        at += count;
    }

    // 4. Risk groups: instruments long and short; max, a slack per own column that does not feed the parent, pos and neg for
    // each that does, hedges, extras. A hedge counts -1 in its asset's cap.
    component groupRows[groups];
    var coefficient = 0;
    var row = 2 * assets;
    var column = 3;
    var hedge = 0;
    for (var g = 0; g < groups; g++) {
        var count = groupCoefficientCount(instruments[g], scenarios[g], hedgeCounts[g], links[g]);
        var own = ownColumns(scenarios[g], links[g]);
        groupRows[g] = GroupRows(instruments[g], scenarios[g], hedgeCounts[g], links[g]);
        for (var i = 0; i < count; i++) {
            groupRows[g].coefficients[i] <== groupCoefficients[coefficient + i];
        }
        groupRows[g].maintenance <== power[1];
        groupRows[g].initial <== power[2];
        for (var s = 0; s < own; s++) {
            groupRows[g].column[s] <== power[column + s];
        }
        var parentColumn = columnsBefore(links[g][1], scenarios, links) + links[g][2];
        for (var s = 0; s < fedColumns(scenarios[g], links[g]); s++) {
            groupRows[g].column[own + s] <== power[parentColumn + s];
        }

        for (var i = 0; i < 2 * instruments[g]; i++) {
            holding[row + i] <== groupRows[g].row[i];
        }
        var from = 2 * instruments[g];
        if (hasMax(links[g])) {
            auxiliary[at] <== groupRows[g].row[from];
            at++;
            from++;
        }
        for (var s = scenarios[g] * (1 - hasMax(links[g])); s < own; s++) {
            auxiliary[at] <== -power[column + s];
            at++;
        }
        if (!hasMax(links[g])) {
            for (var s = 0; s < 2 * scenarios[g]; s++) {
                auxiliary[at + s] <== groupRows[g].row[from + s];
            }
            at += 2 * scenarios[g];
            from += 2 * scenarios[g];
        }
        for (var h = 0; h < hedgeCounts[g]; h++) {
            var cap = capColumns + capsBelow(hedgedAssets[hedge + h], hedges, hedgedAssets);
            auxiliary[at + h] <== groupRows[g].row[from + h] - power[cap];
        }
        at += hedgeCounts[g];
        from += hedgeCounts[g];
        for (var e = 0; e < links[g][3]; e++) {
            auxiliary[at + e] <== groupRows[g].row[from + e];
        }
        at += links[g][3];
        coefficient += count;
        row += 2 * instruments[g];
        column += own;
        hedge += hedgeCounts[g];
    }
}
