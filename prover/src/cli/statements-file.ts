import { readFile } from "node:fs/promises";
import { fromJson, natural, toJson } from "@plimsoll/verifier/formats/codecs.ts";
import { z } from "zod";
import type { SignedStatement } from "../chain/reserves.ts";

/** Attestors' statements of one epoch, as they sent them to the exchange: `signStatement` makes them. */
const statementsFormat = z.strictObject({
  format: z.literal("plimsoll.statements.1"),
  statements: z.array(
    z.strictObject({
      attestor: z.string().regex(/^0x[0-9a-fA-F]{40}$/, "expected 0x and 40 hex digits"),
      /** Numbers of assets in the policy, ascending. */
      assets: z.array(z.int().nonnegative()),
      /** Of each, in units of its row. */
      amounts: z.array(natural),
      signature: z.string().regex(/^0x([0-9a-fA-F]{2})*$/, "expected 0x and hex digits"),
    }),
  ),
});

/** Throws FormatError with the file, the field and what was expected. */
export async function readStatements(file: string): Promise<readonly SignedStatement[]> {
  return fromJson(statementsFormat, await readFile(file, "utf8"), file).statements;
}

/** The text of a statements file that `readStatements` reads back. */
export function statementsText(statements: readonly SignedStatement[]): string {
  return toJson(statementsFormat, {
    format: "plimsoll.statements.1",
    statements: statements.map(({ attestor, assets, amounts, signature }) => ({
      ...{ attestor, signature },
      assets: [...assets],
      amounts: [...amounts],
    })),
  });
}
