// Generated from verifier/src/constants.json by prover/src/build/constants.ts: never edit by hand.
pragma circom 2.2.0;

function TAG_IDENTITY() { return 1; }
function TAG_OWNER() { return 2; }
function TAG_KEY() { return 3; }
function TAG_TRANSCRIPT() { return 4; }
function TAG_POLICY() { return 5; }
function TAG_POLICY_ASSETS() { return 6; }
function TAG_POLICY_GROUP() { return 7; }
function TAG_TOTALS() { return 8; }
function TAG_WEIGHTS() { return 9; }
function TAG_POLICY_ROW() { return 10; }
function QUANTITY_BITS() { return 64; }
function ROW_BITS() { return 15; }
function ENTRY_BITS() { return 82; }
function ENTRIES_PER_WORD() { return 3; }
function WORDS_PER_BLOCK() { return 2; }
function STEP_BIT() { return 246; }
function UNDER_BIT() { return 64; }
function FIRST_BIT() { return 65; }
function AUXILIARY_BASE() { return 32768; }
function ROW_FREE() { return 262144; }
function ROW_BLIND() { return 262145; }
function BETA_FLOOR() { return 524288; }
function COARSE_SHIFT() { return 40; }
function TREE_ARITY() { return 16; }
function TREE_DEPTH() { return 3; }
function POLICY_TREE_DEPTH() { return 4; }
function SPONGE_RATE() { return 14; }
function LENGTH_SHIFT() { return 32; }
function COLUMN_BITS() { return 14; }
function FREE_UNIT() { return 1000000; }
function MONEY_DECIMALS() { return 12; }
function COEFFICIENT_BITS() { return 96; }
function CLAIM_BITS() { return 128; }
function SURPLUS_BITS() { return 160; }
function CHUNK_BATCHES() { return 256; }
