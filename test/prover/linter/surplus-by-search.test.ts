import { describe, expect, test } from "vitest";
import { lintPolicy } from "../../../prover/src/linter/lint-policy.ts";
import type { PolicyCoefficients } from "../../../verifier/src/policy/matrix.ts";
import type { Shape } from "../../../verifier/src/policy/shape.ts";
import { type Random, seeded } from "../../support/random.ts";
import { randomPolicy } from "../../support/random-policy.ts";

interface Account {
  readonly assets: bigint[];
  readonly debts: bigint[];
  /** By group, by instrument. */
  readonly longs: bigint[][];
  readonly shorts: bigint[][];
}

interface Margin {
  readonly maintenance: bigint;
  readonly initial: bigint;
}

const SHAPES: readonly Shape[] = [
  { assets: 2, groups: [{ instruments: 2, scenarios: 3, hedges: [0] }] },
  {
    assets: 3,
    groups: [
      { instruments: 1, scenarios: 4, hedges: [0, 1] },
      { instruments: 2, scenarios: 2, hedges: [0] },
    ],
  },
  { assets: 2, groups: [] },
];

/**
 * Surplus over both margins for every way to hedge, from the coefficients and not from M: with a group's worst loss as its maximum.
 * A larger maximum only costs, so these are all the choices that could pay.
 */
function margins(policy: PolicyCoefficients, account: Account): Margin[] {
  const found: Margin[] = [];
  const visit = (
    group: number,
    hedge: number,
    left: readonly bigint[],
    chosen: readonly bigint[][],
  ): void => {
    const shape = policy.shape.groups[group];
    if (shape === undefined) {
      found.push(marginOf(policy, account, chosen));
      return;
    }
    if (hedge === shape.hedges.length) {
      visit(group + 1, 0, left, [...chosen, []]);
      return;
    }
    const asset = shape.hedges[hedge]!;
    for (let used = 0n; used <= left[asset]!; used++) {
      const rest = left.map((held, k) => (k === asset ? held - used : held));
      const here = [...chosen.slice(0, group), [...(chosen[group] ?? []), used]];
      visit(group, hedge + 1, rest, here);
    }
  };
  visit(0, 0, account.assets, [[]]);
  return found;
}

function marginOf(policy: PolicyCoefficients, account: Account, hedges: readonly bigint[][]): Margin {
  let [maintenance, initial] = [0n, 0n];
  policy.assets.forEach((a, k) => {
    maintenance += a.maintenance * account.assets[k]! + a.debtMaintenance * account.debts[k]!;
    initial += a.initial * account.assets[k]! + a.debtInitial * account.debts[k]!;
  });
  policy.groups.forEach((group, g) => {
    const pnl = Array.from({ length: policy.shape.groups[g]!.scenarios }, () => 0n);
    group.instruments.forEach((n, i) => {
      const [long, short] = [account.longs[g]![i]!, account.shorts[g]![i]!];
      maintenance += n.maintenance * long + n.shortMaintenance * short;
      initial += n.initial * long + n.shortInitial * short;
      n.scenarios.forEach((c, s) => {
        pnl[s]! += c * long - (c + 1n) * short;
      });
    });
    group.hedges.forEach((h, i) => {
      const used = hedges[g]?.[i] ?? 0n;
      maintenance += h.maintenance * used;
      initial += h.initial * used;
      h.scenarios.forEach((c, s) => {
        pnl[s]! += c * used;
      });
    });
    const worst = largest([0n, ...pnl.map((p) => -p)]);
    maintenance += group.max.maintenance * worst;
    initial += group.max.initial * worst;
  });
  return { maintenance, initial };
}

function equityOf({ assets, groups }: PolicyCoefficients, account: Account): bigint {
  const spot = assets.reduce((sum, a, k) => sum + a.value * (account.assets[k]! - account.debts[k]!), 0n);
  const positions = groups.flatMap(({ instruments }, g) =>
    instruments.map((n, i) => n.value * (account.longs[g]![i]! - account.shorts[g]![i]!)),
  );
  return positions.reduce((sum, value) => sum + value, spot);
}

function randomAccount(random: Random, { assets, groups }: Shape): Account {
  const few = (): bigint => (random.flag() === 1 ? 0n : random.below(4n));
  const book = () =>
    groups.map(({ instruments }) => Array.from({ length: instruments }, () => few() * few() * few()));
  return {
    assets: Array.from({ length: assets }, few),
    debts: Array.from({ length: assets }, few),
    longs: book(),
    shorts: book(),
  };
}

const largest = (list: readonly bigint[]): bigint => list.toSorted((a, b) => (a < b ? -1 : 1)).at(-1)!;
const best = (policy: PolicyCoefficients, account: Account, level: keyof Margin): bigint =>
  largest(margins(policy, account).map((m) => m[level]));

describe("a policy that the linter accepts", () => {
  test("gives no random account surplus out of nothing, however it hedges", { timeout: 60_000 }, async () => {
    const random = seeded("accepted policies");
    const verdicts = { accepted: 0, refused: 0 };
    for (let i = 0; i < 240; i++) {
      const shape = SHAPES[i % SHAPES.length]!;
      const policy = randomPolicy(random, shape, [0, 5, 25][random.int(3)]!);
      const report = await lintPolicy(policy);
      verdicts[report.accepted ? "accepted" : "refused"]++;
      if (!report.accepted) continue;
      for (let j = 0; j < 12; j++) {
        const account = randomAccount(random, shape);
        const equity = equityOf(policy, account);
        for (const { maintenance, initial } of margins(policy, account)) {
          expect(initial).toBeLessThanOrEqual(equity);
          expect(maintenance).toBeLessThanOrEqual(equity);
          if (initial >= 0n) expect(maintenance).toBeGreaterThanOrEqual(0n);
        }
        const before = best(policy, account, "initial");
        for (const [k, held] of account.assets.entries()) {
          const borrowed = {
            ...account,
            assets: account.assets.with(k, held + 1n),
            debts: account.debts.with(k, account.debts[k]! + 1n),
          };
          expect(best(policy, borrowed, "initial")).toBeLessThanOrEqual(before);
          expect(best(policy, borrowed, "maintenance")).toBeLessThanOrEqual(
            best(policy, account, "maintenance"),
          );
        }
        const left = account.assets.map((held) => random.below(held + 1n));
        const charge = left.reduce(
          (sum, l, k) => sum + (account.assets[k]! - l) * report.unitWeights[k]!,
          0n,
        );
        expect(before - best(policy, { ...account, assets: left }, "initial")).toBeLessThanOrEqual(charge);
      }
    }
    expect(verdicts.accepted).toBeGreaterThan(80);
    expect(verdicts.refused).toBeGreaterThan(40);
  });

  test("is not refused for nothing: every refusal names accounts or changes that gain", async () => {
    const random = seeded("refused policies");
    let refused = 0;
    for (let i = 0; i < 60; i++) {
      const { accepted, findings } = await lintPolicy(randomPolicy(random, SHAPES[i % 2]!, 25));
      if (accepted) continue;
      refused++;
      for (const finding of findings.filter((f) => f.severity === "refuse")) {
        expect(finding.counterexample?.gain, finding.rule).toBeGreaterThan(0n);
        expect(finding.counterexample!.quantities.size, finding.rule).toBeGreaterThan(0);
      }
    }
    expect(refused).toBeGreaterThan(30);
  });
});
