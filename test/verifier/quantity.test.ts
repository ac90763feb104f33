import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_QUANTITY } from "../../verifier/src/constants.ts";
import {
  ceilingAt,
  formatQuantity,
  LARGEST_QUANTITY,
  parseDecimal,
  parseQuantity,
  QuantityError,
  splitQuantity,
} from "../../verifier/src/encodings/quantity.ts";

const quantity = fc.bigInt(0n, LARGEST_QUANTITY);
const decimals = fc.nat(18);

describe("parseQuantity", () => {
  it.each([
    ["", "not-a-number"],
    [".5", "not-a-number"],
    ["5.", "not-a-number"],
    ["1 000", "not-a-number"],
    ["1,000", "not-a-number"],
    ["1_000", "not-a-number"],
    ["0x1", "not-a-number"],
    ["NaN", "not-a-number"],
    ["-Infinity", "not-a-number"],
    ["1e", "not-a-number"],
    ["1e9999", "not-a-number"],
    ["\u0661", "not-a-number"],
    ["1\n", "not-a-number"],
    ["9".repeat(101), "not-a-number"],
    ["-1", "negative"],
    ["-1e-9", "negative"],
    ["0.123456789", "excess-digits"],
    ["1e-9", "excess-digits"],
    ["1e20", "overflow"],
  ])("refuses %j as %s without repeating it", (text, code) => {
    const refused = attempt(() => parseQuantity(text, 8));
    expect(refused).toBeInstanceOf(QuantityError);
    expect((refused as QuantityError).code).toBe(code);
    if (/\d{3}/.test(text)) expect((refused as QuantityError).message).not.toContain(text.slice(0, 9));
  });

  it("takes the largest quantity and refuses one unit more", () => {
    expect(parseQuantity(formatQuantity(LARGEST_QUANTITY, 8), 8)).toBe(LARGEST_QUANTITY);
    expect(() => parseQuantity(formatQuantity(LARGEST_QUANTITY + 1n, 8), 8)).toThrow(QuantityError);
  });

  it("reads back every formatted quantity", () => {
    fc.assert(fc.property(quantity, decimals, (q, d) => parseQuantity(formatQuantity(q, d), d) === q));
  });

  it("reads plain, zero-padded and scientific forms of one number alike", () => {
    fc.assert(
      fc.property(quantity, decimals, fc.integer({ min: -20, max: 20 }), fc.nat(5), (q, d, shift, zeros) => {
        const pad = "0".repeat(zeros);
        const scientific = `${pad}${formatQuantity(q, d + 20 + shift)}${formatQuantity(q, d + 20 + shift).includes(".") ? pad : ""}E+${20 + shift}`;
        const text = shift === -20 ? scientific.replace("E+0", "") : scientific;
        expect(parseQuantity(text, d)).toBe(q);
      }),
    );
  });

  it("is exact: never what a double would make of it", () => {
    fc.assert(
      fc.property(fc.bigInt(2n ** 53n, MAX_QUANTITY), (q) => {
        expect(parseQuantity(`${q}e-8`, 8)).toBe(q);
      }),
    );
  });

  it("refuses any digit below the unit, however far below", () => {
    fc.assert(
      fc.property(
        quantity,
        decimals,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 9 }),
        (q, d, below, digit) => {
          const base = formatQuantity(q, d);
          const [whole, fraction = ""] = base.split(".");
          const text = `${whole}.${fraction.padEnd(d + below - 1, "0")}${digit}`;
          expect((attempt(() => parseQuantity(text, d)) as QuantityError).code).toBe("excess-digits");
        },
      ),
    );
  });
});

describe("ceilingAt", () => {
  it("is the least integer that is not below the number, for both signs", () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 20n), 10n ** 20n), decimals, decimals, (n, places, d) => {
        const units = ceilingAt(parseDecimal(formatQuantity(n, places)), d);
        const [scaled, one] = [n * 10n ** BigInt(d), 10n ** BigInt(places)];
        expect(units * one >= scaled && (units - 1n) * one < scaled).toBe(true);
      }),
    );
  });
});

describe("splitQuantity", () => {
  it("sums to the quantity, fills all parts but the last and has no zeros", () => {
    fc.assert(
      fc.property(quantity, (q) => {
        const parts = splitQuantity(q);
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(q);
        expect(parts.slice(0, -1).every((part) => part === MAX_QUANTITY)).toBe(true);
        expect(parts.every((part) => part > 0n && part <= MAX_QUANTITY)).toBe(true);
      }),
    );
  });
});

function attempt(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
