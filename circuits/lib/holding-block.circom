pragma circom 2.2.0;

include "../generated/constants.circom";
include "bits.circom";
include "boolean.circom";
include "poseidon.circom";
include "word.circom";

// One block of an account: six holdings and its link in the account's leaf chain, h = H4(prev, word0, word1, meta) with
// meta = free + 2^64 under + 2^65 first. The h of an account's last block is its leaf.
//
// Inputs
//   row[6]        holding rows, range: here, [0, 2^15)
//   quantity[6]   in the rows' units, range: here, [0, 2^64)
//   first         1 in an account's first block, range: caller, {0, 1}
//   last          1 in an account's last block, range: caller, {0, 1}
//   identity      what the account's chain starts from; not used unless first, range: any
//   previous      h of the block before; not used if first, range: any
//   free          |surplus over initial margin|, 10^-6 of the quote currency, 0 unless last, range: here, [0, 2^64)
//   under         1 if that surplus is negative, 0 unless last, range: here, {0, 1}
// Outputs
//   h             the chain up to here
//   slot          the leaf if last, else 0
//   surplus       free or, if under, -free
// Cost            6 (64 + 15) + 64 + 297 + 6 = 841
template HoldingBlock() {
    assert(ENTRIES_PER_WORD() * WORDS_PER_BLOCK() == 6);
    assert(QUANTITY_BITS() == UNDER_BIT() && UNDER_BIT() + 1 == FIRST_BIT());
    // No holding entry can name an auxiliary row.
    assert(2 ** ROW_BITS() <= AUXILIARY_BASE());

    signal input row[6];
    signal input quantity[6];
    signal input first;
    signal input last;
    signal input identity;
    signal input previous;
    signal input free;
    signal input under;
    signal output h;
    signal output slot;
    signal output surplus;

    // 1. Everything that gets packed has its range, or a word could be opened as another row and quantity.
    for (var k = 0; k < 6; k++) {
        _ <== Bits(ROW_BITS())(row[k]);
        _ <== Bits(QUANTITY_BITS())(quantity[k]);
    }
    _ <== Bits(QUANTITY_BITS())(free);
    Boolean()(under);

    // 2. An account states its surplus once: where it ends.
    free * (1 - last) === 0;
    under * (1 - last) === 0;
    surplus <== (1 - 2 * under) * free;

    // 3. The chain starts from the identity or goes on from the block before. `first` is hashed: without it the
    // last block of an account would pass as a whole account whose identity is the chain so far.
    signal prev <== previous + first * (identity - previous);
    signal word0 <== Word()([row[0], row[1], row[2]], [quantity[0], quantity[1], quantity[2]]);
    signal word1 <== Word()([row[3], row[4], row[5]], [quantity[3], quantity[4], quantity[5]]);
    signal meta <== free + under * 2 ** UNDER_BIT() + first * 2 ** FIRST_BIT();
    h <== Poseidon(4)([prev, word0, word1, meta]);

    // 4. Every account is in a slot, and nothing else is.
    slot <== last * h;
}
