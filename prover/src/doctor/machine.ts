import { statfs } from "node:fs/promises";
import { availableParallelism, freemem } from "node:os";
import manifest from "../../package.json" with { type: "json" };
import { ROOT } from "../build/paths.ts";
import { batchConstraints } from "../pipeline/estimates.ts";
import { batchCapacity } from "../pipeline/instance-shapes.ts";
import { measuredRates } from "../proving/measured-rates.ts";
import { type ProverReport, proverReport } from "../proving/prover-report.ts";
import { type Finding, ok, warning, wrong } from "./finding.ts";

/** What runs TypeScript as it is written here. */
const OLDEST_NODE = 24;
const LEAST_DISK = 2e9;
/** The demo's circuits, with Node itself. */
const LEAST_MEMORY = 1e9;

/** What the doctor can find of a machine without a configuration. */
export interface Machine {
  readonly node: string;
  readonly freeMemory: number;
  readonly freeDisk: number;
  readonly prover: () => Promise<ProverReport>;
}

export async function thisMachine(): Promise<Machine> {
  const { bavail, bsize } = await statfs(ROOT);
  return {
    node: process.versions.node,
    freeMemory: freemem(),
    freeDisk: bavail * bsize,
    prover: () => proverReport(),
  };
}

/** Versions, prover, memory, disk. */
export async function machineFindings(machine: Machine): Promise<Finding[]> {
  const { node, freeMemory, freeDisk } = machine;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB free`;
  return [
    ok("plimsoll", manifest.version),
    Number(node.split(".")[0]) >= OLDEST_NODE
      ? ok("node", node)
      : wrong(
          "node",
          `expected ${OLDEST_NODE} or newer, came ${node}`,
          "type npm run plimsoll --, which brings a newer one",
        ),
    await proverFinding(machine),
    freeMemory >= LEAST_MEMORY
      ? ok("memory", gigabytes(freeMemory))
      : warning(
          "memory",
          `expected 1 GB free for the prover, came ${gigabytes(freeMemory)}`,
          "end other programs, or take a larger machine",
        ),
    freeDisk >= LEAST_DISK
      ? ok("disk", `${gigabytes(freeDisk)} where circuits and keys are kept`)
      : warning(
          "disk",
          `expected 2 GB free where circuits and keys are kept, came ${gigabytes(freeDisk)}`,
          "make room; .cache may be deleted while nothing runs, and is built again",
        ),
  ];
}

async function proverFinding({ prover }: Machine): Promise<Finding> {
  const [report, { constraintsPerSecond, measuredHere }] = [await prover(), await measuredRates()];
  const circuit = "batch-20-42";
  const seconds = batchConstraints(batchCapacity(circuit)) / constraintsPerSecond;
  const rate = `about ${seconds.toFixed(1)} s a proof of ${circuit}, ${measuredHere ? "as in the last epoch here" : "as recorded on two cores"}`;
  const cores = `${availableParallelism()} processors`;
  if (report.prover !== "snarkjs" || process.env.PLIMSOLL_PROVER === "snarkjs")
    return ok(
      "prover",
      `${report.prover}: ${report.reason}; ${cores}; ${report.prover === "own" ? rate : "its rate is not known here"}`,
    );
  return warning(
    "prover",
    `snarkjs, several times slower: ${report.reason}`,
    "docs/prover.md says what our own prover needs",
  );
}
