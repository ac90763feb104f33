import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { CACHE } from "../build/paths.ts";
import { type Rates, RECORDED_RATES } from "../pipeline/estimates.ts";

const FILE = join(CACHE, "rates.json");
const rate = z.number().positive();
const format = z.strictObject({ constraintsPerSecond: rate.optional(), committedPerSecond: rate.optional() });

/** Rates of this machine's last epoch, and the recorded ones for what it has not done yet. */
export async function measuredRates(file = FILE): Promise<Rates> {
  const data = await stored(file);
  const { constraintsPerSecond, committedPerSecond } = data;
  return {
    constraintsPerSecond: constraintsPerSecond ?? RECORDED_RATES.constraintsPerSecond,
    committedPerSecond: committedPerSecond ?? RECORDED_RATES.committedPerSecond,
    measuredHere: constraintsPerSecond !== undefined,
  };
}

/** A lost or a foreign file costs a worse estimate and nothing else. */
async function stored(file: string): Promise<z.output<typeof format>> {
  try {
    return format.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return {};
  }
}

/** Keeps what an epoch showed, for the next plan. */
export async function keepRates(rates: Partial<Omit<Rates, "measuredHere">>, file = FILE): Promise<void> {
  const before = await stored(file);
  await mkdir(dirname(file), { recursive: true });
  await writeFileAtomic(file, `${JSON.stringify({ ...before, ...rates })}\n`);
}
