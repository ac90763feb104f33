pragma circom 2.2.0;

include "epoch-shape.circom";
include "sponge.circom";
include "../generated/constants.circom";

// policyHash of a policy of this shape: one sponge over the assets and tiers, one per risk group, and one over the shape's numbers
// and those. The shape is the circuit's own, so that a policy of another shape has another hash.
//
// Parameters                 as in Epoch
// Inputs
//   assetCoefficients[..]      as in Epoch, range: any
//   tierCoefficients[..]       as in Epoch, range: any
//   groupCoefficients[..]      as in Epoch, range: any
// Output
//   out                        policyHash
// Cost                         573 for each 14 coefficients begun, in each sponge
template PolicyHash(assets, groups, instruments, scenarios, hedgeCounts, hedgedAssets, links, tiered, tiers) {
    var tierTotal = tierCoefficientTotal(tiered, tiers);
    var groupTotal = groupCoefficientTotal(groups, instruments, scenarios, hedgeCounts, links);
    signal input assetCoefficients[assets][5];
    signal input tierCoefficients[tierTotal];
    signal input groupCoefficients[groupTotal];
    signal output out;

    // 1. The data.
    component assetSponge = Sponge(TAG_POLICY_ASSETS(), 5 * assets + tierTotal);
    for (var k = 0; k < assets; k++) {
        for (var i = 0; i < 5; i++) {
            assetSponge.in[5 * k + i] <== assetCoefficients[k][i];
        }
    }
    for (var i = 0; i < tierTotal; i++) {
        assetSponge.in[5 * assets + i] <== tierCoefficients[i];
    }
    component groupSponge[groups];
    var from = 0;
    for (var g = 0; g < groups; g++) {
        var count = groupCoefficientCount(instruments[g], scenarios[g], hedgeCounts[g], links[g]);
        groupSponge[g] = Sponge(TAG_POLICY_GROUP(), count);
        for (var i = 0; i < count; i++) {
            groupSponge[g].in[i] <== groupCoefficients[from + i];
        }
        from += count;
    }

    // 2. The shape, then the data's hashes.
    var length = 3 + 4 * groups + total(groups, hedgeCounts) + 6 * linkedGroups(groups, links);
    if (tiered > 0) {
        length += 1 + 2 * tiered;
    }
    component policy = Sponge(TAG_POLICY(), length);
    policy.in[0] <== assets;
    policy.in[1] <== groups;
    var at = 2;
    var hedge = 0;
    for (var g = 0; g < groups; g++) {
        policy.in[at] <== instruments[g];
        policy.in[at + 1] <== scenarios[g];
        policy.in[at + 2] <== hedgeCounts[g];
        at += 3;
        for (var h = 0; h < hedgeCounts[g]; h++) {
            policy.in[at] <== hedgedAssets[hedge];
            at++;
            hedge++;
        }
    }
    for (var g = 0; g < groups; g++) {
        if (isLinked(links[g])) {
            policy.in[at] <== g;
            for (var i = 0; i < 5; i++) {
                policy.in[at + 1 + i] <== links[g][i];
            }
            at += 6;
        }
    }
    // No group has this number, so nothing that follows can be taken for links.
    if (tiered > 0) {
        policy.in[at] <== groups;
        at++;
    }
    for (var i = 0; i < tiered; i++) {
        policy.in[at] <== tiers[i][0];
        policy.in[at + 1] <== tiers[i][1];
        at += 2;
    }
    policy.in[at] <== assetSponge.out;
    for (var g = 0; g < groups; g++) {
        policy.in[at + 1 + g] <== groupSponge[g].out;
    }
    out <== policy.out;
}
