// The one table of tags and constants. Circuits and contracts read files generated from the same JSON
// (`circuits/generated`, `contracts/generated`), and a test compares them with it.
import table from "./constants.json" with { type: "json" };

const { layout, tags } = table;

/** Order of the BN254 scalar field. */
export const FIELD = BigInt(table.field);

/** First input of every tagged use of Poseidon, and start of every sponge. */
export const TAG = Object.freeze(
  Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, BigInt(value)])),
) as Readonly<Record<keyof typeof tags, bigint>>;

/** Every use of Poseidon with its number of inputs and its tag; 4, 15 and 16 inputs are reserved for untagged uses. */
export const HASHES = Object.freeze(table.hashes);

export const QUANTITY_BITS = BigInt(layout.QUANTITY_BITS);
export const MAX_QUANTITY = (1n << QUANTITY_BITS) - 1n;
export const ROW_BITS = layout.ROW_BITS;
export const ENTRY_BITS = BigInt(layout.ENTRY_BITS);
export const ENTRIES_PER_WORD = layout.ENTRIES_PER_WORD;
export const WORDS_PER_BLOCK = layout.WORDS_PER_BLOCK;
export const ENTRIES_PER_BLOCK = ENTRIES_PER_WORD * WORDS_PER_BLOCK;
export const STEP_BIT = BigInt(layout.STEP_BIT);
export const UNDER_BIT = BigInt(layout.UNDER_BIT);
export const FIRST_BIT = BigInt(layout.FIRST_BIT);
/** First auxiliary row; an auxiliary entry stores its row less this. */
export const AUXILIARY_BASE = layout.AUXILIARY_BASE;
export const ROW_FREE = layout.ROW_FREE;
export const ROW_BLIND = layout.ROW_BLIND;
/** beta below this is refused: it could be a row, and a pole met exactly proves nothing. */
export const BETA_FLOOR = BigInt(layout.BETA_FLOOR);
export const COARSE_SHIFT = BigInt(layout.COARSE_SHIFT);
export const TREE_ARITY = layout.TREE_ARITY;
export const TREE_DEPTH = layout.TREE_DEPTH;
export const MAX_SLOTS = TREE_ARITY ** TREE_DEPTH;
/** Depth of the tree over the rows of a policy, all 2^16 of them. */
export const POLICY_TREE_DEPTH = layout.POLICY_TREE_DEPTH;
export const SPONGE_RATE = layout.SPONGE_RATE;
export const LENGTH_SHIFT = BigInt(layout.LENGTH_SHIFT);
export const COLUMN_BITS = layout.COLUMN_BITS;
export const MAX_COLUMNS = 1 << COLUMN_BITS;
/** Money units (10^-12 of the quote currency) in one unit of free collateral (10^-6). */
export const FREE_UNIT = BigInt(layout.FREE_UNIT);
export const MONEY_DECIMALS = layout.MONEY_DECIMALS;
export const COEFFICIENT_BITS = BigInt(layout.COEFFICIENT_BITS);
export const CLAIM_BITS = BigInt(layout.CLAIM_BITS);
export const SURPLUS_BITS = BigInt(layout.SURPLUS_BITS);
export const CHUNK_BATCHES = layout.CHUNK_BATCHES;
export const DOMAINS = Object.freeze(table.domains);
/** Names of each statement's public signals, in the order of its proofs. */
export const PUBLIC_SIGNALS = Object.freeze(table.publicSignals);
