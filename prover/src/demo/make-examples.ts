import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { compilePolicy } from "@plimsoll/verifier/policy/compile.ts";
import { completeAccount } from "@plimsoll/verifier/policy/complete.ts";
import { readSchedules } from "../snapshot/collateral-schedules.ts";
import { normalise, type SnapshotFiles } from "../snapshot/normalise.ts";
import { reservesText } from "../snapshot/reserves.ts";
import { rowLookup } from "../snapshot/rows.ts";
import { HAIRCUT_ACCOUNTS, haircutPolicy } from "./examples/haircut.ts";
import { balancesCsv, marginAccounts, positionsCsv } from "./examples/margin-accounts.ts";
import { ALL, assetOrder, DEMO, type Example, marksOf, QUOTE, riskParametersOf } from "./examples/policy.ts";
import { readSample, type SampleAsset, type SampleUser } from "./examples/sample.ts";

const DEMO_ASSETS = 40;
const INSURANCE = 25_000n * 10n ** 12n;

/** What an example exchange is: how many accounts, how many fall short of maintenance margin, by how much (10^-12 quote). */
export interface ExampleSummary {
  readonly accounts: number;
  readonly underMargined: number;
  readonly shortfall: bigint;
}

/**
 * Makes `demo` and `all` under `examples` from the sample in `exchange`: the same bytes on every machine.
 * demo: the users who hold nothing outside the 40 most-held assets, and 24 instruments; all: every user and 60 instruments.
 */
export async function makeExamples(
  exchange: string,
  examples: string,
): Promise<Record<"demo" | "all", ExampleSummary>> {
  const { users, assets } = await readSample(exchange);
  const few = assets.slice(0, DEMO_ASSETS);
  const known = new Set(few.map(({ symbol }) => symbol));
  const theirs = users.filter(({ holdings }) => holdings.every(({ asset }) => known.has(asset)));
  const demo = join(examples, "demo");
  await mkdir(demo, { recursive: true });
  await writeFile(join(demo, "users.csv"), usersCsv(theirs));
  const wide = ["exchange_users_0.csv", "exchange_users_1.csv"].map((name) => join(exchange, name));
  return {
    demo: await makeExample(demo, DEMO, few, [join(demo, "users.csv")]),
    all: await makeExample(join(examples, "all"), ALL, assets, wide),
  };
}

/** Makes `haircut` under `examples` from the assets in `exchange`, with their licence. */
export async function makeHaircutExample(exchange: string, examples: string): Promise<void> {
  const folder = join(examples, "haircut");
  const { riskParameters, marks } = haircutPolicy(
    await readSchedules(join(exchange, "exchange_assets.csv"), "margin"),
  );
  const notice = await readFile(join(exchange, "NOTICE.md"), "utf8");
  const licence = notice.slice(notice.indexOf("They are under the MIT licence:"));
  await mkdir(folder, { recursive: true });
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  await write("risk-parameters.json", json(riskParameters));
  await write("marks.json", json(marks));
  await write("margin-accounts.csv", HAIRCUT_ACCOUNTS);
  await write(
    "NOTICE.md",
    `# Where these numbers are from\n\nPrices and tiers are those of \`../exchange/exchange_assets.csv\`, in another form: see \`../exchange/NOTICE.md\`.\n\n${licence}`,
  );
}

/** The files of an example folder, as a snapshot. */
export function exampleSnapshot(folder: string, users: readonly string[]): SnapshotFiles {
  return {
    balances: [...users, join(folder, "margin-accounts.csv")],
    positions: [join(folder, "positions.csv")],
  };
}

async function makeExample(
  folder: string,
  example: Example,
  held: readonly SampleAsset[],
  users: readonly string[],
): Promise<ExampleSummary> {
  const assets = assetOrder(held);
  const [parameters, marks] = [riskParametersOf(example, assets), marksOf(example, assets)];
  const traders = marginAccounts(parameters);
  await mkdir(folder, { recursive: true });
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  await write("risk-parameters.json", json(parameters));
  await write("marks.json", json(marks));
  await write("margin-accounts.csv", balancesCsv(traders));
  await write("positions.csv", positionsCsv(traders, parameters, marks));

  const policy = compilePolicy(parameters, marks);
  const rows = rowLookup(policy);
  const { accounts } = normalise(exampleSnapshot(folder, users), rows, { quote: QUOTE, dust: "credit" });
  const totals = new Map<number, bigint>();
  const summary = { accounts: 0, underMargined: 0, shortfall: 0n };
  for await (const { holdings } of accounts) {
    const { shortfall } = completeAccount(policy, holdings).report;
    summary.accounts++;
    summary.shortfall += shortfall;
    if (shortfall > 0n) summary.underMargined++;
    for (const { row, quantity } of holdings) totals.set(row, (totals.get(row) ?? 0n) + quantity);
  }
  const claims = assets.map(({ symbol }) => {
    const { row } = rows.asset(symbol)!;
    const owed = (totals.get(row) ?? 0n) - (totals.get(row + 1) ?? 0n);
    return [symbol, owed > 0n ? (owed * 101n + 99n) / 100n : 0n] as const;
  });
  await write(
    "reserves.json",
    reservesText({ claims: Object.fromEntries(claims), insurance: INSURANCE }, rows),
  );
  return summary;
}

function usersCsv(users: readonly SampleUser[]): string {
  const lines = users.flatMap(({ id, holdings }) =>
    // A user without holdings is an account all the same: she can check that she was counted.
    (holdings.length === 0 ? [{ asset: QUOTE, equity: "0.0", debt: "0.0" }] : holdings).map(
      ({ asset, equity, debt }) => `${id},${asset},${equity},${debt}`,
    ),
  );
  return `${["account,asset,quantity,debt", ...lines].join("\n")}\n`;
}

const LINE = 110;

/** JSON for people: what fits a line stays on it. */
function json(value: unknown): string {
  const format = (part: unknown, indent: string): string => {
    const flat = JSON.stringify(part, null, 1).replace(/\n\s*/g, " ");
    if (typeof part !== "object" || part === null || indent.length + flat.length <= LINE) return flat;
    const inner = `${indent}  `;
    const items = Array.isArray(part)
      ? part.map((item) => format(item, inner))
      : Object.entries(part).map(([key, item]) => `${JSON.stringify(key)}: ${format(item, inner)}`);
    const [open, close] = Array.isArray(part) ? ["[", "]"] : ["{", "}"];
    return `${open}\n${items.map((item) => inner + item).join(",\n")}\n${indent}${close}`;
  };
  return `${format(value, "")}\n`;
}

if (import.meta.main) {
  const examples = resolve(dirname(fileURLToPath(import.meta.url)), "../../../examples");
  const made = await makeExamples(join(examples, "exchange"), examples);
  await makeHaircutExample(join(examples, "exchange"), examples);
  for (const [name, { accounts, underMargined, shortfall }] of Object.entries(made)) {
    const short = (Number(shortfall) / 1e12).toFixed(2);
    console.log(
      `examples/${name}: ${accounts} accounts, ${underMargined} under-margined by ${short} ${QUOTE} together`,
    );
  }
}
