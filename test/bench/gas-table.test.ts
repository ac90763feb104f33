import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { BATCH_SIZES, epochGas, gasTable, MAINNET_GAS_PER_ACCOUNT } from "./gas-table.ts";

const gas = JSON.parse(await readFile(new URL("../recorded/gas.json", import.meta.url), "utf8"));

test("the table of docs/contracts.md is what the recorded gas gives", async () => {
  const text = await readFile(new URL("../../docs/contracts.md", import.meta.url), "utf8");
  for (const accounts of [1e3, 1e4, 1e5, 1e6, 1e7]) {
    const cells = BATCH_SIZES.map((size) =>
      Math.round(epochGas(gas, accounts, size) / accounts).toLocaleString("en"),
    );
    expect(text).toContain(`| ${accounts.toLocaleString("en")} | ${cells.join(" | ")} |`);
  }
});

test("small batches of a small exchange leave mainnet, large ones stay", () => {
  const marked = gasTable(gas).filter(({ value }) => value.includes("(L2)"));
  expect(marked.map(({ what }) => what)).toEqual(["gas per account, 1,000 accounts"]);
  expect(Math.round(MAINNET_GAS_PER_ACCOUNT)).toBe(3333);
});
