pragma circom 2.2.0;

include "../generated/constants.circom";
include "../lib/account-weights.circom";
include "../lib/auxiliary-word.circom";
include "../lib/batch-tree.circom";
include "../lib/boolean.circom";
include "../lib/fraction.circom";
include "../lib/fraction-sum.circom";
include "../lib/holding-block.circom";
include "../lib/repeated-square.circom";
include "../lib/sponge.circom";

// A batch of accounts. It knows nothing about finance: it fixes what its accounts hold (root) and what the prover adds
// for them (transcript), and turns both into two sums of fractions at the verifier's random points,
//
//   t = sum q / (beta - row) + blind0 / (beta - BLIND)
//   w = sum alpha^u q / (beta - row) + sum alpha^u (±free) / (beta - FREE) + blind1 / (beta - BLIND),
//
// over all entries (row, q), u counting accounts and alpha = gamma^(2^14). The epoch circuit opens t and w as totals and
// weights by row, and checks every equation of every account on them.
//
// Parameters
//   N                          holding blocks and slots, 1 to 4,096
//   X                          auxiliary words, 1 to 2^14
// Inputs, accounts one after the other, an account's blocks together; at the end padding (no entries, first 1) and
// words without quantities (step 1)
//   row[N][6]                  holding rows, range: here, [0, 2^15)
//   quantity[N][6]             in the rows' units, range: here, [0, 2^64)
//   first[N]                   1 in an account's first block, range: here, {0, 1}, first[0] = 1
//   identity[N]                of the account; counts in its first block, range: any
//   free[N]                    |surplus| over initial margin, 10^-6 quote, in an account's last block, range: here, [0, 2^64)
//   under[N]                   1 if that surplus is negative, range: here, {0, 1}
//   auxiliaryRow[X][3]         rows less 2^15, strictly increasing within an account, range: here, [0, 2^15)
//   auxiliaryQuantity[X][3]    range: here, [0, 2^64)
//   step[X]                    1 in the first word of each account but the first, range: here, {0, 1}, step[0] = 0
//   blind[3]                   uniform field elements; [0] hides t, [1] hides w, [2] keeps the transcript from guessers
// Public inputs
//   gamma                      challenge, derived after root and transcript are committed to, range: the verifier
//   beta                       challenge, derived after the weights are committed to, range: the verifier, at least 2^19
// Outputs
//   root                       of the batch tree over the slots
//   transcript                 sponge of the auxiliary words and the blinds
//   t, w                       the sums above
// Cost                         890.25 N + 300.93 X + 1,246 where tree levels and sponge chunks are full
template Batch(N, X) {
    // alpha^u of one batch must not run into that of the next, which starts at u = 2^14.
    assert(1 <= N && N <= TREE_ARITY() ** TREE_DEPTH() && N <= 2 ** COLUMN_BITS());
    assert(1 <= X && X <= 2 ** COLUMN_BITS());

    signal input row[N][6];
    signal input quantity[N][6];
    signal input first[N];
    signal input identity[N];
    signal input free[N];
    signal input under[N];
    signal input auxiliaryRow[X][3];
    signal input auxiliaryQuantity[X][3];
    signal input step[X];
    signal input blind[3];
    signal input gamma;
    signal input beta;
    signal output root;
    signal output transcript;
    signal output t;
    signal output w;

    // 1. Blocks fall into accounts: one ends where the next begins. The batch begins with a beginning, so no account has
    // a block outside it.
    first[0] === 1;
    for (var i = 0; i < N; i++) {
        Boolean()(first[i]);
    }

    // 2. Every account's blocks make its leaf, and the leaves make the root.
    component block[N];
    component tree = BatchTree(N);
    for (var i = 0; i < N; i++) {
        block[i] = HoldingBlock();
        block[i].row <== row[i];
        block[i].quantity <== quantity[i];
        block[i].first <== first[i];
        block[i].identity <== identity[i];
        block[i].free <== free[i];
        block[i].under <== under[i];
        if (i == 0) {
            block[i].previous <== 0;
        } else {
            block[i].previous <== block[i - 1].h;
        }
        if (i == N - 1) {
            block[i].last <== 1;
        } else {
            block[i].last <== first[i + 1];
        }
        tree.slot[i] <== block[i].slot;
    }
    root <== tree.root;

    // 3. The auxiliaries and the blinds make the transcript. The first word belongs to the first account.
    step[0] === 0;
    component word[X];
    component sponge = Sponge(TAG_TRANSCRIPT(), X + 3);
    for (var i = 0; i < X; i++) {
        word[i] = AuxiliaryWord();
        word[i].row <== auxiliaryRow[i];
        word[i].quantity <== auxiliaryQuantity[i];
        word[i].step <== step[i];
        if (i == 0) {
            word[i].previousRow <== -1;
        } else {
            word[i].previousRow <== auxiliaryRow[i - 1][2];
        }
        sponge.in[i] <== word[i].out;
    }
    for (var k = 0; k < 3; k++) {
        sponge.in[X + k] <== blind[k];
    }
    transcript <== sponge.out;

    // 4. Account u has weight alpha^u, in its blocks and in its words alike.
    signal alpha <== RepeatedSquare(COLUMN_BITS())(gamma);
    signal blockWeight[N] <== AccountWeights(N)(alpha, first);
    signal wordWeight[X] <== AccountWeights(X)(alpha, step);

    // 5. Every entry becomes a fraction, once plain and once with its account's weight.
    signal blockSum[N];
    signal wordSum[X];
    signal weightedBlock[N];
    signal weightedWord[X];
    signal weightedSurplus[N];
    var plain = 0;
    var weighted = 0;
    var surplus = 0;
    for (var i = 0; i < N; i++) {
        blockSum[i] <== FractionSum(6)(row[i], quantity[i], beta);
        weightedBlock[i] <== blockWeight[i] * blockSum[i];
        weightedSurplus[i] <== blockWeight[i] * block[i].surplus;
        plain += blockSum[i];
        weighted += weightedBlock[i];
        surplus += weightedSurplus[i];
    }
    for (var i = 0; i < X; i++) {
        wordSum[i] <== FractionSum(3)(word[i].entryRow, auxiliaryQuantity[i], beta);
        weightedWord[i] <== wordWeight[i] * wordSum[i];
        plain += wordSum[i];
        weighted += weightedWord[i];
    }

    // 6. The blinds enter at a pole of their own, whose coefficient in every equation is 0: they hide the sums, and
    // change none.
    signal surplusFraction <== Fraction()(surplus, ROW_FREE(), beta);
    signal plainBlind <== Fraction()(blind[0], ROW_BLIND(), beta);
    signal weightedBlind <== Fraction()(blind[1], ROW_BLIND(), beta);
    t <== plain + plainBlind;
    w <== weighted + surplusFraction + weightedBlind;
}
