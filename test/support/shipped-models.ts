import { readFileSync } from "node:fs";
import type { Marks, RiskParameters } from "../../verifier/src/policy/schemas.ts";
import { twoGroupMarks, twoGroupRiskParameters } from "./policies.ts";

/** A JSON file that a test may change. */
// biome-ignore lint/suspicious/noExplicitAny: edited by path, and parsed by the model's schema afterwards.
export type Json = any;

/** A policy of a model, with what the invariances of all models need to know about it. One line per model below. */
export interface ShippedModel {
  readonly name: string;
  readonly riskParameters: RiskParameters;
  readonly marks: Marks;
  /** Fields of the risk parameters that are amounts of quote, by name. */
  readonly money: readonly string[];
  /** Changes that ask for more, or for as much, of every account. */
  readonly harsher: readonly (readonly [what: string, edit: (file: Json) => void])[];
  /** Whether a long and a short of one thing are charged beyond their own rows, gross. */
  readonly chargesGross: boolean;
  /** Why accounts merged may need more than they did apart; absent where they never do. */
  readonly notSubAdditive?: string;
}

const example = (name: string) => {
  const read = (file: string): Json =>
    JSON.parse(readFileSync(new URL(`../../examples/${name}/${file}.json`, import.meta.url), "utf8"));
  return { name: `examples/${name}`, riskParameters: read("risk-parameters"), marks: read("marks") };
};

const times = (value: string, factor: number): string => (Number(value) * factor).toFixed(6);
/** Both levels of a field by a factor. */
const scaleLevels = (levels: Json, factor: number): void => {
  for (const level of ["maintenance", "initial"]) levels[level] = times(levels[level], factor);
};

/** What every model has. */
const HARSHER: ShippedModel["harsher"] = [
  [
    "larger haircuts",
    (file) => {
      for (const { weight } of file.collateral.slice(1)) scaleLevels(weight, 0.9);
    },
  ],
  [
    "heavier debts",
    (file) => {
      for (const { debtWeight } of file.collateral) scaleLevels(debtWeight, 1.1);
    },
  ],
];
const largerFactor: ShippedModel["harsher"] = [
  ["a larger factor", (file) => scaleLevels(file.marginFactor, 1.25)],
];

const GRID: ShippedModel["harsher"] = [
  ...HARSHER,
  ...largerFactor,
  [
    "larger buffers",
    (file) => {
      for (const { buffers } of file.groups) for (const of of Object.values(buffers)) scaleLevels(of, 1.5);
    },
  ],
];

const moreScenarios: ShippedModel["harsher"] = [
  [
    "more scenarios",
    (file) => {
      for (const { grid } of file.groups)
        grid.scenarios?.push(
          { kind: "move", spot: "-0.4", volatility: "up", weight: "0.7" },
          { kind: "move", spot: "0.3", volatility: "same", weight: "1" },
        );
    },
  ],
];

