pragma circom 2.2.0;

// The numbers that follow from a shape, as in verifier/src/policy/shape.ts. `instruments`, `scenarios` and
// `hedgeCounts` have one number per group; `hedgedAssets` lists the assets of all groups' hedges, group by group.
// `links` has five per group (`link`): what it feeds by (FEEDS_*), the parent, the parent's column if it feeds by max,
// extras, extra columns. `tiers` has two per tiered asset: the asset, by ascending number, and its portions; `tiered` says
// how many of those there are.

function FEEDS_NOTHING() {
    return 0;
}

function FEEDS_SCENARIOS() {
    return 1;
}

function FEEDS_MAX() {
    return 2;
}

// 1 when the group ends in a maximum, 0 when all it has are scenarios that it feeds.
function hasMax(link) {
    return link[0] != FEEDS_SCENARIOS();
}

// Scenarios, then extra columns.
function ownColumns(scenarios, link) {
    return scenarios + link[4];
}

// How many of the parent's columns a group has coefficients in.
function fedColumns(scenarios, link) {
    if (link[0] == FEEDS_SCENARIOS()) {
        return scenarios;
    }
    return link[0] == FEEDS_MAX();
}

// Rows of what can be held: each asset and its debt, each instrument long and short.
function holdingRows(assets, groups, instruments) {
    var rows = 2 * assets;
    for (var g = 0; g < groups; g++) {
        rows += 2 * instruments[g];
    }
    return rows;
}

// Rows that a group ends in: its max, or pos and neg for each scenario.
function endingRows(scenarios, link) {
    if (hasMax(link)) {
        return 1;
    }
    return 2 * scenarios;
}

// Auxiliaries of one group: its max and a slack for each own column, or a slack for each extra column and pos and neg for
// each scenario; its hedges; its extras.
function groupAuxiliaryCount(scenarios, hedges, link) {
    if (hasMax(link)) {
        return 1 + ownColumns(scenarios, link) + hedges + link[3];
    }
    return link[4] + 2 * scenarios + hedges + link[3];
}

// Auxiliaries of a tiered asset: its portions, its rest, the slacks of its two columns, its credit.
function tierAuxiliaryCount(portions) {
    return portions + 4;
}

// Portions of all tiered assets.
function portionTotal(tiered, tiers) {
    var count = 0;
    for (var i = 0; i < tiered; i++) {
        count += tiers[i][1];
    }
    return count;
}

// Auxiliaries, each of which has a fine row and, but for portions, a coarse row: five of the account, a slack for each cap,
// those of the tiered assets, each group's.
function auxiliaryCount(groups, scenarios, hedgeCounts, links, cappedAssets, tiered, tiers) {
    var count = 5 + cappedAssets;
    for (var i = 0; i < tiered; i++) {
        count += tierAuxiliaryCount(tiers[i][1]);
    }
    for (var g = 0; g < groups; g++) {
        count += groupAuxiliaryCount(scenarios[g], hedgeCounts[g], links[g]);
    }
    return count;
}

// First column of a group: after equity, maintenance, initial and the groups before. Of the group after the last: where
// the caps' columns begin.
function columnsBefore(group, scenarios, links) {
    var columns = 3;
    for (var g = 0; g < group; g++) {
        columns += ownColumns(scenarios[g], links[g]);
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

// Policy coefficients of a tiered asset: widths, weights, the last weight, two of the credit.
function tierCoefficientCount(portions) {
    return 2 * portions + 3;
}

function tierCoefficientTotal(tiered, tiers) {
    var count = 0;
    for (var i = 0; i < tiered; i++) {
        count += tierCoefficientCount(tiers[i][1]);
    }
    return count;
}

// Policy coefficients of one group.
function groupCoefficientCount(instruments, scenarios, hedges, link) {
    var own = ownColumns(scenarios, link);
    var count = instruments * (5 + own) + (hedges + link[3]) * (2 + own);
    if (link[0] == FEEDS_SCENARIOS()) {
        return count + 6 * scenarios;
    }
    return count + 2 + fedColumns(scenarios, link);
}

function groupCoefficientTotal(groups, instruments, scenarios, hedgeCounts, links) {
    var count = 0;
    for (var g = 0; g < groups; g++) {
        count += groupCoefficientCount(instruments[g], scenarios[g], hedgeCounts[g], links[g]);
    }
    return count;
}

// 1 when some link number of the group is not 0: policyHash then lists them.
function isLinked(link) {
    for (var i = 0; i < 5; i++) {
        if (link[i] != 0) {
            return 1;
        }
    }
    return 0;
}

function linkedGroups(groups, links) {
    var count = 0;
    for (var g = 0; g < groups; g++) {
        count += isLinked(links[g]);
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
