pragma circom 2.2.0;

include "../generated/constants.circom";

// Three entries packed into one number, e0 + 2^82 e1 + 2^164 e2 with e = quantity + 2^64 row.
// Only ranges make this one-to-one, and they are checked at the door: by HoldingBlock and AuxiliaryWord.
//
// Inputs
//   row[3]        full row indices, range: caller, [0, 2^18)
//   quantity[3]   in the rows' units, range: caller, [0, 2^64)
// Output
//   out           246 bits
// Cost            0 (linear)
template Word() {
    assert(ENTRIES_PER_WORD() == 3);
    // Entries do not overlap, nor does the word reach the step bit, nor the step bit the field's order (254 bits).
    assert(AUXILIARY_BASE() + 3 * 2 ** ROW_BITS() <= 2 ** (ENTRY_BITS() - QUANTITY_BITS()));
    assert(3 * ENTRY_BITS() <= STEP_BIT() && STEP_BIT() < 253);

    signal input row[3];
    signal input quantity[3];
    signal output out;

    var sum = 0;
    for (var k = 0; k < 3; k++) {
        sum += (quantity[k] + row[k] * 2 ** QUANTITY_BITS()) * 2 ** (k * ENTRY_BITS());
    }
    out <== sum;
}
