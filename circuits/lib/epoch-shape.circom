pragma circom 2.2.0;

// The numbers that follow from a shape, as in verifier/src/policy/shape.ts. `instruments`, `scenarios` and
// `hedgeCounts` have one number per group; `hedgedAssets` lists the assets of all groups' hedges, group by group.

// Rows of what can be held: each asset and its debt, each instrument long and short.
function holdingRows(assets, groups, instruments) {
    var rows = 2 * assets;
    for (var g = 0; g < groups; g++) {
        rows += 2 * instruments[g];
    }
    return rows;
}

// Auxiliaries, each of which has a fine and a coarse row: five of the account, a slack for each cap, and in each group
// its max, its scenario slacks and its hedges.
function auxiliaryCount(groups, scenarios, hedgeCounts, cappedAssets) {
    var count = 5 + cappedAssets;
    for (var g = 0; g < groups; g++) {
        count += 1 + scenarios[g] + hedgeCounts[g];
    }
    return count;
}

// Columns before the caps': equity, maintenance, initial, then each group's scenarios.
function scenarioColumnsEnd(groups, scenarios) {
    var columns = 3;
    for (var g = 0; g < groups; g++) {
        columns += scenarios[g];
    }
    return columns;
}

// 1 when some group's hedge uses the asset.
function isCapped(asset, hedges, hedgedAssets) {
    for (var h = 0; h < hedges; h++) {
        if (hedgedAssets[h] == asset) {
            return 1;
        }
    }
    return 0;
}

// How many assets below `asset` have a cap: the place of its cap among them.
function capsBelow(asset, hedges, hedgedAssets) {
    var caps = 0;
    for (var k = 0; k < asset; k++) {
        caps += isCapped(k, hedges, hedgedAssets);
    }
    return caps;
}

// Policy coefficients of one group.
function groupCoefficientCount(instruments, scenarios, hedges) {
    return instruments * (5 + scenarios) + 2 + hedges * (2 + scenarios);
}

function groupCoefficientTotal(groups, instruments, scenarios, hedgeCounts) {
    var count = 0;
    for (var g = 0; g < groups; g++) {
        count += groupCoefficientCount(instruments[g], scenarios[g], hedgeCounts[g]);
    }
    return count;
}

function total(n, list) {
    var sum = 0;
    for (var i = 0; i < n; i++) {
        sum += list[i];
    }
    return sum;
}
