import type { Parameter } from "../../prover/src/build/instances.ts";
import type { InputValue } from "../../prover/src/proving/witness.ts";
import { toField } from "../../verifier/src/field.ts";
import {
  assetCoefficientList,
  groupCoefficientList,
  type PolicyCoefficients,
  tierCoefficientList,
} from "../../verifier/src/policy/matrix.ts";
import { linkNumbers, type Shape } from "../../verifier/src/policy/shape.ts";
import { FED, TIERED, TINY } from "./hand-made.ts";

/** Shapes that differ in all that a shape can differ in. */
export const SHAPES = {
  tiny: TINY,
  "two-groups": {
    assets: 3,
    groups: [
      { instruments: 2, scenarios: 3, hedges: [2] },
      { instruments: 1, scenarios: 2, hedges: [0, 2] },
    ],
  },
  "no-hedges": {
    assets: 1,
    groups: [
      { instruments: 1, scenarios: 1, hedges: [] },
      { instruments: 3, scenarios: 4, hedges: [] },
    ],
  },
  fed: FED,
  tiered: TIERED,
} satisfies Record<string, Shape>;

/** Parameters of the epoch circuit, and of its gadgets that know the shape. */
export function shapeParameters({ assets, groups, tiers = [] }: Shape): Parameter[] {
  const hedged = groups.flatMap(({ hedges }) => hedges);
  return [
    assets,
    groups.length,
    groups.map(({ instruments }) => instruments),
    groups.map(({ scenarios }) => scenarios),
    groups.map(({ hedges }) => hedges.length),
    hedged.length > 0 ? hedged : [0],
    groups.map(linkNumbers),
    tiers.length,
    tiers.length > 0 ? tiers.map(({ asset, portions }) => [asset, portions]) : [[0, 0]],
  ];
}

/** A policy's data as circuit inputs. */
export function coefficientInputs(policy: PolicyCoefficients): Record<string, InputValue> {
  const list = assetCoefficientList(policy).map(toField);
  return {
    assetCoefficients: policy.assets.map((_, k) => list.slice(5 * k, 5 * k + 5)),
    tierCoefficients: tierCoefficientList(policy),
    groupCoefficients: policy.groups.flatMap((_, g) => groupCoefficientList(policy, g).map(toField)),
  };
}
