import { describe, expect, it } from "vitest";
import { openedTotals, type TotalsStatement } from "../../verifier/src/check/totals.ts";
import { FIELD, ROW_BLIND } from "../../verifier/src/constants.ts";
import { tableRows, totalsCommitment } from "../../verifier/src/encodings/totals.ts";
import { inverse, toField } from "../../verifier/src/field.ts";
import { toJson } from "../../verifier/src/formats/codecs.ts";
import { type TotalsFile, totalsFile } from "../../verifier/src/formats/totals.ts";
import { layoutOf, type Shape } from "../../verifier/src/policy/shape.ts";
import { tinyRiskParameters } from "../support/policies.ts";
import { seeded } from "../support/random.ts";

const shape = structuredClone(tinyRiskParameters.shape!);
const layout = layoutOf(shape as Shape);
const rows = tableRows(layout);

/** An epoch that committed to random totals, and the file that opens them. */
function committed(seed: string): { statement: TotalsStatement; file: TotalsFile } {
  const random = seeded(seed);
  const totals = rows.map((row) => ({ row, sum: 1n + random.below(1n << 80n) }));
  const file: TotalsFile = {
    format: "plimsoll.totals.1",
    salt: random.below(FIELD),
    totals,
    blind: random.below(FIELD),
  };
  const claims = [5n, ...Array.from({ length: shape.assets }, () => random.below(1n << 90n))];
  const all = new Map([...totals.map(({ row, sum }) => [row, sum] as const), [ROW_BLIND, file.blind]]);
  const statement = {
    circuits: { batches: [], epoch: { name: "some-epoch", circuitId: 1n, shape } },
    claims,
    totalsCommitment: totalsCommitment(layout, file.salt, all, claims),
  };
  return { statement, file };
}

const { statement, file } = committed("one");
const other = committed("two");
const opened = (changed: TotalsFile, of = statement) => openedTotals(of, toJson(totalsFile, changed));
const changedSum = (at: number, by: bigint): TotalsFile => ({
  ...file,
  totals: file.totals.map((one, i) => (i === at ? { ...one, sum: one.sum + by } : one)),
});

describe("published totals that are not what the epoch was committed to", () => {
  it.each(rows.map((row, at) => [row, at] as const))("are refused with row %i off by one unit", (_, at) => {
    for (const by of [1n, -1n]) {
      expect(() => opened(changedSum(at, by))).toThrow(
        /opening of this epoch's commitment, came other numbers/,
      );
    }
  });

  it.each<[string, TotalsFile, RegExp]>([
    ["another salt", { ...file, salt: file.salt ^ 1n }, /came other numbers/],
    ["another blind", { ...file, blind: file.blind ^ 1n }, /came other numbers/],
    ["the last row left out", { ...file, totals: file.totals.slice(0, -1) }, /others from place \d+ on/],
    ["no rows at all", { ...file, totals: [] }, /others from place 1 on/],
    ["a row too many", { ...file, totals: [...file.totals, { row: 7777, sum: 0n }] }, /others from place/],
    ["a row twice", { ...file, totals: [file.totals[0]!, ...file.totals] }, /others from place 2 on/],
    ["rows in another order", { ...file, totals: [...file.totals].reverse() }, /others from place 1 on/],
  ])("are refused with %s", (_, changed, words) => {
    expect(() => opened(changed)).toThrow(words);
  });

  it("are refused when two totals changed places under their rows' names", () => {
    const [first, second, ...rest] = file.totals;
    const totals = [{ ...first!, sum: second!.sum }, { ...second!, sum: first!.sum }, ...rest];
    expect(() => opened({ ...file, totals })).toThrow(/came other numbers/);
  });

  it("are refused when a total moved into the blind, as a sum and as it counts in the batches' sums", () => {
    const [first, ...rest] = file.totals;
    const totals = [{ ...first!, sum: 0n }, ...rest];
    const blind = (file.blind + first!.sum) % FIELD;
    expect(() => opened({ ...file, totals, blind })).toThrow(/came other numbers/);
    // As a fraction at beta: the batches' sums, which are public, would agree.
    const [beta, { row, sum }] = [1n << 200n, first!];
    const fraction = (sum * (beta - BigInt(ROW_BLIND)) * inverse(toField(beta - BigInt(row)))) % FIELD;
    expect(() => opened({ ...file, totals, blind: (file.blind + fraction) % FIELD })).toThrow(
      /came other numbers/,
    );
  });

  it("are refused with the order of the field added, which would hash to the same", () => {
    const text = toJson(totalsFile, file).replace(
      `"sum": "${file.totals[0]!.sum}"`,
      `"sum": "${file.totals[0]!.sum + FIELD}"`,
    );
    expect(() => openedTotals(statement, text)).toThrow(
      /field totals\.0\.sum: expected a sum below the field/,
    );
    const salted = toJson(totalsFile, file).replace(/"salt": "0x[^"]+"/, `"salt": "0x${FIELD.toString(16)}"`);
    expect(() => openedTotals(statement, salted)).toThrow(/field salt: expected a canonical field element/);
  });

  it("are refused in another epoch, and under other claims than they were committed with", () => {
    expect(() => opened(file, other.statement)).toThrow(/came other numbers/);
    const [insurance, first, ...claims] = statement.claims;
    expect(() => opened(file, { ...statement, claims: [insurance!, first! + 1n, ...claims] })).toThrow(
      /came other numbers/,
    );
    expect(() => opened(file, { ...statement, claims: statement.claims.slice(1) })).toThrow(
      /expected \d claims/,
    );
  });

  it.each<[string, string, RegExp]>([
    ["no JSON", "<html>", /public\/totals\.json: expected JSON/],
    ["another format", JSON.stringify({ format: "plimsoll.reserves.1" }), /field format/],
    ["negative sums", toJson(totalsFile, file).replace(/"sum": "/, '"sum": "-'), /field totals\.0\.sum/],
    ["further fields", toJson(totalsFile, file).replace("{", '{ "note": "trust me",'), /note/],
  ])("are refused as a file of %s", (_, text, words) => {
    expect(() => openedTotals(statement, text)).toThrow(words);
  });
});

describe("published totals", () => {
  it("open the commitment, and come back by row", () => {
    expect([...opened(file)]).toEqual(file.totals.map(({ row, sum }) => [row, sum]));
  });
});
