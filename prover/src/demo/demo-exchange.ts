import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CompiledPolicy, compilePolicy } from "@plimsoll/verifier/policy/compile.ts";
import { ROOT } from "../build/paths.ts";
import type { Account } from "../snapshot/account.ts";
import { normalise, type SnapshotReport } from "../snapshot/normalise.ts";
import { type Reserves, readReserves } from "../snapshot/reserves.ts";
import { rowLookup } from "../snapshot/rows.ts";

/** One of the two example exchanges, as read from its files. */
export interface DemoExchange {
  readonly riskParameters: string;
  readonly marks: string;
  readonly policy: CompiledPolicy;
  readonly reserves: Reserves;
  readonly accounts: readonly Account[];
  readonly report: SnapshotReport;
  readonly circuits: { readonly batch: string; readonly epoch: string };
}

const BATCH = "batch-20-42";

/** Reads `examples/demo` or, for all users, `examples/all`. */
export async function readDemoExchange(all: boolean): Promise<DemoExchange> {
  const folder = join(ROOT, "examples", all ? "all" : "demo");
  const users = all
    ? ["exchange_users_0.csv", "exchange_users_1.csv"].map((name) => join(ROOT, "examples/exchange", name))
    : [join(folder, "users.csv")];
  const [riskParameters, marks] = await Promise.all(
    ["risk-parameters.json", "marks.json"].map((name) => readFile(join(folder, name), "utf8")),
  );
  const policy = compilePolicy(JSON.parse(riskParameters!), JSON.parse(marks!));
  const rows = rowLookup(policy);
  const snapshot = normalise(
    { balances: [...users, join(folder, "margin-accounts.csv")], positions: [join(folder, "positions.csv")] },
    rows,
    { quote: policy.riskParameters.quote, dust: "credit" },
  );
  const accounts: Account[] = [];
  for await (const account of snapshot.accounts) accounts.push(account);
  return {
    riskParameters: riskParameters!,
    marks: marks!,
    policy,
    reserves: await readReserves(join(folder, "reserves.json"), rows),
    accounts,
    report: snapshot.report(),
    circuits: { batch: BATCH, epoch: all ? "epoch-all" : "epoch-demo" },
  };
}
