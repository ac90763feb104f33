import { cpus, totalmem } from "node:os";
import { type MeasuredSections, SECTIONS } from "./figures.ts";
import { isMet, TARGETS, type Target } from "./targets.ts";

type Words = {
  readonly [S in keyof MeasuredSections]-?: WordsOf<NonNullable<MeasuredSections[S]>["figures"]>;
};
type WordsOf<F> = Readonly<Record<keyof F, string>>;

const WORDS: Words = {
  constraints: {
    perBlock: "per block of six holdings",
    perAuxWord: "per word of three auxiliaries",
    batchFixed: "per batch, fixed",
    perCoefficient: "per policy coefficient, in the epoch",
    perRow: "per row, in the epoch",
    spotAccount: "a spot account, six assets",
    perpAccount16: "a perp account, 16 scenarios",
  },
  rates: {
    completePerSecond: "accounts completed a second",
    commitPerSecond: "accounts committed a second",
    proveConstraintsPerSecond: "constraints proved a second",
    proveAccountsPerSecond: "accounts proved a second",
    verifyBundleMs: "milliseconds to check a bundle",
  },
  prover: {
    snarkjsMs: "2^17: snarkjs, milliseconds a proof",
    ownMs: "2^17: our prover, milliseconds a proof",
    ratio: "2^17: times as fast as snarkjs",
    constraintsPerSecond: "2^17: constraints proved a second",
    peakMB: "2^17: most memory of a process, MB",
    snarkjsMsAt15: "2^15: snarkjs, milliseconds a proof",
    ownMsAt15: "2^15: our prover, milliseconds a proof",
    ratioAt15: "2^15: times as fast as snarkjs",
    constraintsPerSecondAt15: "2^15: constraints proved a second",
    peakMBAt15: "2^15: most memory of a process, MB",
    snarkjsMsEpoch: "the epoch: snarkjs, milliseconds a proof",
    ownMsEpoch: "the epoch: our prover, milliseconds a proof",
    ratioEpoch: "the epoch: times as fast as snarkjs",
    constraintsPerSecondEpoch: "the epoch: constraints proved a second",
  },
  withdrawal: {
    constraints1: "one block: constraints",
    constraints4: "up to four blocks: constraints",
    snarkjsMs1: "one block: snarkjs, milliseconds",
    snarkjsMs4: "up to four blocks: snarkjs, milliseconds",
    ownMs1: "one block: our prover, milliseconds",
    ownMs4: "up to four blocks: our prover, milliseconds",
    ratio1: "one block: times as fast as snarkjs",
    ratio4: "up to four blocks: times as fast as snarkjs",
    browserMs1: "one block: snarkjs in a browser, milliseconds",
    browserMs4: "up to four blocks: snarkjs in a browser, milliseconds",
    browserOwnMs1: "one block: our prover in a browser, milliseconds",
    browserOwnMs4: "up to four blocks: our prover in a browser, milliseconds",
    browserAloneMs1: "one block: the same, page not isolated, milliseconds",
    browserAloneMs4: "up to four blocks: the same, page not isolated, milliseconds",
  },
  page: {
    loadedMB: "what a visitor loads, MB",
    gzipMB: "the same, each file by gzip, MB",
    brotliMB: "the same, each file by brotli, MB",
    firstCheckMs: "first check, milliseconds",
    hundredProofsMs: "100 batch proofs and the epoch's, ms",
    longestTaskMs: "the page's longest silence meanwhile, ms",
  },
  risk: {
    monitorAccountsPerSecondPerCore: "accounts monitored a second and core",
    completeSpotPerSecondPerCore: "spot accounts completed a second and core",
    completeMarginPerSecondPerCore: "margin accounts completed a second and core",
  },
  gas: {
    perBatchAt1: "second batch of a transaction",
    perBatchAt8: "per batch, up to 8 in a transaction",
    perBatchAt32: "per batch, up to 32 in a transaction",
    perBatchChunked: "per batch, in parts of 64",
    epochFixed: "per epoch, fixed",
    perAccount: "per account",
    instantWithdrawal: "instant withdrawal of a token",
    instantWithdrawalNative: "instant withdrawal of the chain's coin",
    forcedExit: "a forced exit, requested and paid",
    claim: "a claim in an escape, registered and paid",
  },
};

/** The tables for people: the machine, each figure beside its target, and what to know about them. */
export function report(measured: MeasuredSections): string {
  const lines = ["Plimsoll on this machine", `  ${machine()}`];
  for (const section of SECTIONS) {
    const of = measured[section];
    if (of === undefined) continue;
    const words: Readonly<Record<string, string>> = WORDS[section];
    const targets: Readonly<Record<string, Target>> = TARGETS[section];
    const rows = Object.entries(of.figures).map(([name, value]) => {
      const target = targets[name];
      const judged = target === undefined ? "no target" : verdict(value, target);
      return [words[name]!, number(value), judged] as const;
    });
    const remarks = of.remarks.map(({ what, value }) => `  ${what.padEnd(44)}  ${value}`);
    lines.push("", section, ...rows.map(row), ...remarks);
  }
  return `${lines.join("\n")}\n`;
}

function row([words, value, verdict]: readonly [string, string, string]): string {
  return `  ${words.padEnd(44)}  ${value.padStart(10)}  ${verdict}`.trimEnd();
}

function verdict(value: number, target: Target): string {
  const words = "most" in target ? `at most ${number(target.most)}` : `at least ${number(target.least)}`;
  return `${isMet(value, target) ? "met" : "MISSED"}: ${words}`;
}

function machine(): string {
  const processors = cpus();
  const gibibytes = (totalmem() / 2 ** 30).toFixed(0);
  const model = processors[0]?.model.trim() ?? "unknown processor";
  return `${processors.length} x ${model}, ${gibibytes} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

function number(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 2 });
}
