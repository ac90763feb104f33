import { compileDerivePmrm2 } from "./compilers/derive-pmrm2.ts";
import { compileGrid } from "./compilers/grid.ts";
import { compileHaircut } from "./compilers/haircut.ts";
import { compileSpan } from "./compilers/span.ts";
import { compileTims } from "./compilers/tims.ts";
import { type DescriptorParts, descriptorHash, descriptorParts } from "./descriptor.ts";
import { checkMarks } from "./marks.ts";
import { checkCoefficients, type PolicyCoefficients, policyHash } from "./matrix.ts";
import type { ModelPolicy, PolicyGroup } from "./model.ts";
import { paddedPolicy } from "./padding.ts";
import { type HoldingRow, rowTableOf } from "./row-table.ts";
import { type Marks, parseMarks, parseRiskParameters, type RiskParameters } from "./schemas.ts";
import { type Layout, layoutOf } from "./shape.ts";

/** A policy as integers, with the names that give them a meaning. Frozen. */
export interface CompiledPolicy {
  readonly riskParameters: RiskParameters;
  readonly marks: Marks;
  readonly coefficients: PolicyCoefficients;
  readonly layout: Layout;
  /** By group number; a group of padding has no name, and those after the last named one are left out. */
  readonly groups: readonly PolicyGroup[];
  /** Every holding row that has a name; rows of padding have none and may not be held. */
  readonly rowTable: readonly HoldingRow[];
  readonly policyHash: bigint;
  /** What the rows mean, by parts; `descriptorHash` is the hash of the three. */
  readonly descriptor: DescriptorParts;
  readonly descriptorHash: bigint;
}

/**
 * Compiles the two files of a policy; anyone who has them gets the same integers. Credits are rounded down and charges
 * up, each once. Haircuts, buffers and linear P&L are exact fractions until then; an option's price is a double taken
 * exactly, and both its sides are charged for what the double may err.
 * Throws PolicyFileError, MarksError, or a RangeError that says what to change when a number does not fit.
 */
export function compilePolicy(riskParameterFile: unknown, marksFile: unknown): CompiledPolicy {
  const riskParameters = parseRiskParameters(riskParameterFile);
  const marks = parseMarks(marksFile);
  checkMarks(riskParameters, marks);
  const model = compileModel(riskParameters, marks);
  const { coefficients, groups } = paddedPolicy(model, riskParameters);
  const layout = layoutOf(coefficients.shape);
  const rowTable = rowTableOf(riskParameters, groups, layout);
  checkCoefficients(coefficients);
  // Hashing takes longer than all the rest, and a policy that is only tried out (another price, say) is never hashed.
  let hash: bigint | undefined;
  let descriptor: DescriptorParts | undefined;
  return Object.freeze({
    riskParameters,
    marks,
    coefficients,
    layout,
    groups,
    rowTable,
    get policyHash() {
      hash ??= policyHash(coefficients);
      return hash;
    },
    get descriptor() {
      descriptor ??= descriptorParts(riskParameters, marks, rowTable);
      return descriptor;
    },
    get descriptorHash() {
      return descriptorHash(this.descriptor);
    },
  });
}

function compileModel(riskParameters: RiskParameters, marks: Marks): ModelPolicy {
  switch (riskParameters.model) {
    case "grid":
      return compileGrid(riskParameters, marks);
    case "span":
      return compileSpan(riskParameters, marks);
    case "derive-pmrm2":
      return compileDerivePmrm2(riskParameters, marks);
    case "haircut":
      return compileHaircut(riskParameters, marks);
    case "tims":
      return compileTims(riskParameters, marks);
  }
}
