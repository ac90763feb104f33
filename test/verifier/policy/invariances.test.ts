import { describe, expect, test } from "vitest";
import type { Entry } from "../../../verifier/src/encodings/entry.ts";
import { type CompiledPolicy, compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";
import { fromDecimal } from "../../../verifier/src/policy/rational.ts";
import { MODELS } from "../../../verifier/src/policy/schemas.ts";
import { type Random, seeded } from "../../support/random.ts";
import { oneSided, randomBook } from "../../support/random-books.ts";
import { type Json, SHIPPED, type ShippedModel } from "../../support/shipped-models.ts";

// What holds for every margin model, whatever its formulas: one line in test/support/shipped-models.ts adds a model.

const BOOKS = 40;
/** Part of an account's size that rounding may take: far below any charge of a model, far above what it takes. */
const ROUNDING = 1e-6;

/** A book by what it is of, so that it means the same under another policy. */
type Named = ReadonlyMap<string, bigint>;

const keyOf = ({ kind, symbol }: { kind: string; symbol: string }): string => `${kind} ${symbol}`;

function named(policy: CompiledPolicy, book: readonly Entry[]): Named {
  const names = new Map(policy.rowTable.map((of) => [of.row, keyOf(of)]));
  return new Map(book.map(({ row, quantity }) => [names.get(row)!, quantity]));
}

function entries(policy: CompiledPolicy, book: Named): Entry[] {
  const rows = new Map(policy.rowTable.map((of) => [keyOf(of), of.row]));
  return [...book]
    .map(([key, quantity]) => ({ row: rows.get(key)!, quantity }))
    .sort((a, b) => a.row - b.row);
}

function booksOf(policy: CompiledPolicy, random: Random, count = BOOKS): Entry[][] {
  return Array.from({ length: count }, () => oneSided(policy, randomBook(policy, random)));
}

/** Money units that an account's holdings can come to, in doubles. */
function sizeOf({ coefficients, rowTable }: CompiledPolicy, book: readonly Entry[]): number {
  const named = new Map(rowTable.map((of) => [of.row, of]));
  return book.reduce((sum, { row, quantity }) => {
    const of = named.get(row)!;
    const { value, scenarios } =
      "asset" in of
        ? { value: coefficients.assets[of.asset]!.value, scenarios: [] }
        : coefficients.groups[of.group]!.instruments[of.instrument]!;
    return (
      sum + Math.max(Number(value), ...scenarios.map((pnl) => 10 * Math.abs(Number(pnl)))) * Number(quantity)
    );
  }, 0);
}

/** What a proof says of an account: exact, of the level that its hedges serve. */
function judged(policy: CompiledPolicy, book: readonly Entry[]) {
  const { report } = completeAccount(policy, book);
  const { equity, shortfall, initialSurplus, maintenanceSurplus } = report;
  return {
    equity,
    shortfall,
    initial: initialSurplus,
    maintenance: maintenanceSurplus,
    groups: report.groups,
  };
}
type Judged = ReturnType<typeof judged>;

/** Expects `a` to be judged no better than `b`, but for rounding. */
function expectNoBetter(a: Judged, b: Judged, rounding: number): void {
  expect(Number(b.shortfall - a.shortfall)).toBeLessThanOrEqual(rounding);
  if (a.shortfall === 0n && b.shortfall === 0n)
    expect(Number(a.initial - b.initial)).toBeLessThanOrEqual(rounding);
}

function expectSame(a: Judged, b: Judged, rounding: number): void {
  expectNoBetter(a, b, rounding);
  expectNoBetter(b, a, rounding);
}

const copy = <T>(value: T): Json => JSON.parse(JSON.stringify(value));
const compiled = ({ riskParameters, marks }: Pick<ShippedModel, "riskParameters" | "marks">) =>
  compilePolicy(copy(riskParameters), copy(marks));

/** A decimal by a power of ten, exactly. */
function shifted(decimal: string, places: number): string {
  const { n, d } = fromDecimal(decimal);
  const digits = String(n < 0n ? -n : n).padStart(String(d).length, "0");
  const point = digits.length - (String(d).length - 1);
  const padded = digits.padEnd(point + places, "0");
  const whole = padded.slice(0, point + places).replace(/^0+(?=\d)/, "");
  const part = padded.slice(point + places);
  return `${n < 0n ? "-" : ""}${whole}${part === "" ? "" : `.${part}`}`;
}

/** The same policy with all money in a currency worth a hundredth of the quote. */
const PLACES = 2;
function inAnotherCurrency({ riskParameters, marks, money }: ShippedModel): CompiledPolicy {
  const [file, at] = [copy(riskParameters), copy(marks)];
  const scale = (price: string) => shifted(price, PLACES);
  const walk = (value: Json): void => {
    if (value === null || typeof value !== "object") return;
    for (const [key, of] of Object.entries<Json>(value)) {
      if (typeof of === "string" && (key === "strike" || money.includes(key))) value[key] = scale(of);
      else walk(of);
    }
  };
  walk(file);
  for (const [symbol, mark] of Object.entries<Json>(at.spot))
    if (symbol !== file.quote) mark.price = scale(mark.price);
  for (const perp of Object.values<Json>(at.perps)) perp.mark = scale(perp.mark);
  for (const expiries of Object.values<Json>(at.expiries))
    for (const expiry of Object.values<Json>(expiries)) {
      expiry.forward = scale(expiry.forward);
      expiry.volatility = Object.fromEntries(
        Object.entries(expiry.volatility).map(([strike, volatility]) => [scale(strike), volatility]),
      );
    }
  for (const of of Object.values<Json>(at.riskArrays ?? {})) {
    of.array = of.array.map(scale);
    if (of.value) of.value = scale(of.value);
  }
  return compilePolicy(file, at);
}

/** The same policy with everything that is a list of things by name backwards. */
function backwards({ riskParameters, marks }: ShippedModel): CompiledPolicy {
  const file = copy(riskParameters);
  file.collateral.reverse();
  file.groups.reverse();
  for (const group of file.groups) group.instruments.reverse();
  for (const cluster of file.clusters ?? []) cluster.groups.reverse();
  return compilePolicy(file, copy(marks));
}

/** The same policy with each instrument listed twice, the second time under another name. */
function doubled({ riskParameters, marks }: ShippedModel): CompiledPolicy {
  const [file, at] = [copy(riskParameters), copy(marks)];
  for (const group of file.groups)
    group.instruments = group.instruments.flatMap((terms: Json) => {
      const twin = { ...terms, symbol: twinOf(terms.symbol) };
      for (const part of [at.perps, at.riskArrays ?? {}])
        if (part[terms.symbol]) part[twin.symbol] = part[terms.symbol];
      return [terms, twin];
    });
  return compilePolicy(file, at);
}
const twinOf = (symbol: string): string => `${symbol}.2`;

test("every model that a file may name is in the table", () => {
  const known = new Set(SHIPPED.map(({ riskParameters }) => riskParameters.model));
  expect([...known].sort()).toEqual([...MODELS].sort());
});

describe.each(SHIPPED)("$name", (model) => {
  const policy = compiled(model);
  const { quote } = model.riskParameters;

  test("does not depend on the currency that money is counted in", () => {
    const other = inAnotherCurrency(model);
    let moved = 0;
    for (const book of booksOf(policy, seeded(`currency ${model.name}`))) {
      const amounts = [...named(policy, book)].map(([key, quantity]): [string, bigint] => [
        key,
        key.endsWith(` ${quote}`) ? quantity * 10n ** BigInt(PLACES) : quantity,
      ]);
      const there = entries(other, new Map(amounts));
      const [a, b] = [judged(policy, book), judged(other, there)];
      const by = (amount: bigint) => amount * 10n ** BigInt(PLACES);
      const here = { ...a, initial: by(a.initial), shortfall: by(a.shortfall) };
      expectSame(here, b, ROUNDING * sizeOf(other, there));
      if (b.groups.length > 0) moved++;
    }
    if (model.riskParameters.groups.length > 0) expect(moved).toBeGreaterThan(BOOKS / 4);
  });

  test("does not depend on the order of assets, groups and instruments, to the last unit", () => {
    const other = backwards(model);
    for (const book of booksOf(policy, seeded(`order ${model.name}`))) {
      const [a, b] = [judged(policy, book), judged(other, entries(other, named(policy, book)))];
      for (const what of ["equity", "shortfall", "initial", "maintenance"] as const)
        expect(b[what]).toBe(a[what]);
    }
  });

  test("does not depend on how a holding is split into entries, to the last unit", () => {
    const random = seeded(`entries ${model.name}`);
    for (const book of booksOf(policy, random)) {
      const split = book.flatMap(({ row, quantity }) => {
        const part = random.below(quantity + 1n);
        return [
          { row, quantity: part },
          { row, quantity: quantity - part },
        ];
      });
      expect(completeAccount(policy, split)).toEqual(completeAccount(policy, book));
    }
  });

  if (model.riskParameters.groups.length > 0) {
    const twins = doubled(model);

    test("does not depend on which of two equal instruments a position is in", () => {
      const random = seeded(`twins ${model.name}`);
      for (const book of booksOf(policy, random)) {
        const split = [...named(policy, book)].flatMap(([key, quantity]): [string, bigint][] => {
          if (!/^(long|short) /.test(key)) return [[key, quantity]];
          const part = random.below(quantity + 1n);
          return [
            [key, part],
            [twinOf(key), quantity - part],
          ];
        });
        const there = entries(twins, new Map(split));
        expectSame(judged(policy, book), judged(twins, there), ROUNDING * sizeOf(twins, there));
      }
    });

    test("a perfectly hedged pair changes buffers only: no scenario, and the surplus by what its rows cost", () => {
      const random = seeded(`pair ${model.name}`);
      const shorts = twins.rowTable.filter(({ kind, symbol }) => kind === "short" && symbol.endsWith(".2"));
      for (const book of booksOf(twins, random)) {
        const short = shorts[random.int(shorts.length)]!;
        const long = twins.rowTable.find(({ row }) => row === short.row - 3)!;
        expect(twinOf(long.symbol)).toBe(short.symbol);
        const quantity = 1n + random.bits(20);
        const pair = [
          { row: long.row, quantity },
          { row: short.row, quantity },
        ];
        const alone = judged(
          twins,
          book.filter(({ row }) => row !== long.row && row !== short.row),
        );
        const together = judged(twins, [
          ...book.filter(({ row }) => row !== long.row && row !== short.row),
          ...pair,
        ]);
        const rounding = ROUNDING * (sizeOf(twins, book) + sizeOf(twins, pair));
        const before = new Map(alone.groups.map(({ group, scenarioPnl }) => [group, scenarioPnl]));
        const sameHedges = alone.shortfall === 0n && together.shortfall === 0n;
        for (const { group, scenarioPnl, hedges } of together.groups) {
          if (hedges.some(({ units }) => units > 0n) && !sameHedges) continue;
          for (const [s, { move }] of twins.groups[group]!.scenarios.entries()) {
            // Hedging may stop at another amount where two are as good; such groups are judged by their surplus below.
            if (move === null || hedges.length > 0) continue;
            expect(Math.abs(Number(scenarioPnl[s]! - (before.get(group)?.[s] ?? 0n)))).toBeLessThanOrEqual(
              rounding,
            );
          }
        }
        if (!sameHedges) continue;
        const of = (part: "initial" | "maintenance") => {
          const { instruments } = twins.coefficients.groups[(long as { group: number }).group]!;
          const n = (long as { instrument: number }).instrument;
          const rows = {
            initial: instruments[n + 1]!.shortInitial,
            maintenance: instruments[n + 1]!.shortMaintenance,
          };
          return quantity * (instruments[n]![part] + rows[part]);
        };
        const change = Number(together.initial - alone.initial - of("initial"));
        expect(change).toBeLessThanOrEqual(rounding);
        if (!model.chargesGross) expect(change).toBeGreaterThanOrEqual(-rounding);
      }
    });
  }

  test(
    model.notSubAdditive === undefined
      ? "asks of merged accounts no more than of both apart"
      : `asks no more of merged accounts, but for one thing: ${model.notSubAdditive}`,
    () => {
      const random = seeded(`merged ${model.name}`);
      let apart = 0;
      for (let i = 0; i < 2 * BOOKS; i++) {
        const [a, b] = booksOf(policy, random, 2);
        const sums = new Map(named(policy, a!));
        for (const [key, quantity] of named(policy, b!)) sums.set(key, (sums.get(key) ?? 0n) + quantity);
        const [left, right, both] = [a!, b!, entries(policy, sums)].map((book) => judged(policy, book));
        const holds =
          both!.shortfall <= left!.shortfall + right!.shortfall &&
          (both!.shortfall > 0n ||
            left!.shortfall + right!.shortfall > 0n ||
            both!.initial >= left!.initial + right!.initial);
        if (!holds) apart++;
      }
      if (model.notSubAdditive === undefined) expect(apart).toBe(0);
      else expect(apart).toBeGreaterThan(0);
    },
  );

  test.each(model.harsher)("%s: never asks for less", (_, edit) => {
    const file = copy(model.riskParameters);
    edit(file);
    const harsher = compilePolicy(copy(file), copy(model.marks));
    let more = 0;
    for (const book of booksOf(policy, seeded(`harsher ${model.name}`))) {
      const there = entries(harsher, named(policy, book));
      const [before, after] = [judged(policy, book), judged(harsher, there)];
      expectNoBetter(after, before, ROUNDING * sizeOf(policy, book));
      if (after.initial < before.initial) more++;
    }
    expect(more).toBeGreaterThan(0);
  });
});
