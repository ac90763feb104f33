/** Valuation points of a class: five equal steps down to `-down` and five up to `up`, as fractions, ascending. */
export function timsMoves(down: number, up: number): readonly number[] {
  const steps = [1, 2, 3, 4, 5];
  return Object.freeze([...steps.map((n) => (-down * n) / 5).reverse(), ...steps.map((n) => (up * n) / 5)]);
}

const POINTS = 10;

export interface TimsPosition {
  /** Contracts or shares, long positive. */
  readonly quantity: number;
  /** P&L of one long contract at each valuation point, profit positive, in quote. */
  readonly pnl: readonly number[];
  /** Least requirement per contract, long or short, in quote: $.375 times the multiplier for listed options. */
  readonly minimumCharge: number;
}

/** All positions on one underlying. Their gains offset their losses in full. */
export interface TimsClass {
  readonly name: string;
  readonly positions: readonly TimsPosition[];
}

export interface TimsProductGroup {
  readonly name: string;
  /** Fraction of a class's gain that counts against the losses of the others, 0 to 1. */
  readonly offset: number;
  readonly classes: readonly TimsClass[];
}

/** Requirement of one product group, in quote. */
export interface TimsGroupMargin {
  readonly name: string;
  /** By valuation point, with gains of classes cut to the offset. */
  readonly pnl: readonly number[];
  /** Worst loss over the points, 0 or more. */
  readonly risk: number;
  readonly minimumCharge: number;
  readonly requirement: number;
}

export interface TimsMargin {
  readonly groups: readonly TimsGroupMargin[];
  readonly requirement: number;
}

/**
 * Requirement under customer portfolio margin (TIMS) in double precision. Within a class everything offsets; within a
 * product group, at each valuation point, losses count in full and gains by the offset; groups are summed, each at least
 * its minimum charge. This floating model is not what is proved: it is what a policy is compared with
 * (docs/margin-models.md). Source: OCC's customer portfolio margin disclosure and FINRA rule 4210(g). Throws a RangeError
 * for an array that is not of ten points, an offset outside 0 to 1, and a negative minimum charge.
 */
export function timsMargin(productGroups: readonly TimsProductGroup[]): TimsMargin {
  const groups = productGroups.map(groupMargin);
  const requirement = groups.reduce((sum, group) => sum + group.requirement, 0);
  return Object.freeze({ groups: Object.freeze(groups), requirement });
}

function groupMargin({ name, offset, classes }: TimsProductGroup): TimsGroupMargin {
  if (!(offset >= 0 && offset <= 1))
    throw new RangeError(`expected an offset from 0 to 1, came ${offset} in product group "${name}"`);
  const byClass = classes.map(classPnl);
  const pnl = Array.from({ length: POINTS }, (_, point) =>
    byClass.reduce((sum, own) => sum + Math.min(own[point]!, offset * own[point]!), 0),
  );
  const risk = Math.max(0, ...pnl.map((p) => -p));
  const minimumCharge = classes
    .flatMap(({ positions }) => positions)
    .reduce((sum, position) => sum + Math.abs(position.quantity) * position.minimumCharge, 0);
  return Object.freeze({
    name,
    pnl: Object.freeze(pnl),
    risk,
    minimumCharge,
    requirement: Math.max(risk, minimumCharge),
  });
}

function classPnl({ name, positions }: TimsClass): readonly number[] {
  for (const { pnl, minimumCharge } of positions) {
    if (pnl.length !== POINTS)
      throw new RangeError(`expected ${POINTS} valuation points, came ${pnl.length} in class "${name}"`);
    if (!(minimumCharge >= 0))
      throw new RangeError(
        `expected a minimum charge of 0 or more, came ${minimumCharge} in class "${name}"`,
      );
  }
  return Array.from({ length: POINTS }, (_, point) =>
    positions.reduce((sum, { quantity, pnl }) => sum + quantity * pnl[point]!, 0),
  );
}
