import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { formatQuantity } from "@plimsoll/verifier/encodings/quantity.ts";
import { type CompiledPolicy, compilePolicy } from "@plimsoll/verifier/policy/compile.ts";
import { ROOT } from "../../build/paths.ts";
import { LOCAL_CHAIN_ID } from "../demo-tokens.ts";

const FOLDER = join(ROOT, "examples/tiny");
export const TINY_CIRCUITS = Object.freeze({ batch: "batch-4-8", epoch: "epoch-tiny" });
/** Numbers of the assets in the policy. */
export const ETH = 0;
export const USDT = 1;

/** Texts of the files that one snapshot is proved from, as an operator has them. */
export interface TinySnapshot {
  readonly balances: string;
  readonly positions: string;
  readonly reserves: string;
}

/** `examples/tiny`, with a token for its quote asset. */
export interface TinyExchange {
  readonly riskParameters: string;
  /** Marks observed at a time (seconds since 1970), with ETH at a price in whole units of the quote currency. */
  readonly marksAt: (time: bigint, price: bigint) => string;
  readonly policyAt: (time: bigint, price: bigint) => CompiledPolicy;
  /** Everybody in the example, `copies` times over: what is owed and declared grows as well. */
  readonly snapshot: (copies: number) => TinySnapshot;
}

export async function readTinyExchange(usdt: string): Promise<TinyExchange> {
  const [parameters, marks, balances, positions, reserves] = await Promise.all(
    ["risk-parameters.json", "marks.json", "balances.csv", "positions.csv", "reserves.json"].map((name) =>
      readFile(join(FOLDER, name), "utf8"),
    ),
  );
  const riskParameters = withToken(parameters!, usdt);
  const marksAt = (time: bigint, price: bigint) => {
    const file = JSON.parse(marks!);
    file.observedAt = new Date(Number(time) * 1000).toISOString().replace(".000Z", "Z");
    file.spot.ETH.price = price.toString();
    file.perps["ETH-PERP"].mark = price.toString();
    return `${JSON.stringify(file, null, 2)}\n`;
  };
  return {
    riskParameters,
    marksAt,
    policyAt: (time, price) => compilePolicy(JSON.parse(riskParameters), JSON.parse(marksAt(time, price))),
    snapshot: (copies) => ({
      balances: repeated(balances!, copies),
      positions: repeated(positions!, copies),
      reserves: multiplied(reserves!, copies),
    }),
  };
}

function withToken(riskParameters: string, address: string): string {
  const file = JSON.parse(riskParameters) as { collateral: { symbol: string }[] };
  const tokens = [{ chainId: LOCAL_CHAIN_ID, address, decimals: 6 }];
  const collateral = file.collateral.map((asset) => (asset.symbol === "USDT" ? { ...asset, tokens } : asset));
  return `${JSON.stringify({ ...file, collateral }, null, 2)}\n`;
}

/** A file's rows with each account under a name of its own in every copy. */
function repeated(csv: string, copies: number): string {
  const [header, ...rows] = csv.trimEnd().split("\n");
  const all = Array.from({ length: copies }, (_, copy) =>
    rows.map((row) => row.replace(",", copy === 0 ? "," : `-${copy + 1},`)),
  );
  return `${[header, ...all.flat()].join("\n")}\n`;
}

function multiplied(reserves: string, copies: number): string {
  const file = JSON.parse(reserves) as { insurance: string; held: Record<string, string> };
  const times = (amount: string) => {
    const [whole = "", part = ""] = amount.split(".");
    return formatQuantity(BigInt(whole + part) * BigInt(copies), part.length);
  };
  const held = Object.fromEntries(Object.entries(file.held).map(([asset, amount]) => [asset, times(amount)]));
  return `${JSON.stringify({ ...file, insurance: times(file.insurance), held }, null, 2)}\n`;
}
