/**
 * `@plimsoll/verifier/statement`: what an exchange signed about one account, and a check of it beside her bundle. Apart from
 * the rest because a signature takes another curve.
 *
 * @module
 */
export { type AccountFiles, type AccountReport, checkAccountFiles } from "./check/account.ts";
export { checkAccountStatement, type StatementContext } from "./check/account-statement.ts";
export {
  type AccountStatement,
  accountStatementDigest,
  accountStatementFromJson,
  accountStatementMessage,
  accountStatementToJson,
  type StatedHolding,
  type UnsignedStatement,
} from "./formats/account-statement.ts";
export { type Evidence, evidenceFromJson, evidenceToJson } from "./formats/evidence.ts";
