// A small exchange with a sane policy, and how attacks on its epoch are tried: on the circuit that ships, where they fail,
// and on a mutant without the guard, where they succeed. Mutants have a hash that is a sum, which compiles in a tenth of the
// time: what they show is in the equations. Their control has that hash and every guard, and must say what the real one says.
import { expect } from "vitest";
import type { Entry } from "../../verifier/src/encodings/entry.ts";
import {
  type InstrumentCoefficients,
  type PolicyCoefficients,
  policyMatrix,
} from "../../verifier/src/policy/matrix.ts";
import { layoutOf } from "../../verifier/src/policy/shape.ts";
import { acceptsInputs } from "./attack.ts";
import { type Circuit, loadCircuit, replaceOnce } from "./circuit.ts";
import { type EpochParts, stateEpoch, sumHash, withSumHash } from "./epoch.ts";
import {
  batchOf,
  completeByHand,
  type HandMadeAccount,
  houseHoldings,
  sufficientClaims,
  TINY,
} from "./hand-made.ts";
import { seeded } from "./random.ts";

export const layout = layoutOf(TINY);
export const ROW = Object.freeze({
  btc: layout.asset(0),
  btcDebt: layout.debt(0),
  usdt: layout.asset(1),
  usdtDebt: layout.debt(1),
  long: layout.long(0, 0),
  short: layout.short(0, 0),
});

const QUOTE = 10n ** 12n;

/** BTC at 60,000 in tenths of a coin, with haircuts; USDT at one; a future that moves with BTC, and a flat contract. */
export const policy: PolicyCoefficients = {
  shape: TINY,
  assets: [
    {
      value: 6_000n * QUOTE,
      maintenance: 5_400n * QUOTE,
      initial: 5_100n * QUOTE,
      debtMaintenance: -7_200n * QUOTE,
      debtInitial: -7_500n * QUOTE,
    },
    {
      value: QUOTE,
      maintenance: QUOTE,
      initial: QUOTE,
      debtMaintenance: -QUOTE,
      debtInitial: -QUOTE,
    },
  ],
  groups: [
    {
      instruments: [contract(0n, 120n * QUOTE), contract(2_000n * QUOTE, 0n)],
      max: { maintenance: -4n, initial: -5n },
      hedges: [{ maintenance: 400n * QUOTE, initial: 500n * QUOTE, scenarios: moves(60n * QUOTE) }],
    },
  ],
};

function moves(perPercent: bigint): bigint[] {
  return [-15n, 0n, 15n].map((percent) => percent * perPercent);
}

function contract(value: bigint, perPercent: bigint): InstrumentCoefficients {
  return {
    value,
    maintenance: value - 300n * QUOTE,
    initial: value - 600n * QUOTE,
    scenarios: moves(perPercent),
    shortMaintenance: -value - 300n * QUOTE,
    shortInitial: -value - 600n * QUOTE,
  };
}

export const matrix = policyMatrix(policy);

export function held(...entries: readonly [row: number, quantity: bigint][]): Entry[] {
  return entries.map(([row, quantity]) => ({ row, quantity }));
}

/** Completed with half of the BTC as a hedge. */
export function complete(holdings: readonly Entry[]): HandMadeAccount {
  return completeByHand(layout, matrix, holdings, { hedge: (available) => available / 2n });
}

const books = [
  held([ROW.btc, 40n], [ROW.usdt, 500_000n], [ROW.long, 3n]),
  held([ROW.btc, 25n], [ROW.usdtDebt, 60_000n], [ROW.short, 7n]),
  held([ROW.btcDebt, 12n], [ROW.usdt, 9_000_000n], [ROW.long, 9n]),
];
const houseBook = [...held([ROW.usdt, 70_000_000n]), ...houseHoldings(layout, books)];

export const alice = complete(books[0]!);
export const bob = complete(books[1]!);
export const carol = complete(books[2]!);
export const house = complete(houseBook);
export const accounts: readonly HandMadeAccount[] = [alice, bob, carol, house];

/** Insurance, BTC and USDT that the honest accounts need. */
export const [INSURANCE, BTC, USDT] = sufficientClaims(layout, accounts) as [bigint, bigint, bigint];

/** The epoch of these accounts in two batches, with the honest exchange's claims. */
export function exchange(
  people: readonly HandMadeAccount[] = accounts,
  change: Partial<EpochParts> = {},
): EpochParts {
  const random = seeded("attacked exchange");
  const half = Math.ceil(people.length / 2);
  const batches = [people.slice(0, half), people.slice(half)].map((part) => batchOf(random, part));
  return { policy, batches, claims: [INSURANCE, BTC, USDT], ...change };
}

const circuits = new Map<string, Promise<Circuit>>();

function once(name: string, load: () => Promise<Circuit>): Promise<Circuit> {
  const circuit = circuits.get(name) ?? load();
  circuits.set(name, circuit);
  return circuit;
}

export function realCircuit(): Promise<Circuit> {
  return once("real", () => loadCircuit("epoch-tiny"));
}

/** Every guard, and the hash of the mutants. */
export function controlCircuit(): Promise<Circuit> {
  const spec = { name: "epoch-sum-hash", instance: "epoch-tiny", mutate: withSumHash };
  return once("control", () => loadCircuit(spec));
}

/** A mutant: in a file below circuits/, `from` (once there) becomes `to`. */
export function mutant(name: string, file: string, from: string, to = ""): Promise<Circuit> {
  const mutate = [withSumHash, replaceOnce(`circuits/${file}`, from, to)];
  return once(name, () => loadCircuit({ name: `epoch-${name}`, instance: "epoch-tiny", mutate }));
}

/** Whether the constraints accept the statement; the control must agree. */
export async function accepted(parts: EpochParts): Promise<boolean> {
  const ships = await acceptsInputs(await realCircuit(), stateEpoch(parts).inputs);
  const sums = await acceptsInputs(await controlCircuit(), stateEpoch({ ...parts, hash: sumHash }).inputs);
  expect(sums, "the control disagrees with the real circuit").toBe(ships);
  return ships;
}

/** The real circuit rejects the statement and the mutant accepts it. */
export async function succeedsOnlyAgainst(mutated: Promise<Circuit>, parts: EpochParts): Promise<void> {
  expect(await accepted(parts)).toBe(false);
  const circuit = await mutated;
  const witness = await circuit.solve(stateEpoch({ ...parts, hash: sumHash }).inputs);
  expect(circuit.violations(witness), "the mutant rejects it for another reason").toEqual([]);
}
