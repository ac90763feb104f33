import type { AccountStatement } from "../formats/account-statement.ts";
import type { Bundle } from "../formats/bundle.ts";
import { checkAccountStatement, type StatementContext, whatItProves } from "./account-statement.ts";
import { type BundleContext, checkBundle } from "./bundle.ts";
import type { Report } from "./report.ts";

/** What an exchange gave about one account: a bundle, a statement, or both. */
export interface AccountFiles {
  readonly bundle?: Bundle;
  readonly statement?: AccountStatement;
}

/** Everything that was looked at, and what a statement proves beside it. */
export interface AccountReport extends Report {
  /** What the statement is good for beside the bundle; left out where there is none. */
  readonly proves?: string;
}

/** Checks a bundle, a statement, or both beside each other: the steps of the bundle come first. Never throws for bad ones. */
export async function checkAccountFiles(
  { bundle, statement }: AccountFiles,
  context: BundleContext & Pick<StatementContext, "exchange"> = {},
): Promise<AccountReport> {
  const { own, policy, attestations, exchange } = context;
  const counted = bundle && (await checkBundle(bundle, context));
  const stated =
    statement &&
    (await checkAccountStatement(statement, {
      ...(bundle === undefined ? {} : { bundle }),
      ...(own?.userId === undefined ? {} : { userId: own.userId }),
      ...(exchange === undefined ? {} : { exchange }),
      ...(policy === undefined ? {} : { policy }),
      ...(attestations === undefined ? {} : { attestations }),
    }));
  const reports = [counted, stated].filter((report) => report !== undefined);
  return {
    passed: reports.every(({ passed }) => passed),
    steps: reports.flatMap(({ steps }) => steps),
    ...(stated === undefined ? {} : { proves: whatItProves(stated, counted) }),
  };
}
