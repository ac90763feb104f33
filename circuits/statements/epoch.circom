pragma circom 2.2.0;

include "../generated/constants.circom";
include "../lib/epoch-shape.circom";
include "../lib/fraction-sum.circom";
include "../lib/inner-product.circom";
include "../lib/policy-hash.circom";
include "../lib/row-polynomials.circom";
include "../lib/solvency.circom";
include "../lib/sponge.circom";

// An epoch of a policy. It knows no account: batches turn their entries into t and w, sums of fractions over rows at beta.
// This opens the two tables behind them, shows that together they satisfy the policy, which at gamma means that every
// equation of every account of every batch holds, and compares the totals with what the exchange claims to have.
//
// Parameters, the shape (verifier/src/policy/shape.ts)
//   assets                     1 and up
//   groups                     risk groups, 1 and up
//   instruments[groups], scenarios[groups], hedgeCounts[groups]   of each group; scenarios 1 and up
//   hedgedAssets[..]           asset of each hedge, group by group, ascending within a group; [0] without hedges
//   links[groups][5]           what each group feeds, its extras and extra columns, see epoch-shape.circom; 0 for none
//   tiered                     assets that count by size, from 0
//   tiers[tiered][2]           each one's asset, ascending, and its portions, 1 and up; [[0, 0]] without
// Public inputs
//   policyHash                 opened here
//   totalsCommitment           opened here; fixed before gamma
//   weightsCommitment          opened here; fixed before beta
//   gamma, beta                challenges, range: the verifier, beta at least 2^19
//   t                          sum of the batches' t, range: the verifier, who adds up batch proofs
//   w                          sum of alpha^(2^14 b) times batch b's w, alpha = gamma^(2^14), range: likewise
//   rho                        sum of claims_k gamma^k, range: the verifier, who refuses a claim of 2^128 or more
// Inputs
//   assetCoefficients[..][5]   per asset, see AssetRows
//   tierCoefficients[..]       tiered asset by tiered asset, see TierRows
//   groupCoefficients[..]      group by group, see GroupRows
//   totals[..]                 sum of all quantities by row: holdings, then auxiliaries, each fine and then coarse; portions
//                              of a tier have no coarse row
//   totalBlind                 sum of the blinds of t
//   weights[..]                by row, each account's quantities times its power of alpha
//   weightFree, weightBlind    likewise of free, negative when under, and of the blinds of w
//   totalsSalt, weightsSalt    random, at least 128 bits
//   claims[assets + 1]         insurance in money units (10^-12 quote), then what is held of each asset in its row's units
//
// No range is checked on totals and weights: step 2 makes them the true sums. An entry is below 2^64, a batch has at most
// 3 * 2^14 < 2^16 entries of one row and an epoch fewer than 2^28 batches, so a total is below 2^108, and one with its
// coarse twin below 2^149.
//
// Cost                         41 per coefficient, 85 per row, 300 per asset for its ranges, its claim and its part of rho
template Epoch(assets, groups, instruments, scenarios, hedgeCounts, hedgedAssets, links, tiered, tiers) {
    signal input policyHash;
    signal input totalsCommitment;
    signal input weightsCommitment;
    signal input gamma;
    signal input beta;
    signal input t;
    signal input w;
    signal input rho;

    var caps = capsBelow(assets, total(groups, hedgeCounts), hedgedAssets);
    var holdings = holdingRows(assets, groups, instruments);
    var auxiliaries = auxiliaryCount(groups, scenarios, hedgeCounts, links, caps, tiered, tiers);
    var rows = holdings + 2 * auxiliaries - portionTotal(tiered, tiers);
    var coarse = 2 ** COARSE_SHIFT();

    // Equation j of account u is the coefficient of gamma^(j + 2^14 u): a column more would be the next account's first.
    assert(columnsBefore(groups, scenarios, links) + caps + 2 * tiered <= 2 ** COLUMN_BITS());
    assert(holdings <= AUXILIARY_BASE());
    assert(2 * auxiliaries <= AUXILIARY_BASE());
    var hedge = 0;
    for (var g = 0; g < groups; g++) {
        for (var h = 0; h < hedgeCounts[g]; h++) {
            assert(hedgedAssets[hedge] < assets);
            if (h > 0) {
                assert(hedgedAssets[hedge - 1] < hedgedAssets[hedge]);
            }
            hedge++;
        }
        // A group feeds a later one, which has the column.
        assert(links[g][0] <= FEEDS_MAX());
        if (links[g][0] == FEEDS_NOTHING()) {
            assert(links[g][1] == 0);
        } else {
            assert(g < links[g][1] && links[g][1] < groups);
        }
        if (links[g][0] == FEEDS_SCENARIOS()) {
            assert(scenarios[g] == scenarios[links[g][1]]);
        }
        if (links[g][0] == FEEDS_MAX()) {
            assert(links[g][2] < ownColumns(scenarios[links[g][1]], links[links[g][1]]));
        } else {
            assert(links[g][2] == 0);
        }
    }

    // Tiered assets ascend, and none hedges: a unit in a portion and in a hedge would count twice.
    for (var i = 0; i < tiered; i++) {
        assert(1 <= tiers[i][1]);
        assert(tiers[i][0] < assets);
        assert(!isCapped(tiers[i][0], hedge, hedgedAssets));
        if (i > 0) {
            assert(tiers[i - 1][0] < tiers[i][0]);
        }
    }

    // A portion of a tier holds at most its width because an account has at most 2^64 - 1 of its row. So it has no coarse
    // row; row numbers go on as if it had.
    var isPortion[auxiliaries];
    var auxiliary = 5 + caps;
    for (var i = 0; i < tiered; i++) {
        for (var p = 0; p < tiers[i][1]; p++) {
            isPortion[auxiliary + p] = 1;
        }
        auxiliary += tierAuxiliaryCount(tiers[i][1]);
    }
    var row[rows];
    var fine[auxiliaries];
    for (var i = 0; i < holdings; i++) {
        row[i] = i;
    }
    var next = holdings;
    for (var i = 0; i < auxiliaries; i++) {
        fine[i] = next;
        row[next] = AUXILIARY_BASE() + 2 * i;
        next++;
        if (!isPortion[i]) {
            row[next] = AUXILIARY_BASE() + 2 * i + 1;
            next++;
        }
    }

    signal input assetCoefficients[assets][5];
    signal input tierCoefficients[tierCoefficientTotal(tiered, tiers)];
    signal input groupCoefficients[groupCoefficientTotal(groups, instruments, scenarios, hedgeCounts, links)];
    signal input totals[rows];
    signal input totalBlind;
    signal input weights[rows];
    signal input weightFree;
    signal input weightBlind;
    signal input totalsSalt;
    signal input weightsSalt;
    signal input claims[assets + 1];

    // 1. The policy is that of policyHash. The tables are those that were committed to: totals and claims before gamma,
    // weights before beta.
    component policy = PolicyHash(assets, groups, instruments, scenarios, hedgeCounts, hedgedAssets, links, tiered, tiers);
    policy.assetCoefficients <== assetCoefficients;
    policy.tierCoefficients <== tierCoefficients;
    policy.groupCoefficients <== groupCoefficients;
    policyHash === policy.out;

    component totalsSponge = Sponge(TAG_TOTALS(), 1 + rows + 1 + assets + 1);
    totalsSponge.in[0] <== totalsSalt;
    for (var i = 0; i < rows; i++) {
        totalsSponge.in[1 + i] <== totals[i];
    }
    totalsSponge.in[1 + rows] <== totalBlind;
    for (var k = 0; k < assets + 1; k++) {
        totalsSponge.in[2 + rows + k] <== claims[k];
    }
    totalsCommitment === totalsSponge.out;

    component weightsSponge = Sponge(TAG_WEIGHTS(), 1 + rows + 2);
    weightsSponge.in[0] <== weightsSalt;
    for (var i = 0; i < rows; i++) {
        weightsSponge.in[1 + i] <== weights[i];
    }
    weightsSponge.in[1 + rows] <== weightFree;
    weightsSponge.in[2 + rows] <== weightBlind;
    weightsCommitment === weightsSponge.out;

    // 2. The tables are the true sums over all entries of all batches: partial fractions are unique. A row in no table
    // has neither, so an entry that names it has quantity 0. No entry of t has the pole FREE.
    component totalFractions = FractionSum(rows + 1);
    component weightFractions = FractionSum(rows + 2);
    totalFractions.beta <== beta;
    weightFractions.beta <== beta;
    for (var i = 0; i < rows; i++) {
        totalFractions.row[i] <== row[i];
        totalFractions.quantity[i] <== totals[i];
        weightFractions.row[i] <== row[i];
        weightFractions.quantity[i] <== weights[i];
    }
    totalFractions.row[rows] <== ROW_BLIND();
    totalFractions.quantity[rows] <== totalBlind;
    weightFractions.row[rows] <== ROW_BLIND();
    weightFractions.quantity[rows] <== weightBlind;
    weightFractions.row[rows + 1] <== ROW_FREE();
    weightFractions.quantity[rows + 1] <== weightFree;
    t === totalFractions.out;
    w === weightFractions.out;

    // 3. Every equation of every account holds: the sum of W_i T_i is a polynomial in gamma, fixed before gamma, whose
    // coefficients are the residuals. T of FREE is -10^6 gamma^2; that of BLIND is 0, or the blind would absorb an error.
    component polynomials = RowPolynomials(assets, groups, instruments, scenarios, hedgeCounts, hedgedAssets, links, tiered, tiers);
    polynomials.assetCoefficients <== assetCoefficients;
    polynomials.tierCoefficients <== tierCoefficients;
    polynomials.groupCoefficients <== groupCoefficients;
    polynomials.gamma <== gamma;

    component residuals = InnerProduct(holdings + auxiliaries + 1);
    for (var i = 0; i < holdings; i++) {
        residuals.left[i] <== weights[i];
        residuals.right[i] <== polynomials.holding[i];
    }
    for (var i = 0; i < auxiliaries; i++) {
        if (isPortion[i]) {
            residuals.left[holdings + i] <== weights[fine[i]];
        } else {
            residuals.left[holdings + i] <== weights[fine[i]] + coarse * weights[fine[i] + 1];
        }
        residuals.right[holdings + i] <== polynomials.auxiliary[i];
    }
    residuals.left[holdings + auxiliaries] <== weightFree;
    residuals.right[holdings + auxiliaries] <== -FREE_UNIT() * polynomials.initial;
    residuals.out === 0;

    // 4. The claims are the public ones, and they cover the totals.
    signal claimsFrom[assets + 1];
    claimsFrom[assets] <== claims[assets];
    for (var k = assets - 1; k >= 0; k--) {
        claimsFrom[k] <== claims[k] + gamma * claimsFrom[k + 1];
    }
    rho === claimsFrom[0];

    component solvency = Solvency(assets, total(groups, instruments));
    for (var i = 0; i < holdings; i++) {
        solvency.holdings[i] <== totals[i];
    }
    solvency.equityMinus <== totals[holdings + 2] + coarse * totals[holdings + 3];
    solvency.shortfall <== totals[holdings + 4] + coarse * totals[holdings + 5];
    solvency.claims <== claims;
}
