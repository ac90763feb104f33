import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { certifies } from "../../../prover/src/linter/claim.ts";
import { positiveMaximum } from "../../../prover/src/linter/integers.ts";
import { lintPolicy } from "../../../prover/src/linter/lint-policy.ts";
import { ruleClaims } from "../../../prover/src/linter/rules.ts";
import { unknowns } from "../../../prover/src/linter/system.ts";
import { COARSE_SHIFT } from "../../../verifier/src/constants.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import type { PolicyCoefficients } from "../../../verifier/src/policy/matrix.ts";
import { coarse } from "../../../verifier/src/policy/shape.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { seeded } from "../../support/random.ts";
import { randomPolicy } from "../../support/random-policy.ts";
import { tinySystem } from "./support.ts";

const tiny = compilePolicy(tinyRiskParameters, tinyMarks).coefficients;

describe("the linter", () => {
  test("accepts the tiny policy without a word, with a certificate of each rule that checks", async () => {
    const report = await lintPolicy(tiny);
    expect(report.accepted).toBe(true);
    expect(report.findings).toEqual([]);
    const claims = ruleClaims(tinySystem(tiny));
    expect(report.certificates.map((c) => c.claim)).toEqual(claims.map((c) => c.claim));
    for (const [i, { denominator, multipliers }] of report.certificates.entries()) {
      expect(certifies(claims[i]!.problem, { denominator, byColumn: multipliers })).toBe(true);
    }
  });

  test("accepts every preset of the default grid", async () => {
    const [group] = tinyRiskParameters.groups;
    const { shape: _, ...parameters } = tinyRiskParameters;
    for (const grid of [
      { preset: "span-16", range: "0.18" },
      { preset: "crypto-40", range: "0.18", minimumCharge: "0.01" },
    ]) {
      const policy = compilePolicy({ ...parameters, groups: [{ ...group!, grid }] }, tinyMarks);
      const report = await lintPolicy(policy.coefficients);
      expect(report.findings).toEqual([]);
      expect(report.accepted).toBe(true);
    }
  });

  test.each(["demo", "all"])(
    "accepts the policy of examples/%s, and each unit of BTC and ETH can be withdrawn",
    async (name) => {
      const [parameters, marks] = ["risk-parameters", "marks"].map((file) =>
        JSON.parse(readFileSync(new URL(`../../../examples/${name}/${file}.json`, import.meta.url), "utf8")),
      );
      const { coefficients } = compilePolicy(parameters, marks);
      const report = await lintPolicy(coefficients);
      expect(report).toMatchObject({ accepted: true, findings: [] });
      for (const asset of [0, 1]) {
        const { hedges, max } = coefficients.groups[asset]!;
        const best = positiveMaximum(hedges[0]!.scenarios);
        const worth = coefficients.assets[asset]!.initial + hedges[0]!.initial - max.initial * best;
        expect(report.unitWeights[asset]).toBe(worth);
      }
      expect(report.unitWeights.slice(2)).toEqual(coefficients.assets.slice(2).map((a) => a.initial));
    },
  );

  test("needs no other certificates for coarse rows, since each is 2^40 times its fine row", async () => {
    const { certificates } = await lintPolicy(tiny);
    const { layout, matrix } = tinySystem(tiny);
    const auxiliaries = unknowns(
      { layout, matrix },
      (role) => !["asset", "debt", "long", "short"].includes(role.kind),
      () => 0n,
    );
    for (const { multipliers } of certificates) {
      const multiplied = (row: number): bigint =>
        matrix.get(row)!.reduce((sum, [column, c]) => sum + c * (multipliers.get(column) ?? 0n), 0n);
      for (const { row } of auxiliaries)
        expect(multiplied(coarse(row))).toBe(multiplied(row) << COARSE_SHIFT);
    }
  });

  test("lints a policy as large as the demo's in under 5 seconds of processor time, accepted or refused", async () => {
    const shape = {
      assets: 40,
      groups: [0, 1].map((asset) => ({ instruments: 12, scenarios: 16, hedges: [asset] })),
    };
    // Not the clock on the wall: tests share two cores.
    const started = process.cpuUsage();
    const sound = await lintPolicy(randomPolicy(seeded("demo"), shape));
    const broken = await lintPolicy(randomPolicy(seeded("demo"), shape, 5));
    expect([sound.accepted, broken.accepted]).toEqual([true, false]);
    expect(sound.unitWeights).toHaveLength(40);
    expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
  });

  test("takes padding for what it is: rows of zeros neither refuse nor warn", async () => {
    const shape = {
      assets: 5,
      groups: [
        { instruments: 4, scenarios: 6, hedges: [0, 3] },
        { instruments: 1, scenarios: 2, hedges: [] },
      ],
    };
    const padded = compilePolicy({ ...tinyRiskParameters, shape }, tinyMarks).coefficients;
    const report = await lintPolicy(padded);
    expect(report.findings).toEqual([]);
    expect(report.unitWeights).toEqual([660_000_000n, 1_000_000n, 0n, 0n, 0n]);
  });
});

