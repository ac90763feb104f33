import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { withdrawalInputs } from "../../verifier/src/withdrawal/inputs.ts";
import { chromiumPath, launchBrowser } from "../support/browser.ts";
import { proveOn, provingSite } from "../support/proving-site.ts";
import type { Say } from "./figures.ts";

/** Milliseconds of one proof each, in the order in which they were made. */
export interface BrowserTimes {
  /** snarkjs with its threads, from its second proof on. */
  readonly snarkjs: number[];
  /** Our own prover in a page that is isolated from other origins, and in one that is not. */
  readonly own: number[];
  readonly alone: number[];
}

/**
 * Withdrawal proofs in Chromium, snarkjs and our own prover in turns; files fetched and witness included. `proofs` of each kind
 * for each instance, after one that is not counted. Ours is each time what a customer waits for who makes one: a new worker,
 * self-test and check of the proof included. Undefined where there is no Chromium.
 */
export async function browserProofs(
  instances: readonly { readonly name: string; readonly inputs: ReturnType<typeof withdrawalInputs> }[],
  proofs: number,
  say: Say,
): Promise<BrowserTimes[] | undefined> {
  const chromium = chromiumPath();
  if (chromium === undefined) return undefined;
  const snarkjs = join(dirname(createRequire(import.meta.url).resolve("snarkjs")), "snarkjs.min.js");
  const site = await provingSite(
    instances.map(({ name }) => name),
    new Map([
      ["/", Buffer.from("<!doctype html><script src=snarkjs.js></script>")],
      ["/snarkjs.js", await readFile(snarkjs)],
    ]),
  );
  const browser = await launchBrowser(chromium);
  try {
    const open = async (path: string) => {
      const page = await browser.newPage();
      await page.goto(`${site.url}${path}`);
      return page;
    };
    const [theirs, isolated, plain] = [await open("/"), await open("/isolated/"), await open("/plain/")];
    const times: BrowserTimes[] = [];
    for (const question of instances) {
      const { name, inputs } = question;
      const words = JSON.parse(
        JSON.stringify(inputs, (_, value) => (typeof value === "bigint" ? `${value}` : value)),
      );
      const [snarkjs, own, alone]: number[][] = [[], [], []];
      for (let proof = 0; proof <= proofs; proof++) {
        snarkjs!.push(await theirs.evaluate(timed, { name, words }));
        own!.push((await proveOn(isolated, question)).milliseconds);
        alone!.push((await proveOn(plain, question)).milliseconds);
        const last = [snarkjs, own, alone].map((of) => of!.at(-1)!.toFixed(0));
        say(`${name} in a browser: snarkjs ${last[0]} ms, ours ${last[1]} ms, in one worker ${last[2]} ms`);
      }
      times.push({ snarkjs: snarkjs!.slice(1), own: own!.slice(1), alone: alone!.slice(1) });
    }
    return times;
  } finally {
    await browser.close();
    await site.close();
  }
}

/** Runs in the page. */
async function timed({ name, words }: { name: string; words: object }): Promise<number> {
  const { snarkjs } = globalThis as unknown as {
    snarkjs: { groth16: { fullProve(inputs: object, wasm: string, zkey: string): Promise<unknown> } };
  };
  const from = performance.now();
  await snarkjs.groth16.fullProve(words, `/${name}.wasm`, `/${name}.zkey`);
  return performance.now() - from;
}
