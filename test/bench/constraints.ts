import { readFile } from "node:fs/promises";
import { compileInstance } from "../../prover/src/build/artifacts.ts";
import { parseR1csHeader } from "../../prover/src/build/r1cs.ts";
import { measureConstraints, RECORDED, type RecordedConstraints } from "../../prover/src/build/record.ts";
import { accountSize } from "../../prover/src/plan/account-words.ts";
import type { Entry } from "../../verifier/src/encodings/entry.ts";
import type { CompiledPolicy } from "../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../verifier/src/policy/complete.ts";
import { perpHoldings, spotHoldings } from "./example-holdings.ts";
import { type ConstraintFigures, type Measured, rounded, type Say } from "./figures.ts";

/** Instances that tell in seconds whether the record is of these circuits. */
const WITNESSES = ["batch-4-8", "epoch-tiny"];

/** Costs of blocks, words, coefficients and rows, and of accounts whose blocks and words a real completion counts. */
export async function benchConstraints(
  policy: CompiledPolicy,
  say: Say,
): Promise<Measured<ConstraintFigures>> {
  const { batch, epoch, instances } = await currentRecord(say);
  const { perBlock, perAuxWord, batchFixed } = batch;
  const cost = (holdings: readonly Entry[]) => {
    const { blocks, words } = accountSize({ holdings, ...completeAccount(policy, holdings) });
    return { blocks, words, constraints: rounded(blocks * perBlock + words * perAuxWord, 2) };
  };
  const spot = cost(spotHoldings(policy, "none hedges"));
  const hedging = cost(spotHoldings(policy, "with hedging assets"));
  const perp = cost(perpHoldings(policy, 16));
  const size = ({ blocks, words }: typeof spot) => `${blocks} block, ${words} word${words === 1 ? "" : "s"}`;
  return {
    figures: {
      perBlock,
      perAuxWord,
      batchFixed,
      perCoefficient: epoch.perCoefficient,
      perRow: epoch.perRow,
      spotAccount: spot.constraints,
      perpAccount16: perp.constraints,
    },
    remarks: [
      { what: "spot account", value: size(spot) },
      {
        what: "spot account with BTC and ETH, which hedge",
        value: `${size(hedging)}: ${hedging.constraints}`,
      },
      { what: "perp account, 16 scenarios", value: size(perp) },
      ...Object.entries(instances).map(([name, count]) => ({
        what: `whole circuit ${name}`,
        value: count.toLocaleString("en"),
      })),
    ],
  };
}

/** The recorded counts where the circuits are those that were counted, else counts of these ones, which takes minutes. */
async function currentRecord(say: Say): Promise<RecordedConstraints> {
  const recorded: RecordedConstraints = JSON.parse(await readFile(RECORDED, "utf8"));
  for (const name of WITNESSES) {
    const { r1cs } = await compileInstance(name);
    const { constraints } = parseR1csHeader(await readFile(r1cs));
    if (constraints === recorded.instances[name]) continue;
    say(`${name} has ${constraints} constraints, the record says ${recorded.instances[name]}: counting anew`);
    return measureConstraints(say);
  }
  return recorded;
}
