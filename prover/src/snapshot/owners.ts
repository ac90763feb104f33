import { FIELD } from "@plimsoll/verifier/constants.ts";
import { accountId, columnsOf } from "./columns.ts";
import { SnapshotError } from "./error.ts";
import { openTable } from "./open-table.ts";

export interface AccountOwner {
  readonly account: string;
  readonly file: string;
  readonly line: number;
  readonly owner: bigint;
}

/** Owners of a file `account,owner`: field elements, decimal or hexadecimal with 0x. Throws a SnapshotError. */
export async function* readOwners(file: string): AsyncGenerator<AccountOwner> {
  const table = await openTable(file);
  const at = columnsOf(table, ["account", "owner"]);
  for await (const rows of table.rows) {
    for (const { line, cells } of rows) {
      const account = accountId(cells[at.account]!, file, line, "account");
      const text = cells[at.owner]!;
      const owner = /^(0x[0-9a-fA-F]{1,64}|\d{1,78})$/.test(text) ? BigInt(text) : FIELD;
      if (owner >= FIELD) {
        const place = { file, line, field: "owner" };
        throw new SnapshotError("broken-row", place, "a field element", "another text or a larger number");
      }
      yield { account, file, line, owner };
    }
  }
}
