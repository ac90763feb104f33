import { describe, expect, it } from "vitest";
import { readDemoExchange } from "../../../prover/src/demo/demo-exchange.ts";
import { type AccountReport, accountReport } from "../../../verifier/src/report/account-report.ts";
import { exchangeReport } from "../../../verifier/src/report/exchange-report.ts";
import { moneyText, percentText } from "../../../verifier/src/report/format.ts";
import { escaped, markup } from "../../../verifier/src/report/markup.ts";
import { accountHtml, exchangeHtml } from "../../../verifier/src/report/render-html.ts";
import { accountText, exchangeText } from "../../../verifier/src/report/render-text.ts";

const { policy, accounts } = await readDemoExchange(false);
const holdings = accounts.find(({ userId }) => userId === "covered-call-eth")!.holdings;
const report = accountReport(policy, holdings, { userId: "covered-call-eth" });
const exchange = await exchangeReport(policy, accounts);
const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;

/** A report in which every text is an attempt to break out of it. */
function hostile<T>(value: T): T {
  if (typeof value === "string") return `"'><script>alert(1)</script>&\u202e\u001b[2J` as T;
  if (Array.isArray(value)) return value.map(hostile) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, hostile(field)])) as T;
}

describe("a report as HTML", () => {
  it.each([
    ["account", accountHtml(report)],
    ["exchange", exchangeHtml(exchange)],
  ])("of an %s loads nothing, runs nothing and says so to the browser", (_, html) => {
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(html).not.toMatch(/<script|<link|<img|<iframe|\son\w+=|url\(|@import|https?:/i);
    expect(html).toContain("@media (prefers-color-scheme: dark)");
  });

  it("escapes every text, wherever it comes from", () => {
    const bad = hostile(report) as AccountReport;
    // What chooses among fixed words is no text.
    const groups = bad.groups.map((group, g) => ({
      ...group,
      scenarios: group.scenarios.map((line, s) => ({ ...line, move: report.groups[g]!.scenarios[s]!.move })),
    }));
    const html = accountHtml({ ...bad, groups, components: report.components });
    expect(html).not.toContain("<script");
    expect(html).not.toMatch(/\p{Cf}|(?!\n)\p{Cc}/u);
    expect(count(html, /&lt;script&gt;alert\(1\)&lt;\/script&gt;&amp;/g)).toBeGreaterThan(30);
    // No attribute's quotes are closed by it either.
    expect(html).not.toMatch(/"'>/);
    expect(exchangeHtml(hostile(exchange))).not.toContain("<script");
  });

  it("gives every drawing a title, a description and its numbers as a table", () => {
    const html = accountHtml(report);
    const drawings = count(html, /<svg role="img"/g);
    expect(drawings).toBe(3);
    for (const [, title, text] of html.matchAll(/aria-labelledby="(\S+) (\S+)"/g)) {
      expect(count(html, new RegExp(`<title id="${title}">[^<]+`, "g"))).toBe(1);
      expect(count(html, new RegExp(`<desc id="${text}">[^<]+`, "g"))).toBe(1);
    }
    for (const { pnl } of report.groups[0]!.scenarios) expect(html).toContain(moneyText(pnl));
    expect(count(html, /<rect class="(loss|gain) worst"/g)).toBe(1);
    // One cell for each scenario.
    expect(count(html, /<text class="cell( worst)?" text-anchor="middle"/g)).toBe(16);
  });

  it("is well formed: tags close in the order in which they opened", () => {
    for (const html of [accountHtml(report), exchangeHtml(exchange)]) {
      const open: string[] = [];
      for (const [, closing, name, selfClosing] of html.matchAll(/<(\/?)([a-z0-9]+)(?:\s[^<>]*?)?(\/?)>/g)) {
        if (selfClosing === "/" || name === "meta" || name === "br") continue;
        if (closing === "") open.push(name!);
        else expect(open.pop()).toBe(name);
      }
      expect(open).toEqual([]);
    }
  });
});

describe("a report as text", () => {
  it("shows the numbers of the report, aligned, and what is bad", async () => {
    const text = accountText(report);
    expect(text).toContain(moneyText(report.free));
    const table = text.slice(text.indexOf("FROM EQUITY")).split("\n\n")[0]!.split("\n").slice(2);
    expect(new Set(table.map((line) => line.length)).size).toBe(1);
    expect(exchangeText(exchange)).toMatch(/Under maintenance +1 {2}<- look at this/);
  });

  it("takes control characters out of names", () => {
    expect(accountText({ ...report, userId: "eve\u001b[2J\u202e" })).not.toMatch(/\p{Cf}|(?!\n)\p{Cc}/u);
  });
});

describe("numbers in reports", () => {
  it.each([
    [0n, "0.00"],
    [-4_999_999_999n, "0.00"],
    [-5_000_000_000n, "-0.01"],
    [1_234_567_890_000_000_000n, "1,234,567.89"],
    [-999_995_000_000_000n, "-1,000.00"],
  ])("rounds %d money units to %s", (amount, text) => expect(moneyText(amount)).toBe(text));

  it("tells no use from one that nothing covers", () => {
    expect(percentText(0)).toBe("0 %");
    expect(percentText(null, "uncovered")).toBe("uncovered");
  });

  it("keeps markup that was made as markup, and escapes the rest, lists included", () => {
    expect(markup`<b title="${'"'}">${["<", markup`<i>${"&"}</i>`, 3]}</b>`.text).toBe(
      '<b title="&quot;">&lt;<i>&amp;</i>3</b>',
    );
    expect(escaped("'")).toBe("&#39;");
  });
});
