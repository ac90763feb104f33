import { formatEther, formatUnits, type JsonRpcProvider } from "ethers";
import { estimateCall, type SentTransaction } from "../chain/sending.ts";
import { type Step, type TransactionLog, take } from "../chain/steps.ts";

/** What became of steps: the words for people, and what was sent. */
export interface StepsReport {
  readonly lines: readonly string[];
  readonly sent: readonly SentTransaction[];
}

/** More equal steps than these are not all estimated: the first and the last are. */
const ESTIMATED = 4;

/** Sends the steps that nobody has done yet, one after the other; `say` hears of each when it is in a block. */
export async function takeSteps(
  steps: readonly Step[],
  say: (line: string) => void,
  log?: TransactionLog,
): Promise<StepsReport> {
  const sent: SentTransaction[] = [];
  let done = 0;
  for (const step of steps) {
    const transaction = await take(step, log);
    if (transaction === null) {
      done++;
      continue;
    }
    sent.push(transaction);
    say(
      `${step.what}: transaction ${transaction.hash}, block ${transaction.blockNumber}, ${transaction.gasUsed} gas`,
    );
  }
  const gas = sent.reduce((sum, { gasUsed }) => sum + gasUsed, 0n);
  const last = sent.at(-1);
  const names = steps.length === 1 ? steps[0]!.what : `${steps[0]!.what} and ${steps.length - 1} more`;
  const lines =
    last === undefined
      ? [`${names}: done before, nothing was sent`]
      : [
          `${names}: ${sent.length} sent for ${gas} gas, the last in transaction ${last.hash}, block ${last.blockNumber}`,
          ...(done > 0 ? [`${done} had been done before, by an earlier run or somebody else`] : []),
        ];
  return { lines, sent };
}

/** What the steps would cost at the endpoint's price of gas. Sends nothing. Throws the contract's refusal of the first. */
export async function estimateSteps(steps: readonly Step[], provider: JsonRpcProvider): Promise<StepsReport> {
  const open: Step[] = [];
  for (const step of steps) if (!(await step.isDone())) open.push(step);
  const [first, last] = [open[0], open.at(-1)];
  if (first === undefined || last === undefined) {
    return { lines: [`${steps[0]?.what}: done before, there is nothing to send`], sent: [] };
  }
  const all = open.length <= ESTIMATED;
  const gasOf = async (step: Step) => estimateCall(await step.call());
  const lines: string[] = [];
  let gas = 0n;
  for (const step of all ? open : [first, last]) {
    const estimate = await gasOf(step);
    lines.push(`${step.what}: ${estimate} gas`);
    gas += all || step === last ? estimate : estimate * BigInt(open.length - 1);
  }
  const about = all ? "" : "about ";
  const many = open.length === 1 ? "1 transaction" : `${open.length} transactions`;
  return {
    lines: [...lines, `${many}, ${about}${gas} gas${await costWords(gas, provider)}; nothing was sent`],
    sent: [],
  };
}

/** ", 0.0012 of the chain's coin at 1.5 gwei"; nothing where the endpoint names no price. */
async function costWords(gas: bigint, provider: JsonRpcProvider): Promise<string> {
  const { gasPrice } = await provider.getFeeData();
  if (gasPrice === null) return "";
  const coins = formatEther(gas * gasPrice);
  return `, ${Number(coins).toPrecision(4)} of the chain's coin at ${Number(formatUnits(gasPrice, "gwei")).toPrecision(4)} gwei`;
}
