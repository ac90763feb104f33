import { parseJson } from "../formats/json.ts";
import { type CompiledPolicy, compilePolicy } from "./compile.ts";

/** A policy from the texts of its two files. Throws SyntaxError for a text that is no JSON, or has a name twice; else as compilePolicy. */
export function compilePolicyTexts(riskParameters: string, marks: string): CompiledPolicy {
  return compilePolicy(parseJson(riskParameters), parseJson(marks));
}
