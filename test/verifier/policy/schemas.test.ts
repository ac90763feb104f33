import { describe, expect, it } from "vitest";
import {
  type GridParameters,
  type Marks,
  PolicyFileError,
  parseMarks,
  parseRiskParameters,
  policyJsonSchemas,
} from "../../../verifier/src/policy/schemas.ts";
import {
  tinyMarks,
  tinyRiskParameters,
  twoGroupMarks,
  twoGroupRiskParameters,
} from "../../support/policies.ts";

/** A deep copy with one edit. */
function edited<T>(file: T, edit: (copy: T) => void): T {
  const copy = structuredClone(file);
  edit(copy);
  return copy;
}

const parameters = (edit: (copy: GridParameters) => void) => () =>
  parseRiskParameters(edited(twoGroupRiskParameters, edit));
const marks = (edit: (copy: Marks) => void) => () => parseMarks(edited(twoGroupMarks, edit));

describe("risk parameters", () => {
  const refused: [claim: string, edit: (copy: GridParameters) => void, message: string][] = [
    ["an unknown field", (p) => Object.assign(p, { haircuts: [] }), 'Unrecognized key: "haircuts"'],
    ["another format", (p) => Object.assign(p, { format: "x" }), "format: "],
    ["an unknown model", (p) => Object.assign(p, { model: "var" }), "model: "],
    [
      "a number for a decimal",
      (p) => Object.assign(p.collateral[0]!.weight, { initial: 0.8 }),
      "weight.initial",
    ],
    [
      "an exponent",
      (p) => Object.assign(p.marginFactor, { initial: "1e0" }),
      "plain decimal|decimal of at least 0",
    ],
    ["a sign where none may be", (p) => Object.assign(p.marginFactor, { initial: "-1" }), "at least 0"],
    ["a factor of 0", (p) => Object.assign(p.marginFactor, { maintenance: "0.0" }), "above 0"],
    [
      "a weight above 1",
      (p) => Object.assign(p.collateral[1]!, { weight: { maintenance: "1.01", initial: "1" } }),
      "fraction",
    ],
    [
      "an initial weight above maintenance",
      (p) => Object.assign(p.collateral[0]!.weight, { initial: "0.86" }),
      "collateral.0.weight: expected maintenance",
    ],
    [
      "a debt that costs less than its value",
      (p) => Object.assign(p.collateral[0]!.debtWeight, { maintenance: "0.99" }),
      'at least "1"',
    ],
    [
      "a debt that costs less in initial",
      (p) => Object.assign(p.collateral[0]!.debtWeight, { initial: "1.2" }),
      "collateral.0.debtWeight",
    ],
    [
      "a weight of an issuer-affiliated asset",
      (p) => Object.assign(p.collateral[3]!, { weight: { maintenance: "0.1", initial: "0" } }),
      "issuer-affiliated",
    ],
    [
      "an asset twice",
      (p) => p.collateral.push(p.collateral[0]!),
      'collateral.4.symbol: asset "ETH" is listed twice',
    ],
    ["no collateral", (p) => p.collateral.splice(0), "collateral: "],
    ["a quote that is not accepted", (p) => Object.assign(p, { quote: "EUR" }), 'quote currency "EUR"'],
    [
      "a quote that cannot be owed",
      (p) => Object.assign(p.collateral[1]!, { borrowable: false }),
      "must be borrowable",
    ],
    [
      "maintenance above initial",
      (p) => Object.assign(p.marginFactor, { maintenance: "1.3" }),
      "marginFactor",
    ],
    [
      "a buffer that shrinks in initial",
      (p) => Object.assign(p.groups[0]!.buffers.linear, { initial: "0.001" }),
      "buffers.linear",
    ],
    [
      "an instrument twice",
      (p) => p.groups[1]!.instruments.push(p.groups[0]!.instruments[0]!),
      '"BTC-PERP" is already taken',
    ],
    [
      "an instrument named like an asset",
      (p) => Object.assign(p.groups[0]!.instruments[0]!, { symbol: "ETH" }),
      '"ETH" is already taken',
    ],
    [
      "an option without a strike",
      (p) => Object.assign(p.groups[0]!.instruments[0]!, { kind: "call" }),
      "strike",
    ],
    [
      "a perp with an expiry",
      (p) => Object.assign(p.groups[0]!.instruments[0]!, { expiry: "2027-03-26T08:00:00Z" }),
      "expiry",
    ],
    [
      "a day that does not exist",
      (p) => Object.assign(p.groups[0]!.instruments[1]!, { expiry: "2027-13-26T08:00:00Z" }),
      "date that exists",
    ],
    [
      "a time zone",
      (p) => Object.assign(p.groups[0]!.instruments[1]!, { expiry: "2027-03-26T08:00:00+01:00" }),
      "UTC time",
    ],
    [
      "an unknown preset",
      (p) => Object.assign(p.groups[0]!, { grid: { preset: "crypto-41", range: "0.1" } }),
      "expected a grid",
    ],
    [
      "a move of all the price",
      (p) =>
        Object.assign(p.groups[0]!, {
          grid: {
            volatility: twoVolatility,
            scenarios: [{ kind: "move", spot: "-1.0", volatility: "up", weight: "1" }],
          },
        }),
      "less than all of it",
    ],
    [
      "a hedge that is no collateral",
      (p) => Object.assign(p.groups[0]!.hedge!, { asset: "SOL" }),
      "not in the collateral",
    ],
    [
      "one asset hedging in two groups",
      (p) => Object.assign(p.groups[1]!.hedge!, { asset: "BTC" }),
      'hedges in group "BTC" already',
    ],
    [
      "an issuer-affiliated asset that hedges",
      (p) => Object.assign(p.groups[0]!.hedge!, { asset: "OWN" }),
      'groups.0.hedge.asset: "OWN" is issuer-affiliated',
    ],
    [
      "a refund above the haircut",
      (p) => Object.assign(p.groups[0]!.hedge!.refund, { maintenance: "0.11" }),
      "exceeds 1",
    ],
    [
      "a refund that lifts initial above maintenance",
      (p) => Object.assign(p.groups[0]!.hedge!.refund, { initial: "0.14" }),
      "more in initial",
    ],
    ["a group twice", (p) => Object.assign(p.groups[1]!, { name: "BTC" }), 'group "BTC" is listed twice'],
    ["19 decimals", (p) => Object.assign(p.collateral[0]!, { decimals: 19 }), "0 to 18"],
    [
      "a token address that is none",
      (p) => Object.assign(p.collateral[0]!.tokens![0]!, { address: "0x12" }),
      "20-byte",
    ],
  ];
  const twoVolatility = {
    up: "0",
    down: "0",
    floor: "0",
    pivotDays: "30",
    nearExponent: "0",
    farExponent: "0",
  };
  for (const [claim, edit, message] of refused) {
    it(`refuses ${claim}, and says where`, () => {
      expect(parameters(edit)).toThrow(PolicyFileError);
      expect(parameters(edit)).toThrow(new RegExp(message.replace(/[.()"]/g, "\\$&")));
    });
  }

  it("names every problem at once", () => {
    const edit = (p: GridParameters) => {
      Object.assign(p, { quote: "EUR" });
      Object.assign(p.marginFactor, { maintenance: "9" });
    };
    expect(parameters(edit)).toThrow(/quote: .*; marginFactor: /);
  });

  it("accepts the test policies unchanged: parsing fills nothing in", () => {
    expect(parseRiskParameters(tinyRiskParameters)).toEqual(tinyRiskParameters);
    expect(parseRiskParameters(twoGroupRiskParameters)).toEqual(twoGroupRiskParameters);
  });
});

describe("marks", () => {
  const refused: [claim: string, edit: (copy: Marks) => void, message: string][] = [
    ["an unknown field", (m) => Object.assign(m, { funding: {} }), 'Unrecognized key: "funding"'],
    [
      "a price of 0",
      (m) => Object.assign(m.spot.BTC!, { price: "0.00" }),
      "spot.BTC.price: expected a decimal above 0",
    ],
    ["a negative price", (m) => Object.assign(m.spot.BTC!, { price: "-1" }), "spot.BTC.price"],
    ["NaN", (m) => Object.assign(m.spot.BTC!, { price: "NaN" }), "spot.BTC.price"],
    [
      "a volatility of 0",
      (m) => Object.assign(m.expiries.ETH!["2027-03-26T08:00:00Z"]!.volatility, { "4000": "0" }),
      "above 0",
    ],
    [
      "a strike that is no number",
      (m) => Object.assign(m.expiries.ETH!["2027-03-26T08:00:00Z"]!.volatility, { atm: "1" }),
      "volatility",
    ],
    ["a local time", (m) => Object.assign(m, { observedAt: "2026-11-20 08:00" }), "UTC time"],
  ];
  for (const [claim, edit, message] of refused) {
    it(`refuses ${claim}, and says where`, () => {
      expect(marks(edit)).toThrow(PolicyFileError);
      expect(marks(edit)).toThrow(message);
    });
  }

  it("accepts the test marks unchanged", () => {
    expect(parseMarks(tinyMarks)).toEqual(tinyMarks);
    expect(parseMarks(twoGroupMarks)).toEqual(twoGroupMarks);
  });
});

describe("JSON schemas", () => {
  it("follow from the same source, closed to unknown fields", () => {
    const schemas = policyJsonSchemas();
    const { oneOf } = schemas.riskParameters as { oneOf: unknown[] };
    for (const model of oneOf) expect(model).toMatchObject({ type: "object", additionalProperties: false });
    expect(schemas.marks).toMatchObject({ required: expect.arrayContaining(["observedAt", "spot"]) });
    expect(JSON.stringify(schemas.riskParameters)).toContain('"const":"crypto-40"');
  });
});
