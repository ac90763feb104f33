// Generated from verifier/src/constants.json by prover/src/build/constants.ts: never edit by hand.
// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Order of the BN254 scalar field.
uint256 constant FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617;

// First inputs of tagged hashes.
uint256 constant TAG_IDENTITY = 1;
uint256 constant TAG_OWNER = 2;
uint256 constant TAG_KEY = 3;
uint256 constant TAG_TRANSCRIPT = 4;
uint256 constant TAG_POLICY = 5;
uint256 constant TAG_POLICY_ASSETS = 6;
uint256 constant TAG_POLICY_GROUP = 7;
uint256 constant TAG_TOTALS = 8;
uint256 constant TAG_WEIGHTS = 9;
uint256 constant TAG_POLICY_ROW = 10;

// Layout of words, rows, trees and claims.
uint256 constant QUANTITY_BITS = 64;
uint256 constant ROW_BITS = 15;
uint256 constant ENTRY_BITS = 82;
uint256 constant ENTRIES_PER_WORD = 3;
uint256 constant WORDS_PER_BLOCK = 2;
uint256 constant STEP_BIT = 246;
uint256 constant UNDER_BIT = 64;
uint256 constant FIRST_BIT = 65;
uint256 constant AUXILIARY_BASE = 32768;
uint256 constant ROW_FREE = 262144;
uint256 constant ROW_BLIND = 262145;
uint256 constant BETA_FLOOR = 524288;
uint256 constant COARSE_SHIFT = 40;
uint256 constant TREE_ARITY = 16;
uint256 constant TREE_DEPTH = 3;
uint256 constant POLICY_TREE_DEPTH = 4;
uint256 constant SPONGE_RATE = 14;
uint256 constant LENGTH_SHIFT = 32;
uint256 constant COLUMN_BITS = 14;
uint256 constant FREE_UNIT = 1000000;
uint256 constant MONEY_DECIMALS = 12;
uint256 constant COEFFICIENT_BITS = 96;
uint256 constant CLAIM_BITS = 128;
uint256 constant SURPLUS_BITS = 160;
uint256 constant CHUNK_BATCHES = 256;

// Domains of hashes.
// keccak256("plimsoll.gamma.1")
bytes32 constant DOMAIN_GAMMA = 0xbe8705baa676463269fc73e6b2fe9e83f756bdaebe8ece53c127f271a0f7d2ee;
// keccak256("plimsoll.beta.1")
bytes32 constant DOMAIN_BETA = 0xa3dafc00a82b233fdbc4260f84653229b8cfabcddfc9328911294dcb85cae310;
// keccak256("plimsoll.context.1")
bytes32 constant DOMAIN_CONTEXT = 0x2655d02a601d8ea045dfc4a82567cc8a9b7687851b771b07a4b3af1bf64a7a36;
// keccak256("plimsoll.account.1")
bytes32 constant DOMAIN_ACCOUNT = 0xbc94729286de342779e8dbc68c47cdf5235043479909f81f05ba441417d04f35;

// Places of the public signals, and how many there are.
uint256 constant BATCH_ROOT = 0;
uint256 constant BATCH_TRANSCRIPT = 1;
uint256 constant BATCH_T = 2;
uint256 constant BATCH_W = 3;
uint256 constant BATCH_GAMMA = 4;
uint256 constant BATCH_BETA = 5;
uint256 constant BATCH_SIGNALS = 6;
uint256 constant EPOCH_POLICY_HASH = 0;
uint256 constant EPOCH_TOTALS_COMMITMENT = 1;
uint256 constant EPOCH_WEIGHTS_COMMITMENT = 2;
uint256 constant EPOCH_GAMMA = 3;
uint256 constant EPOCH_BETA = 4;
uint256 constant EPOCH_T = 5;
uint256 constant EPOCH_W = 6;
uint256 constant EPOCH_RHO = 7;
uint256 constant EPOCH_SIGNALS = 8;
uint256 constant WITHDRAWAL_ROOT = 0;
uint256 constant WITHDRAWAL_KEY = 1;
uint256 constant WITHDRAWAL_EPOCH = 2;
uint256 constant WITHDRAWAL_RECIPIENT = 3;
uint256 constant WITHDRAWAL_ASSET = 4;
uint256 constant WITHDRAWAL_AMOUNT = 5;
uint256 constant WITHDRAWAL_CHARGE = 6;
uint256 constant WITHDRAWAL_HOME = 7;
uint256 constant WITHDRAWAL_CONTEXT = 8;
uint256 constant WITHDRAWAL_SIGNALS = 9;
uint256 constant REFUSAL_ROOT = 0;
uint256 constant REFUSAL_KEY = 1;
uint256 constant REFUSAL_EPOCH = 2;
uint256 constant REFUSAL_ASSET = 3;
uint256 constant REFUSAL_AMOUNT = 4;
uint256 constant REFUSAL_CHARGE = 5;
uint256 constant REFUSAL_SIGNALS = 6;
uint256 constant ACCOUNT_ROOT = 0;
uint256 constant ACCOUNT_KEY = 1;
uint256 constant ACCOUNT_EPOCH = 2;
uint256 constant ACCOUNT_POLICY_TREE = 3;
uint256 constant ACCOUNT_MINIMUM_FREE = 4;
uint256 constant ACCOUNT_HOME = 5;
uint256 constant ACCOUNT_CONTEXT = 6;
uint256 constant ACCOUNT_SIGNALS = 7;
