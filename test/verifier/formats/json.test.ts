import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountStatement, signAccountStatement } from "../../../prover/src/account-statements/sign.ts";
import { jsonOf } from "../../../prover/src/cli/policy-files.ts";
import {
  accountStatementFromJson,
  accountStatementToJson,
} from "../../../verifier/src/formats/account-statement.ts";
import { bundleFromJson, bundleToJson } from "../../../verifier/src/formats/bundle.ts";
import { parseJson, RepeatedNameError } from "../../../verifier/src/formats/json.ts";
import { ADA_EXCHANGE_KEY, ADA_HOLDINGS, adaBundle, adaPolicy } from "../../support/ada.ts";
import { singleEdits } from "../../support/single-edits.ts";

describe("JSON in which an object has a name twice (attack row 33)", () => {
  it.each([
    ["side by side", '{"a":1,"a":1}'],
    ["further on", '{"a":{"b":[1,{"c":2}]},"d":0,"a":3}'],
    ["in an inner object", '[{"x":[{"a":1,"b":{},"a":2}]}]'],
    ["in another spelling", '{"a":1,"\\u0061":2}'],
    ["after a text that looks like an end", '{"a":"}","b":"\\\\","a":"{\\""}'],
    ["with blanks before the colon", '{"a":1,"a" \n :2}'],
    ["that objects inherit", '{"__proto__":1,"__proto__":2}'],
  ])("is refused: %s", (_, text) => {
    expect(() => parseJson(text)).toThrow(RepeatedNameError);
  });

  it("is taken where the name is another object's, or a value", () => {
    for (const text of [
      '[{"a":1},{"a":1}]',
      '{"a":{"a":{"a":"a"}}}',
      '{"a":"a","b":["a","a"]}',
      '{"a":"\\"a\\":"}',
    ]) {
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }
  });

  it("is never found in what was written from a value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, null, 1);
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("is looked for in a text of any length, escape after escape", () => {
    const long = JSON.stringify("\n".repeat(4_000_000));
    expect(parseJson(`{"a":${long},"b":1}`)).toHaveProperty("b", 1);
    expect(() => parseJson(`{"a":${long},"a":1}`)).toThrow(RepeatedNameError);
  });

  it("is refused by name in bundles, statements and policies, which others may read otherwise", () => {
    const text = bundleToJson(adaBundle()).replace('"epoch"', '"userId": "bob", "epoch"');
    expect(() => bundleFromJson(text, "ada.json")).toThrow(
      'ada.json: expected each name once in an object, came "userId" again',
    );
    expect(() => accountStatementFromJson('{"epoch":"1","epoch":"2"}', "s.json")).toThrow(/each name once/);
    expect(() => jsonOf('{"quote":"USDT","quote":"USD"}', "risk.json")).toThrow(
      /^risk.json: expected each name once/,
    );
  });
});

it("a file that does not fit is refused without what is in it (attack row 35)", () => {
  const statement = accountStatementToJson(
    signAccountStatement(
      ADA_EXCHANGE_KEY,
      accountStatement(adaBundle(), adaPolicy, { ...adaBundle(), holdings: ADA_HOLDINGS }),
    ),
  );
  for (const [read, text] of [
    [bundleFromJson, bundleToJson(adaBundle())],
    [accountStatementFromJson, statement],
  ] as const) {
    for (const { where, edited } of singleEdits(JSON.parse(text), () => "s3cret-balance")) {
      let message = "";
      try {
        read(JSON.stringify(edited), "file");
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message, where).not.toContain("s3cret");
    }
  }
});
