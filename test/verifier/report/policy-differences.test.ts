import { describe, expect, it } from "vitest";
import { riskParameterDifferences } from "../../../verifier/src/report/policy-differences.ts";
import { type Json, SHIPPED } from "../../support/shipped-models.ts";

const modelOf = (name: string) => SHIPPED.find((model) => model.name === name)!.riskParameters;

describe("what a change of risk parameters does", () => {
  it.each(
    SHIPPED.flatMap(({ name, riskParameters, harsher }) =>
      harsher.map(([what, edit]) => ({ name, what, edit, riskParameters })),
    ),
  )("is never called looser where it asks for more: $name, $what", ({ edit, riskParameters }) => {
    const after = structuredClone(riskParameters);
    edit(after);
    // As a file, which has no undefined fields.
    const found = riskParameterDifferences(riskParameters, JSON.parse(JSON.stringify(after)));
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(({ effect }) => effect === "looser")).toEqual([]);
  });

  it.each<[string, (file: Json) => unknown, string, "looser" | "stricter"]>([
    ["span", (p) => (p.groups[0].scan.range = "0.2"), 'group "BTC", scan, range: larger moves', "stricter"],
    [
      "span",
      (p) => (p.groups[0].shortOptionMinimum = "1"),
      'group "BTC", short option minimum: the minimum',
      "looser",
    ],
    [
      "span",
      (p) => (p.groups[0].calendar.spreads[0].charge = "9"),
      'group "BTC", calendar, spreads, 0, charge: months',
      "looser",
    ],
    [
      "tims",
      (p) => (p.productGroups[0].offset = "1"),
      'product group "INDICES", offset: gains count for more',
      "looser",
    ],
    [
      "tims",
      (p) => (p.groups[1].minimumCharge.option = "1"),
      'group "GROWTH", minimum charge, option: the minimum charge is higher',
      "stricter",
    ],
    [
      "tims",
      (p) => (p.groups[1].points.down = "0.05"),
      'group "GROWTH", points, down: smaller moves',
      "looser",
    ],
  ])("is said in words for model %s, %s", (model, edit, words, effect) => {
    const before = modelOf(`examples/${model}`);
    const after = structuredClone(before);
    edit(after);
    const found = riskParameterDifferences(before, after).map((of) => [
      `${of.where}: ${of.words.replace(/^.* -> [^:]*: /, "")}`,
      of.effect,
    ]);
    expect(found).toEqual([[expect.stringContaining(words), effect]]);
  });
});
