pragma circom 2.2.0;

include "../generated/constants.circom";
include "bits.circom";
include "boolean.circom";
include "word.circom";

// Three auxiliaries of one account, for the transcript: the packed entries + 2^246 step.
// Rows are stored less 2^15 and the circuit adds it back, so that an auxiliary can never be collateral; and they strictly
// increase along an account, so that each counts at most once and is capped at 2^64 - 1.
//
// Inputs
//   row[3]        stored rows, strictly increasing; range: here, row[0] in [0, 2^15), each gap less one too
//   quantity[3]   range: here, [0, 2^64)
//   step          1 if this word begins another account than the word before, range: here, {0, 1}
//   previousRow   last stored row of the word before; -1 in a batch's first word, range: the word before
// Outputs
//   entryRow[3]   full row indices, [2^15, 2^17): an unused row costs nothing, so the gaps may lead past every table
//   out           247 bits
// Cost            3 (64 + 15) + 15 + 2 = 254
template AuxiliaryWord() {
    // Neither an auxiliary nor a gap reaches the rows that no entry may name.
    assert(AUXILIARY_BASE() + 3 * 2 ** ROW_BITS() <= ROW_FREE() && ROW_FREE() < ROW_BLIND());

    signal input row[3];
    signal input quantity[3];
    signal input step;
    signal input previousRow;
    signal output entryRow[3];
    signal output out;

    // 1. Quantities, and rows that increase within the word.
    for (var k = 0; k < 3; k++) {
        _ <== Bits(QUANTITY_BITS())(quantity[k]);
    }
    _ <== Bits(ROW_BITS())(row[0]);
    _ <== Bits(ROW_BITS())(row[1] - row[0] - 1);
    _ <== Bits(ROW_BITS())(row[2] - row[1] - 1);

    // 2. They go on increasing from the word before, unless another account begins here.
    Boolean()(step);
    signal gap <== (row[0] - previousRow - 1) * (1 - step);
    _ <== Bits(ROW_BITS())(gap);

    // 3. What the transcript absorbs.
    for (var k = 0; k < 3; k++) {
        entryRow[k] <== row[k] + AUXILIARY_BASE();
    }
    signal word <== Word()(entryRow, quantity);
    out <== word + step * 2 ** STEP_BIT();
}
