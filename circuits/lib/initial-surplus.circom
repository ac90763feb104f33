pragma circom 2.2.0;

include "../generated/constants.circom";
include "bits.circom";
include "hedge-cover.circom";
include "scenario-grid.circom";

// The margin of one account, spelled out: haircut-weighted collateral, less debts, less what each risk group loses in its worst
// scenario. Positions are the account's entries and, after them, one hedge for each group: collateral that the account
// holds and lets move with the group's scenarios.
//
// Whatever the prover chooses (slots, shares, hedges, maxima), the surplus is at most the true one: what is left out is a hedge, and
// what is put in twice is a charge.
//
// Parameters
//   entries                 of the account, 1 and up
//   groups                  risk groups that an account may be in, 1 and up
//   scenarios               of a group, 1 and up
// Inputs, with n = entries + groups
//   quantity[n]             units, range: of entries the caller, [0, 2^64); of hedges here
//   initial[n]              initial-margin weight of one unit, money units (10^-12 quote), a negative one as r - |c|,
//                           range: the policy, magnitude below 2^96, as that of pnl; so are the next four
//   cap[n]                  cap column, 0 for rows that do not hedge and are no hedge
//   group[n]                first scenario column of the row's group, 0 for collateral and debts
//   maxInitial[n]           what initial margin is charged for one unit of the group's worst loss, not positive
//   pnl[n][scenarios]       P&L of one unit by scenario
//   slot[groups]            the group that each slot is for, range: any
//   charge[groups]          minus its maxInitial, range: here, [0, 2^96)
//   share[entries][groups]  1 where the entry is in the slot's group, else 0, range: any
//   backs[entries][groups]  1 where the entry stands behind the slot's hedge, range: here, {0, 1}
//   maximum[groups]         worst loss of each group, money units, range: here, [0, 2^104)
// Output
//   surplus                 a lower bound of the surplus over initial margin, money units, a negative one as r - |x|
template InitialSurplus(entries, groups, scenarios) {
    var n = entries + groups;
    signal input quantity[n];
    signal input initial[n];
    signal input cap[n];
    signal input group[n];
    signal input maxInitial[n];
    signal input pnl[n][scenarios];
    signal input slot[groups];
    signal input charge[groups];
    signal input share[entries][groups];
    signal input backs[entries][groups];
    signal input maximum[groups];
    signal output surplus;

    // n weighted quantities below 2^160 and charged maxima below 2^200: the surplus is exact.
    assert(n < 2 ** 32 && QUANTITY_BITS() + COARSE_SHIFT() + COEFFICIENT_BITS() + 32 < 252);

    // 1. Collateral and debts at their haircut weights, positions with their own charges, what a hedge refunds of the haircut.
    signal weighted[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        weighted[i] <== initial[i] * quantity[i];
        sum += weighted[i];
    }

    // 2. Every position of a group is in a slot of that group: none is left out, none stands against another group's losses. Shares
    // need not be bits: over all slots of one group they add up to the position, and so do the slots' maxima to its worst loss.
    signal placed[n][groups];
    for (var i = 0; i < entries; i++) {
        var shares = 0;
        for (var g = 0; g < groups; g++) {
            share[i][g] * (group[i] - slot[g]) === 0;
            share[i][g] * (maxInitial[i] + charge[g]) === 0;
            placed[i][g] <== share[i][g] * quantity[i];
            shares += share[i][g];
        }
        group[i] * (1 - shares) === 0;
    }

    // 3. Hedges: of the slot's group and at its charge, also where the group has no position, or a hedge would bring its refund and
    // lose nothing; and of collateral that is there.
    component cover = HedgeCover(entries, groups);
    for (var i = 0; i < entries; i++) {
        cover.quantity[i] <== quantity[i];
        cover.cap[i] <== cap[i];
    }
    cover.backs <== backs;
    for (var h = 0; h < groups; h++) {
        var i = entries + h;
        cover.hedged[h] <== quantity[i];
        cover.hedgeCap[h] <== cap[i];
        quantity[i] * (group[i] - slot[h]) === 0;
        quantity[i] * (maxInitial[i] + charge[h]) === 0;
        for (var g = 0; g < groups; g++) {
            placed[i][g] <== g == h ? quantity[i] : 0;
        }
    }

    // 4. Each group's worst scenario is charged. The charge takes; one that gives would make a larger maximum a profit.
    component grid[groups];
    signal charged[groups];
    for (var g = 0; g < groups; g++) {
        _ <== Bits(COEFFICIENT_BITS())(charge[g]);
        grid[g] = ScenarioGrid(n, scenarios);
        for (var i = 0; i < n; i++) {
            grid[g].quantity[i] <== placed[i][g];
        }
        grid[g].pnl <== pnl;
        grid[g].maximum <== maximum[g];
        charged[g] <== charge[g] * maximum[g];
        sum -= charged[g];
    }
    surplus <== sum;
}
