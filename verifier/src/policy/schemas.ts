import * as z from "zod/mini";
import { ENGLISH } from "../formats/english.ts";
import { derivePmrm2Schema } from "./schemas/derive-pmrm2.ts";
import { type AcceptedAsset, header, type InstrumentTerms } from "./schemas/fields.ts";
import { gridSchema } from "./schemas/grid.ts";
import { haircutSchema } from "./schemas/haircut.ts";
import { type Marks, marksSchema } from "./schemas/marks.ts";
import { spanSchema } from "./schemas/span.ts";
import { timsSchema } from "./schemas/tims.ts";

export type { DerivePmrm2Parameters, PmrmGroup } from "./schemas/derive-pmrm2.ts";
export type {
  AcceptedAsset,
  CollateralParameters,
  InstrumentTerms,
  TieredCollateral,
  VolatilityRule,
} from "./schemas/fields.ts";
export type { ClusterParameters, GridParameters, GroupParameters } from "./schemas/grid.ts";
export type { HaircutParameters } from "./schemas/haircut.ts";
export type { Marks } from "./schemas/marks.ts";
export type { SpanGroupParameters, SpanPolicyParameters } from "./schemas/span.ts";
export type { TimsClassParameters, TimsPolicyParameters } from "./schemas/tims.ts";
export { marksSchema };

/**
 * The two files of a policy. Risk parameters change slowly, behind a time lock; marks are observed for each epoch. A file
 * of risk parameters names its margin model, and has the fields of that model.
 */
const riskParametersSchema = z.discriminatedUnion("model", [
  gridSchema,
  haircutSchema,
  spanSchema,
  timsSchema,
  derivePmrm2Schema,
]);

/** Margin models that a file may name. */
export const MODELS = [
  "grid",
  "haircut",
  "span",
  "tims",
  "derive-pmrm2",
] as const satisfies readonly RiskParameters["model"][];

const kindSchema = z.looseObject({
  format: header.format,
  model: z.enum(MODELS),
});

/** A file of risk parameters, of whichever model; amounts are decimal text. */
export type RiskParameters = z.infer<typeof riskParametersSchema>;

/** Instruments on one underlying, as every model with positions lists them in its file. */
export interface InstrumentGroup {
  readonly name: string;
  readonly underlying: string;
  readonly instruments: readonly InstrumentTerms[];
}

/** What the files of all models have. */
export interface CommonParameters {
  readonly name: string;
  readonly model: string;
  readonly quote: string;
  readonly stalenessSeconds: number;
  readonly collateral: readonly AcceptedAsset[];
  readonly groups: readonly InstrumentGroup[];
}

/** A policy file that does not fit its schema. The message has one line for each problem, with its path in the file. */
export class PolicyFileError extends Error {
  readonly code = "POLICY_FILE";
  readonly retryable = false;
  readonly problems: readonly string[];
  constructor(what: string, problems: readonly string[], options?: ErrorOptions) {
    super(`${what}: ${problems.join("; ")}`, options);
    this.name = "PolicyFileError";
    this.problems = problems;
  }
}

/** Throws a PolicyFileError that names each bad field. */
export function parseRiskParameters(value: unknown): RiskParameters {
  // What kind of file it is comes first: its other fields are those of its model.
  parse("risk parameters", kindSchema, value);
  return parse("risk parameters", riskParametersSchema, value);
}

/** Throws a PolicyFileError that names each bad field. */
export function parseMarks(value: unknown): Marks {
  return parse("marks", marksSchema, value);
}

function parse<T>(what: string, schema: z.ZodMiniType<T>, value: unknown): T {
  const result = z.safeParse(schema, value, ENGLISH);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `${issue.path.map(String).join(".") || "file"}: ${issue.message}`,
  );
  throw new PolicyFileError(what, problems, { cause: result.error });
}

/** JSON schemas of both files, for editors and other languages. What compares fields with one another is not in them. */
export function policyJsonSchemas(): { riskParameters: object; marks: object } {
  return { riskParameters: z.toJSONSchema(riskParametersSchema), marks: z.toJSONSchema(marksSchema) };
}
