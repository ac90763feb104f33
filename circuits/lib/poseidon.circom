pragma circom 2.2.0;

include "circomlib/circuits/poseidon_constants.circom";

// Poseidon over BN254 as circomlib defines it: the same permutation and the same constants, in the optimised form
// with sparse matrices in the partial rounds (Grassi et al., https://eprint.iacr.org/2019/458, appendix B).
//
// It differs from circomlib's template in one thing. There every sum of every linear layer is a signal of its own,
// and --O2 then spends its time on eliminating them again. Here a lane is an expression over S-box outputs, and
// only S-boxes make signals: the same constraints after --O2, in about a quarter of the compile time.
//
// Parameter
//   nInputs       1 to 16; the state has one lane more, and lane 0 starts at 0
// Inputs
//   inputs[n]     field elements, range: any
// Output
//   out           lane 0 of the last state
// Cost            3 (8 (nInputs + 1) + partial rounds) - 3; 4: 297, 5: 321, 15: 573, 16: 609
template Poseidon(nInputs) {
    assert(1 <= nInputs && nInputs <= 16);

    signal input inputs[nInputs];
    signal output out;

    var PARTIAL_ROUNDS[16] = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];
    var t = nInputs + 1;
    var fullRounds = 8;
    var partialRounds = PARTIAL_ROUNDS[nInputs - 1];
    var C[t * fullRounds + partialRounds] = POSEIDON_C(t);
    var M[t][t] = POSEIDON_M(t);
    var P[t][t] = POSEIDON_P(t);
    var S[partialRounds * (2 * t - 1)] = POSEIDON_S(t);

    // x^5 in three multiplications. The first S-box of lane 0 is a constant, which --O2 removes.
    signal full2[fullRounds][t];
    signal full4[fullRounds][t];
    signal full5[fullRounds][t];
    signal partial2[partialRounds];
    signal partial4[partialRounds];
    signal partial5[partialRounds];

    var lane[t];
    var next[t];
    for (var j = 0; j < t; j++) {
        lane[j] = C[j];
        if (j > 0) {
            lane[j] += inputs[j - 1];
        }
    }

    for (var round = 0; round < fullRounds; round++) {
        // 1. In the middle: S-box on lane 0 only, then its sparse matrix (row of lane 0, then column of lane 0).
        if (round == fullRounds \ 2) {
            for (var r = 0; r < partialRounds; r++) {
                partial2[r] <== lane[0] * lane[0];
                partial4[r] <== partial2[r] * partial2[r];
                partial5[r] <== partial4[r] * lane[0];
                lane[0] = partial5[r] + C[(fullRounds \ 2 + 1) * t + r];

                var sparse = r * (2 * t - 1);
                var sum = 0;
                for (var j = 0; j < t; j++) {
                    sum += S[sparse + j] * lane[j];
                }
                for (var j = 1; j < t; j++) {
                    lane[j] += S[sparse + t + j - 1] * lane[0];
                }
                lane[0] = sum;
            }
        }

        // 2. A full round: S-box on every lane, the next round's constants, then the dense matrix.
        var constants = (round + 1) * t + (round < fullRounds \ 2 ? 0 : partialRounds);
        for (var j = 0; j < t; j++) {
            full2[round][j] <== lane[j] * lane[j];
            full4[round][j] <== full2[round][j] * full2[round][j];
            full5[round][j] <== full4[round][j] * lane[j];
            lane[j] = full5[round][j];
            if (round < fullRounds - 1) {
                lane[j] += C[constants + j];
            }
        }
        for (var i = 0; i < t; i++) {
            next[i] = 0;
            for (var j = 0; j < t; j++) {
                // The last full round before the partial ones ends in P, which prepares the sparse form.
                next[i] += (round == fullRounds \ 2 - 1 ? P[j][i] : M[j][i]) * lane[j];
            }
        }
        for (var j = 0; j < t; j++) {
            lane[j] = next[j];
        }
    }

    out <== lane[0];
}
