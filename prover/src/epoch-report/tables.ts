import { formatQuantity } from "@plimsoll/verifier/encodings/quantity.ts";
import { coverageFigures } from "@plimsoll/verifier/report/coverage-tables.ts";
import { differencesInBrief } from "@plimsoll/verifier/report/differences-in-brief.ts";
import { numberText, percentText } from "@plimsoll/verifier/report/format.ts";
import type { Difference } from "@plimsoll/verifier/report/policy-differences.ts";
import { exchangeFigures, type Figure, type Table } from "@plimsoll/verifier/report/tables.ts";
import type { SentRecord } from "../pipeline/sent-transactions.ts";
import type { EpochReport } from "./epoch-report.ts";

const number = (value: number | bigint): string => value.toLocaleString("en");

/** "1.2 s", "3 min 20 s", "2 h 5 min". */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** 10^-18 of the chain's coin, to four figures. */
export function coinText(fee: bigint): string {
  return numberText(Number(formatQuantity(fee, 18)), 4);
}

/** What stands above all tables. */
export function epochFigures(report: EpochReport): Figure[] {
  const { waste, times, sent, exchange, coverage } = report;
  const costs = costOf(sent);
  const spent = times?.stages.reduce((sum, { allSeconds }) => sum + allSeconds, 0);
  return [
    { name: "Batches", value: number(waste.batches) },
    { name: "Constraints unused", value: percentText(waste.wastedShare) },
    {
      name: "Time, all runs",
      value: spent === undefined ? "not kept" : `${durationText(spent)} in ${runsText(times!.runs)}`,
    },
    { name: "Gas", value: costs.transactions === 0 ? "nothing sent from here" : number(costs.gas) },
    { name: "Fees, the chain's coin", value: costs.transactions === 0 ? "none" : coinText(costs.fee) },
    ...coverageFigures(coverage),
    ...exchangeFigures(exchange),
  ];
}

const runsText = (runs: number): string => (runs === 1 ? "1 run" : `${number(runs)} runs`);

/** How the accounts fill their batches. */
export function batchTable({ waste, record }: EpochReport): Table {
  const { batches, accounts, blocks, words, emptyBlocks, emptyWords } = waste;
  const line = (name: string, used: number, empty: number) => [
    name,
    number(used + empty),
    number(empty),
    percentText(used / Math.max(1, used + empty)),
  ];
  const circuit = record.circuits.batches.map(({ name }) => name).join(", ");
  return {
    title: "Batches",
    note: `${number(accounts)} accounts in ${number(batches)} batches of circuit ${circuit}, ${numberText(accounts / batches, 3)} in each; a batch costs the same, full or empty`,
    columns: ["part", "in all batches", "empty", "used"],
    rows: [
      line("holding blocks of six", blocks, emptyBlocks),
      line("words of three auxiliaries", words, emptyWords),
    ],
  };
}

/** Where the time went. What an earlier run had made costs the last one little, so both are told. */
export function timeTable({ times }: EpochReport): Table {
  const runs =
    times === undefined ? "" : `, ${runsText(times.runs)} so far, the last begun ${times.startedAt}`;
  return {
    title: "Time by stage",
    note:
      times === undefined
        ? "not kept: the epoch was proved by a version that kept none, or the file is gone"
        : `as this machine's clock says${runs}; a stage that was stopped took at least what is said`,
    columns: ["stage", "made in the last run", "kept from before", "last run", "all runs"],
    rows: (times?.stages ?? []).map(({ stage, unit, made, kept, finished, seconds, allSeconds }) => [
      stage,
      `${number(made)} ${unit}`,
      kept === 0 ? "none" : number(kept),
      finished ? durationText(seconds) : `stopped after ${durationText(seconds)}`,
      durationText(allSeconds),
    ]),
  };
}

interface Cost {
  readonly transactions: number;
  readonly gas: bigint;
  readonly fee: bigint;
}

/** Sum over transactions that are in a block. */
export function costOf(sent: readonly SentRecord[]): Cost {
  const mined = sent.flatMap(({ mined: one }) => (one === null ? [] : [one]));
  return {
    transactions: mined.length,
    gas: mined.reduce((sum, { gasUsed }) => sum + gasUsed, 0n),
    fee: mined.reduce((sum, { fee }) => sum + fee, 0n),
  };
}

/** What settling cost, by the kind of step: its first word. */
export function costTable({ sent }: EpochReport): Table {
  const kinds = [...new Set(sent.map(({ what }) => what.split(" ")[0]!))];
  const unseen = sent.filter(({ mined }) => mined === null).flatMap(({ hashes }) => hashes);
  const missing =
    unseen.length === 0
      ? ""
      : `; not counted, since no block with them was seen from here: ${unseen.join(", ")}`;
  return {
    title: "Cost on chain",
    note:
      sent.length === 0
        ? "nothing was sent from this folder"
        : `what was sent from this folder, by receipts: roll-ups may charge for data on top, and what others sent they paid${missing}`,
    columns: ["step", "transactions", "gas", "fees, the chain's coin"],
    rows: kinds.map((kind) => {
      const { transactions, gas, fee } = costOf(sent.filter(({ what }) => what.split(" ")[0] === kind));
      return [kind, number(transactions), number(gas), coinText(fee)];
    }),
  };
}

const ALL = "plimsoll policy diff --json names all";

const EFFECTS = [
  ["looser", "looser: accounts need less"],
  ["stricter", "stricter: accounts need more"],
  ["neutral", "other"],
] as const;

/** Changes of the risk parameters, what loosens them first. */
export function riskTable(differences: readonly Difference[]): Table {
  const rows = EFFECTS.flatMap(([effect, words]) =>
    differencesInBrief(
      differences.filter((one) => one.effect === effect),
      ALL,
    ).map(({ where, words: what }) => [where, words, what]),
  );
  return {
    title: "What changed in the risk parameters",
    note: rows.length === 0 ? "nothing: they are those of the epoch before" : "since the epoch before",
    columns: ["where", "effect", "change"],
    words: [1, 2],
    rows,
  };
}

/** More differences than these are counted. */
const MARKS = 200;

/** Changes of the marks. */
export function markTable(differences: readonly Difference[]): Table {
  const brief = differencesInBrief(differences, ALL);
  const more = brief.length > MARKS ? `; the first ${MARKS} are shown: ${ALL}` : "";
  const count = differences.length === 1 ? "1 difference" : `${number(differences.length)} differences`;
  return {
    title: "What changed in the marks",
    note: `${count} from the epoch before${more}`,
    columns: ["where", "change"],
    words: [1],
    rows: brief.slice(0, MARKS).map(({ where, words }) => [where, words]),
  };
}
