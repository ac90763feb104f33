import { FREE_UNIT, PUBLIC_SIGNALS, QUANTITY_BITS, ROW_BITS } from "../constants.ts";
import { type Hash, poseidon } from "../poseidon.ts";
import { WithdrawalError } from "./error.ts";
import {
  blockInputs,
  blocksAtEnd,
  childrenOfLeaf,
  type LeafOpening,
  type OpeningInputs,
  openedLeaf,
} from "./leaf-opening.ts";
import { balanceOf } from "./statement.ts";

/** What a forced exit asks of a newer epoch: cumulative, as the ledger counts it. */
export interface Demand {
  /** Number of the asset: its row is twice that. */
  readonly asset: number;
  /** In the asset's units, below 2^128. */
  readonly amount: bigint;
  /** Of free collateral, in money units (10^-12 quote), below 2^128. */
  readonly charge: bigint;
}

/** Public signals by name; `refusalSignalList` gives them in the order of the proof. */
export interface RefusalSignals {
  readonly root: bigint;
  readonly key: bigint;
  readonly epoch: bigint;
  readonly asset: bigint;
  readonly amount: bigint;
  readonly charge: bigint;
}

/** Why a leaf does not allow a demand; none of them shows in a proof. */
export interface Reasons {
  readonly tooLittle: boolean;
  readonly tooDear: boolean;
  readonly under: boolean;
}

/** Bits of amount and charge in the circuit Refusal. */
const DEMAND_BITS = 2n * QUANTITY_BITS;
const ASSETS = 1 << (ROW_BITS - 1);

/** A leaf without any reason allows the demand: then there is a withdrawal and no refusal. */
export function reasonsOf({ holdings, free, under }: LeafOpening, demand: Demand): Reasons {
  return {
    tooLittle: demand.amount > balanceOf(holdings, demand.asset),
    tooDear: demand.charge > FREE_UNIT * free,
    under: under === 1,
  };
}

/**
 * The reference of the refusal circuit: the public signals of a demand that the leaf does not allow. Throws WithdrawalError
 * for one that it allows, and for numbers out of range.
 */
export function refusalSignals(opening: LeafOpening, demand: Demand, hash: Hash = poseidon): RefusalSignals {
  const { asset, amount, charge } = demand;
  const fits =
    Number.isInteger(asset) &&
    asset >= 0 &&
    asset < ASSETS &&
    [amount, charge].every((number) => number >= 0n && number < 1n << DEMAND_BITS);
  if (!fits) throw new WithdrawalError("request", "a number of the demand is out of its range");
  const { tooLittle, tooDear, under } = reasonsOf(opening, demand);
  if (!tooLittle && !tooDear && !under)
    throw new WithdrawalError("allowed", "the account's leaf allows what is asked for: it can't be refused");
  const { root, key } = openedLeaf(opening, hash);
  return { root, key, epoch: opening.epoch, asset: BigInt(asset), amount, charge };
}

/** The signals in the order of the table that circuits, TypeScript and Solidity share. */
export function refusalSignalList(signals: RefusalSignals): bigint[] {
  return PUBLIC_SIGNALS.refusal.map((name) => signals[name as keyof RefusalSignals]);
}

/** Inputs of Refusal(blocks). Checks nothing but that the account fits: `refusalSignals` tells whether the statement is true. */
export function refusalInputs(
  opening: LeafOpening,
  demand: Demand,
  blocks: number,
  hash: Hash = poseidon,
): OpeningInputs {
  const placed = blocksAtEnd(opening.holdings, blocks);
  const { asset, amount, charge } = demand;
  const { owner, accountRef, salt, epoch, free, under } = opening;
  const { tooLittle, tooDear } = reasonsOf(opening, demand);
  return {
    ...blockInputs(placed),
    // Empty entries of asset 0 too, in blocks before the account's first as well: the circuit lets none be left out.
    named: placed.entries.map((block) => block.map(({ row }) => (row === 2 * asset ? 1n : 0n))),
    ...{ free, under: BigInt(under), tooLittle: tooLittle ? 1n : 0n, tooDear: tooDear ? 1n : 0n },
    ...{ owner, accountRef, salt },
    child: childrenOfLeaf(opening, hash),
    ...{ epoch, asset: BigInt(asset), amount, charge },
  };
}