export const SHIPPED: readonly ShippedModel[] = [
  {
    name: "grid, both presets",
    riskParameters: twoGroupRiskParameters,
    marks: twoGroupMarks,
    money: [],
    harsher: [
      ...GRID,
      ["a larger add-on for many assets", (file) => Object.assign(file, { cardinalityAddOn: "0.01" })],
    ],
    chargesGross: false,
  },
  {
    ...example("grid"),
    money: [],
    harsher: [
      ...GRID,
      ...moreScenarios,
      ["a larger charge on naked shorts", (file) => scaleLevels(file.groups[0].nakedShort, 2)],
      ["a higher floor by net delta", (file) => Object.assign(file.groups[0].delta, { net: "0.2" })],
      [
        "a higher floor by gross delta",
        (file) => Object.assign(file.groups[0].delta, { net: "0.3", hedged: "0.6" }),
      ],
      [
        "higher minimum charges",
        (file) =>
          Object.assign(file.groups[1].grossMinimum, {
            linear: "0.2",
            optionLong: "0.1",
            optionShort: "0.3",
          }),
      ],
      ["less of gains that offsets", (file) => Object.assign(file.clusters[0], { offset: "0.2" })],
      ["more of each member's own loss", (file) => Object.assign(file.clusters[0], { independent: "0.9" })],
      ["no cluster", (file) => Object.assign(file, { clusters: undefined })],
    ],
    chargesGross: true,
  },
  {
    ...example("span"),
    money: ["shortOptionMinimum", "charge"],
    harsher: [
      ...HARSHER,
      ...largerFactor,
      [
        "a higher short-option minimum",
        (file) => Object.assign(file.groups[0], { shortOptionMinimum: "3000" }),
      ],
      [
        "a higher calendar charge",
        (file) => Object.assign(file.groups[0].calendar.spreads[0], { charge: "2000" }),
      ],
    ],
    chargesGross: true,
  },
  {
    ...example("tims"),
    money: ["linear", "option"],
    harsher: [
      // Weight and refund of shares make exactly 1 at both levels, so a haircut is larger by as much at each.
      [
        "larger haircuts",
        (file) => Object.assign(file.collateral[1].weight, { maintenance: "0.8", initial: "0.7625" }),
      ],
      HARSHER[1]!,
      ...largerFactor,
      [
        "higher minimum charges",
        (file) => {
          for (const group of file.groups) Object.assign(group.minimumCharge, { linear: "30", option: "2" });
        },
      ],
      ["less of gains that offsets", (file) => Object.assign(file.productGroups[0], { offset: "0.2" })],
      [
        "more of each class's own loss",
        (file) => Object.assign(file.productGroups[0], { independent: "0.9" }),
      ],
      ["no product group", (file) => Object.assign(file, { productGroups: undefined })],
    ],
    chargesGross: true,
  },
  {
    ...example("derive-pmrm2"),
    money: [],
    harsher: [
      ...HARSHER,
      ...largerFactor,
      [
        "more scenarios",
        (file) => {
          for (const { scenarios } of file.groups)
            scenarios.push({ kind: "move", spot: "-0.3", volatility: "up", dampening: "0.8" });
        },
      ],
      ["a larger charge on naked shorts", (file) => scaleLevels(file.groups[0].nakedShortCharge, 3)],
      ["a larger charge on perps", (file) => scaleLevels(file.groups[0].perpCharge, 2)],
      ["a larger basis contingency", (file) => Object.assign(file.groups[0].basis, { add: "4" })],
      ["gains that count less", (file) => Object.assign(file.groups[0].discount.gain, { static: "0.8" })],
      ["doubts that cost more", (file) => Object.assign(file.confidence, { threshold: "0.99", factor: "2" })],
      ["a peg that is lost sooner", (file) => Object.assign(file.peg, { threshold: "1.05" })],
    ],
    chargesGross: false,
  },
  {
    ...example("haircut"),
    money: ["upTo"],
    harsher: [
      [
        "lower weights",
        (file) => {
          for (const { tiers } of file.collateral)
            for (const tier of tiers) tier.weight = times(tier.weight, 0.9);
        },
      ],
      [
        "lower bounds",
        (file) => {
          for (const { tiers } of file.collateral)
            for (const tier of tiers) if (tier.upTo) tier.upTo = times(tier.upTo, 0.1);
        },
      ],
      [
        "no tier but the first",
        (file) => {
          for (const asset of file.collateral) asset.tiers = asset.tiers.slice(0, 1);
        },
      ],
      ["less of it in initial margin", (file) => Object.assign(file.tierFactor, { initial: "0.8" })],
      [
        "heavier debts",
        (file) => {
          for (const { debtWeight } of file.collateral) scaleLevels(debtWeight, 1.1);
        },
      ],
    ],
    chargesGross: false,
    notSubAdditive: "collateral counts less the more one account holds",
  },
];