describe("the linter warns, and accepts, when", () => {
  const bent = (edit: (group: PolicyCoefficients["groups"][number]) => object): PolicyCoefficients => ({
    ...tiny,
    groups: [{ ...tiny.groups[0]!, ...edit(tiny.groups[0]!) }],
  });
  const rulesOf = async (...of: Parameters<typeof lintPolicy>): Promise<string[]> => {
    const { accepted, findings } = await lintPolicy(...of);
    expect(accepted).toBe(true);
    return findings.map(({ rule, severity }) => `${severity} ${rule}`);
  };

  test("a short has no charge of its own", async () => {
    const policy = bent(({ instruments }) => ({
      instruments: instruments.map((n) => ({ ...n, shortInitial: -n.value, shortMaintenance: -n.value })),
    }));
    expect(await rulesOf(policy)).toEqual(["warn uncharged-short"]);
  });

  test("a group's worst scenario is not charged", async () => {
    const policy = bent(() => ({
      max: { maintenance: 0n, initial: 0n },
      hedges: [{ maintenance: 0n, initial: 0n, scenarios: [0n, 0n, 0n] }],
    }));
    expect(await rulesOf(policy)).toEqual(["warn uncharged-scan-risk"]);
  });

  test("collateral that hedges nothing is refunded more than its own worst scenario costs (attack row 45)", async () => {
    const refunding = (refund: { maintenance: bigint; initial: bigint }) =>
      bent((group) => ({ hedges: group.hedges.map((hedge) => ({ ...hedge, ...refund })) }));
    const { hedges, max } = tiny.groups[0]!;
    const worst = -positiveMaximum(hedges[0]!.scenarios.map((pnl) => -pnl));
    const exactly = { maintenance: max.maintenance * worst, initial: max.initial * worst };
    // As much as it loses is what a model refunds that has all of it hedge; the haircut must leave room for it.
    const [asset] = tiny.assets;
    const roomy = (policy: PolicyCoefficients): PolicyCoefficients => ({
      ...policy,
      assets: policy.assets.with(0, {
        ...asset!,
        maintenance: (asset!.value * 7n) / 10n,
        initial: (asset!.value * 6n) / 10n,
      }),
    });
    expect((await lintPolicy(roomy(refunding(exactly)))).findings).toEqual([]);
    const { findings } = await lintPolicy(roomy(refunding({ ...exactly, initial: exactly.initial + 1n })));
    expect(findings.filter(({ severity }) => severity === "warn")).toEqual([
      expect.objectContaining({
        rule: "unhedged-refund",
        where: "group 0, hedge 0",
        words: expect.stringContaining("in initial margin: whoever holds it has less haircut"),
      }),
    ]);
  });

  test("ups and downs of the grid are equal and those of the data are not", async () => {
    expect(await rulesOf(tiny, { skewness: [-0.8] })).toEqual(["warn symmetric-grid"]);
    expect(await rulesOf(tiny, { skewness: [0.1] })).toEqual([]);
    const skewed = bent(({ instruments }) => ({
      instruments: instruments.map((n) => ({
        ...n,
        scenarios: [n.scenarios[0]! * 2n, ...n.scenarios.slice(1)],
      })),
    }));
    expect(await rulesOf(skewed, { skewness: [-0.8] })).toEqual([]);
  });

  test("a unit is worth too little for exact rounding", async () => {
    const [btc] = tiny.assets;
    const dust = {
      value: 99_999n,
      maintenance: 9n,
      initial: 9n,
      debtMaintenance: -99_999n,
      debtInitial: -99_999n,
    };
    expect(await rulesOf({ ...tiny, assets: [btc!, dust] })).toEqual(["warn coarse-unit"]);
  });

  test("more assets are accepted than the add-on was sized for", async () => {
    expect(await rulesOf(tiny, { acceptedAssets: 1 })).toEqual(["warn accepted-assets"]);
    expect(await rulesOf(tiny, { acceptedAssets: 2 })).toEqual([]);
  });
});
