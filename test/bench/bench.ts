// `npm run bench [-- --json] [-- --only constraints|rates|prover|withdrawal|page|risk|gas] [-- --proofs N]`: what Plimsoll costs
// on this machine. Times of proofs are medians of N, 5 unless given.
import { parseArgs } from "node:util";
import { readDemoExchange } from "../../prover/src/demo/demo-exchange.ts";
import { benchConstraints } from "./constraints.ts";
import { type Measured, type MeasuredSections, type Say, SECTIONS, type Section } from "./figures.ts";
import { benchGas } from "./gas.ts";
import { benchPage } from "./page.ts";
import { benchProver } from "./prover.ts";
import { benchRates } from "./rates.ts";
import { report } from "./report.ts";
import { benchRisk } from "./risk.ts";
import { benchWithdrawal } from "./withdrawal.ts";

const { json, only, proofs } = readOptions();
const exchange = await readDemoExchange(false);
const measured: MeasuredSections = {
  ...(await section("constraints", (say) => benchConstraints(exchange.policy, say))),
  ...(await section("rates", (say) => benchRates(exchange, say))),
  ...(await section("prover", (say) => benchProver(exchange, say, proofs))),
  ...(await section("withdrawal", (say) => benchWithdrawal(say, proofs))),
  ...(await section("page", (say) => benchPage(exchange, say, proofs))),
  ...(await section("risk", (say) => benchRisk(say))),
  ...(await section("gas", (say) => benchGas(exchange, say))),
};
process.stdout.write(json ? `${JSON.stringify(figuresOf(measured))}\n` : report(measured));

function readOptions(): { json: boolean; only: Section | undefined; proofs: number } {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: "boolean", default: false },
        only: { type: "string" },
        proofs: { type: "string", default: "5" },
      },
    });
    const only = SECTIONS.find((name) => name === values.only);
    if (values.only !== undefined && only === undefined)
      throw new Error(`expected --only ${SECTIONS.join(", ")}, came "${values.only}"`);
    const proofs = Number(values.proofs);
    if (!Number.isInteger(proofs) || proofs < 1)
      throw new Error(`expected --proofs with a whole number from 1, came "${values.proofs}"`);
    return { json: values.json, only, proofs };
  } catch (error) {
    process.stderr.write(`plimsoll: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

/** Measures a section that is wanted; progress goes to standard error with the seconds since it began. */
async function section<F>(name: Section, measure: (say: Say) => Promise<Measured<F>>) {
  if (only !== undefined && name !== only) return {};
  const from = performance.now();
  const say: Say = (line) => {
    const seconds = ((performance.now() - from) / 1000).toFixed(1);
    process.stderr.write(`plimsoll: ${name}: ${line} (${seconds} s)\n`);
  };
  return { [name]: await measure(say) };
}

function figuresOf(sections: MeasuredSections): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(sections).map(([name, { figures }]) => [name, figures]));
}
