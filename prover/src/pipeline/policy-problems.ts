import { claimsHash } from "@plimsoll/verifier/encodings/challenges.ts";
import type { CompiledPolicy } from "@plimsoll/verifier/policy/compile.ts";
import { marksAreOf } from "@plimsoll/verifier/policy/marks.ts";
import { type Shape, shapeNumbers } from "@plimsoll/verifier/policy/shape.ts";
import { lintPolicy } from "../linter/lint-policy.ts";
import type { EpochConfig } from "./config.ts";
import { ConfigError } from "./errors.ts";
import type { PolicyNames } from "./self-check.ts";

/**
 * All that keeps a policy from being proved in an epoch, whatever its accounts hold, as it is found: `circuitShape` is asked
 * for after the linter.
 */
export async function* policyProblems(
  { circuits, snapshotTime }: Pick<EpochConfig, "circuits" | "snapshotTime">,
  { coefficients, riskParameters, marks }: CompiledPolicy,
  circuitShape: () => Promise<Shape>,
): AsyncGenerator<ConfigError> {
  const { findings } = await lintPolicy(coefficients);
  for (const { severity, where, words } of findings) {
    if (severity === "refuse")
      yield new ConfigError(`policy: expected one that the linter accepts, came this in ${where}: ${words}`);
  }
  const shape = await circuitShape();
  if (shapeNumbers(shape).join() !== shapeNumbers(coefficients.shape).join()) {
    yield new ConfigError(
      `circuit "${circuits.epoch}": expected a policy of shape ${JSON.stringify(shape)}, came ${JSON.stringify(coefficients.shape)}; ` +
        "set `shape` in the risk parameters, or choose another epoch circuit",
    );
  }
  if (!marksAreOf(riskParameters, marks, snapshotTime)) {
    yield new ConfigError(
      `marks: expected marks at most ${riskParameters.stalenessSeconds} s older than the snapshot at ` +
        `${snapshotTime} and none from after it, came marks of ${marks.observedAt}`,
    );
  }
}

/** Claims in the order of the policy: insurance, then each asset of the shape. Throws ConfigError. */
export function claimList(
  { claims, insurance }: Pick<EpochConfig, "claims" | "insurance">,
  policy: CompiledPolicy,
): bigint[] {
  const list = new Array<bigint>(policy.coefficients.shape.assets + 1).fill(0n);
  list[0] = insurance;
  for (const [symbol, claim] of Object.entries(claims)) {
    const asset = policy.riskParameters.collateral.findIndex((c) => c.symbol === symbol);
    if (asset < 0) throw new ConfigError(`claims: expected assets of the policy, came "${symbol}"`);
    list[asset + 1] = claim;
  }
  claimsHash(list);
  return list;
}

export function namesOf({ riskParameters, groups }: CompiledPolicy): PolicyNames {
  return {
    asset: (k) => riskParameters.collateral[k]?.symbol ?? `asset ${k}`,
    instrument: (g, n) => groups[g]?.instruments[n]?.symbol ?? `instrument ${n} of group ${g}`,
  };
}
