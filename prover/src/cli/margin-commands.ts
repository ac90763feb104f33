import { type CompiledPolicy, compilePolicy } from "@plimsoll/verifier/policy/compile.ts";
import { accountReport } from "@plimsoll/verifier/report/account-report.ts";
import { exchangeReport } from "@plimsoll/verifier/report/exchange-report.ts";
import { reportJson } from "@plimsoll/verifier/report/format.ts";
import { accountHtml, exchangeHtml } from "@plimsoll/verifier/report/render-html.ts";
import { accountText, exchangeText } from "@plimsoll/verifier/report/render-text.ts";
import { writePrivate } from "../pipeline/files.ts";
import { type Progress, StageClock } from "../pipeline/progress.ts";
import { ConfigError } from "../pipeline/run-epoch.ts";
import type { DustRule } from "../snapshot/amounts.ts";
import { SnapshotError } from "../snapshot/error.ts";
import { normalise, type Snapshot } from "../snapshot/normalise.ts";
import { rowLookup } from "../snapshot/rows.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { readJson } from "./policy-files.ts";

export interface MarginOptions {
  readonly riskParameters: string;
  readonly marks: string;
  readonly balances?: readonly string[];
  readonly positions?: readonly string[];
  readonly dust?: DustRule;
  /** Where to write the report as HTML, for its owner's eyes only. */
  readonly html?: string;
  readonly json?: boolean;
}

/** `margin account`: the report of one account. Reads no further than the account, and checks nothing of the others. */
export async function marginAccountCommand(options: MarginOptions & { user: string }): Promise<Outcome> {
  const { policy, snapshot } = await opened(options);
  let seen = 0;
  const found = await explained(async () => {
    for await (const account of snapshot.accounts) {
      seen++;
      if (account.userId === options.user) return account;
    }
    return undefined;
  });
  if (found === undefined) {
    const files = [...(options.balances ?? []), ...(options.positions ?? [])].join(", ");
    throw new ConfigError(
      `--user "${options.user}": expected an account of ${files}, came none of its ${seen}: ids are spelled as in the files`,
    );
  }
  const report = accountReport(policy, found.holdings, { userId: found.userId });
  return finished(options, report, accountText(report), () => accountHtml(report));
}

/** `margin exchange`: the report of all accounts of a snapshot. */
export async function marginExchangeCommand(options: MarginOptions, progress: Progress): Promise<Outcome> {
  const { policy, snapshot } = await opened(options);
  const clock = new StageClock(progress, "margin", "accounts");
  const report = await explained(() => exchangeReport(policy, clock.count(snapshot.accounts)));
  clock.finish();
  return finished(options, report, exchangeText(report), () => exchangeHtml(report));
}

async function opened(options: MarginOptions): Promise<{ policy: CompiledPolicy; snapshot: Snapshot }> {
  const { balances = [], positions = [], dust } = options;
  if (balances.length + positions.length === 0)
    throw new ConfigError("expected --balances FILE... or --positions FILE..., came neither");
  const policy = compilePolicy(await readJson(options.riskParameters), await readJson(options.marks));
  const snapshot = normalise({ balances, positions }, rowLookup(policy), {
    quote: policy.riskParameters.quote,
    ...(dust === undefined ? {} : { dust }),
  });
  return { policy, snapshot };
}

/** Says which option helps where a snapshot's error can be helped by one. */
async function explained<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof SnapshotError) || error.code !== "excess-digits") throw error;
    throw Object.assign(new ConfigError(`${error.message}: give --dust credit to allow it`), {
      cause: error,
    });
  }
}

async function finished(
  { html, json = false }: MarginOptions,
  report: object,
  text: string,
  page: () => string,
): Promise<Outcome> {
  if (html !== undefined) await writeReport(html, page());
  if (json) return { text: reportJson(report), exitCode: EXIT.done };
  const written = html === undefined ? "" : `\nwritten to ${html}: open it in a browser; it loads nothing\n`;
  return { text: text + written, exitCode: EXIT.done };
}

/** Positions are their owner's business: nobody else on the machine may read the file. */
async function writeReport(file: string, text: string): Promise<void> {
  try {
    await writePrivate(file, text);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const message = `--html ${file}: expected a file that can be written, came ${code}: does its folder exist?`;
    throw Object.assign(new ConfigError(message), { cause });
  }
}
