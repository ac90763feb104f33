import { describe, expect, test } from "vitest";
import type { Entry } from "../../../verifier/src/encodings/entry.ts";
import { type CompiledPolicy, compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";
import { accountReport } from "../../../verifier/src/report/account-report.ts";
import { marginParts } from "../../../verifier/src/report/components.ts";
import { exchangeReport } from "../../../verifier/src/report/exchange-report.ts";
import { heatMap } from "../../../verifier/src/report/heat-map.ts";
import { LEVELS } from "../../../verifier/src/report/levels.ts";
import { accountHtml } from "../../../verifier/src/report/render-html.ts";
import { accountTables } from "../../../verifier/src/report/tables.ts";
import { waterfall } from "../../../verifier/src/report/waterfall.ts";
import { type Random, seeded } from "../../support/random.ts";
import { hugeBook, oneSided, randomBook } from "../../support/random-books.ts";
import { SHIPPED } from "../../support/shipped-models.ts";

const sum = (amounts: readonly bigint[]) => amounts.reduce((a, b) => a + b, 0n);

function booksOf(policy: CompiledPolicy, random: Random, count: number): Entry[][] {
  return Array.from({ length: count }, (_, i) =>
    oneSided(policy, (i % 5 === 4 ? hugeBook : randomBook)(policy, random)),
  );
}

describe.each(SHIPPED)("reports under $name", ({ name, riskParameters, marks }) => {
  const policy = compilePolicy(riskParameters, marks);
  const { groups } = policy.layout.shape;
  const books = booksOf(policy, seeded(`reports ${name}`), 80);

  test("components add up to the surplus that is proved, exactly, and so do credits less charges", () => {
    for (const holdings of books) {
      const completion = completeAccount(policy, holdings);
      const { components, credits, charges, margin, effectiveCollateral } = marginParts(
        policy,
        holdings,
        completion,
      );
      const { maintenanceSurplus, initialSurplus, groups: of } = completion.report;
      const surplus = { maintenance: maintenanceSurplus, initial: initialSurplus };
      for (const level of LEVELS) {
        expect(sum(components[level].map(({ amount }) => amount))).toBe(surplus[level]);
        expect(credits[level] - charges[level]).toBe(surplus[level]);
        // Scan risk and add-ons are charged to the group that they are reported of.
        for (const { group, ...report } of of) {
          const part = (kind: string) =>
            sum(components[level].filter((c) => c.kind === kind && c.group === group).map((c) => c.amount));
          const charge = level === "initial" ? report.initialCharge : report.maintenanceCharge;
          expect(part("scanRisk")).toBe(-charge);
          expect(part("addOns")).toBe(-report.addOns[level]);
        }
      }
      expect(margin.initial).toBeGreaterThanOrEqual(0n);
      expect(effectiveCollateral.maintenance).toBeGreaterThanOrEqual(effectiveCollateral.initial);
    }
  });

  test("of an account show a group's worst scenario, or where its scenarios count; map and waterfall have the same numbers", () => {
    let [worst, handedOn] = [0, 0];
    for (const holdings of books.filter((book) => book.length > 0).slice(0, 2)) {
      const report = accountReport(policy, holdings, { userId: "a user" });
      const completion = completeAccount(policy, holdings);
      expect(report.groups).toHaveLength(completion.report.groups.length);
      for (const [i, line] of report.groups.entries()) {
        const { group } = completion.report.groups[i]!;
        const { feeds } = groups[group]!;
        expect(line.countsIn).toBe(feeds?.by === "scenarios" ? policy.groups[feeds.parent]!.name : null);
        const [lowest] = [0n, ...line.scenarios.map(({ pnl }) => pnl)].sort((a, b) => (a < b ? -1 : 1));
        expect(line.worst?.pnl ?? 0n).toBe(line.countsIn === null ? lowest : 0n);
        if (line.countsIn !== null) {
          expect(report.groups.some((of) => of.name === line.countsIn)).toBe(true);
          handedOn++;
        }
        const map = heatMap(line, report.policy, "map").text;
        expect(map.match(/<rect class="(loss|gain) worst"/g) ?? []).toHaveLength(line.worst === null ? 0 : 1);
        expect(map.match(/<rect /g)).toHaveLength(line.scenarios.length);
        if (line.worst !== null) worst++;
      }
      for (const level of LEVELS) {
        const picture = waterfall(report, level, "steps").text;
        expect(picture.match(/<rect /g)).toHaveLength(report.components[level].length + 1);
      }
      const rows = accountTables(report).find(({ title }) => title === "From equity to surplus")!.rows;
      expect(rows.at(-1)![0]).toBe("surplus");
      expect(accountHtml(report)).toMatch(/^<!doctype html>/);
    }
    expect(worst > 0).toBe(riskParameters.groups.length > 0);
    expect(handedOn > 0).toBe(groups.some(({ feeds }) => feeds?.by === "scenarios"));
  });

  test("of the exchange are the sums of its accounts", async () => {
    const accounts = books.map((holdings, i) => ({ userId: `user-${i}`, holdings }));
    const report = await exchangeReport(policy, accounts);
    const each = books.map((holdings) => {
      const completion = completeAccount(policy, holdings);
      return { completion, parts: marginParts(policy, holdings, completion) };
    });
    for (const level of LEVELS) {
      expect(report.totals.margin[level]).toBe(sum(each.map(({ parts }) => parts.margin[level])));
      expect(report.totals.effectiveCollateral[level]).toBe(
        sum(each.map(({ parts }) => parts.effectiveCollateral[level])),
      );
    }
    expect(report.totals.shortfall).toBe(sum(each.map(({ completion }) => completion.report.shortfall)));
    const scanRisk = sum(
      each.flatMap(({ completion }) =>
        completion.report.groups.map(({ worstScenario, initialCharge }) =>
          worstScenario === null ? 0n : initialCharge,
        ),
      ),
    );
    expect(sum(report.worstScenarios.map(({ charge }) => charge))).toBe(scanRisk);
    expect(report.counts.accounts).toBe(books.length);
    expect(sum(report.histogram.map((bin) => BigInt(bin.accounts)))).toBe(BigInt(books.length));
  });
});
