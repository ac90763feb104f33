import { type CompiledPolicy, compilePolicy } from "@plimsoll/verifier/policy/compile.ts";
import { lintPolicy } from "../linter/lint-policy.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { readJson } from "./policy-files.ts";

export interface PolicyFiles {
  readonly riskParameters: string;
  readonly marks: string;
}

/** `policy build`: hashes, shape and rows of a policy, for people or as JSON. */
export async function policyBuildCommand(files: PolicyFiles, json: boolean): Promise<Outcome> {
  const { policyHash, descriptorHash, coefficients, rowTable, layout } = await compiled(files);
  const hashes = { policyHash: hex(policyHash), descriptorHash: hex(descriptorHash) };
  const { shape } = coefficients;
  if (json) {
    return { text: `${JSON.stringify({ ...hashes, shape, rowTable }, null, 2)}\n`, exitCode: EXIT.done };
  }
  const groups = shape.groups.map(({ instruments, scenarios, extras = 0, feeds }, g) => {
    const more = [
      ...(extras > 0 ? [`${extras} extras`] : []),
      ...(feeds === undefined ? [] : [`feeds group ${feeds.parent} by ${feeds.by}`]),
    ];
    return `group ${g}       ${[`${instruments} instruments`, `${scenarios} scenarios`, ...more].join(", ")}`;
  });
  const lines = [
    `policy hash   ${hashes.policyHash}`,
    `descriptor    ${hashes.descriptorHash}`,
    `assets        ${shape.assets}`,
    ...groups,
    `rows          ${layout.holdings} holdings (${rowTable.length} named), ${layout.auxiliaries} auxiliaries`,
    `columns       ${layout.columns}`,
  ];
  return { text: `${lines.join("\n")}\n`, exitCode: EXIT.done };
}

/** `policy lint`: what is wrong with a policy, and what is not prudent. Refused policies exit with 1. */
export async function policyLintCommand(files: PolicyFiles): Promise<Outcome> {
  const { coefficients, riskParameters } = await compiled(files);
  const report = await lintPolicy(coefficients);
  const findings = report.findings.map(
    ({ rule, severity, where, words }) =>
      `${severity === "refuse" ? "REFUSED" : "warning"}  ${rule}, ${where}: ${words}`,
  );
  const end = report.accepted
    ? `accepted: ${report.certificates.length} certificates checked in exact integers for policy "${riskParameters.name}"`
    : `refused: policy "${riskParameters.name}" must not be used`;
  return {
    text: `${[...findings, end].join("\n")}\n`,
    data: {
      policy: riskParameters.name,
      accepted: report.accepted,
      findings: report.findings,
      certificates: report.certificates.length,
    },
    exitCode: report.accepted ? EXIT.done : EXIT.refused,
  };
}

async function compiled(files: PolicyFiles): Promise<CompiledPolicy> {
  return compilePolicy(await readJson(files.riskParameters), await readJson(files.marks));
}

function hex(value: bigint): string {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
