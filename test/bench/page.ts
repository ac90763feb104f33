import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { DemoExchange } from "../../prover/src/demo/demo-exchange.ts";
import { provingFiles } from "../../prover/web/src/proving-files.ts";
import { chromiumPath } from "../support/browser.ts";
import { buildPage, pageSite } from "../support/page-site.ts";
import { attestationOf, type RpcStandIn, rpcStandIn } from "../support/rpc-stand-in.ts";
import { timedVisit, type VisitTimes } from "./browser-page.ts";
import { type Measured, type PageFigures, type Remark, rounded, type Say } from "./figures.ts";
import { type ForgedEpoch, forgedEpoch } from "./forged-epoch.ts";
import { filesBelow, gzippedBytes, type Sizes, sizesOf } from "./page-size.ts";

const BATCHES = 100;
/** Beside the example's own, just as many as fill that many batches. */
const SYNTHETIC = 935;
const PROVING = `/${dirname(provingFiles("any").zkey)}/`;
const DAY = 86_400_000;

/**
 * The page as a customer meets it: what she loads, how long her first check takes in a browser that was never there, and how
 * long all proofs of an epoch of 100 batches. `visits` of which the medians count. Without a Chromium, sizes only.
 */
export async function benchPage(
  exchange: DemoExchange,
  say: Say,
  visits: number,
): Promise<Measured<PageFigures>> {
  const folder = await mkdtemp(join(tmpdir(), "plimsoll-page-bench-"));
  try {
    const pageFolder = join(folder, "page");
    await buildPage(pageFolder);
    say("built the page");
    const all = await filesBelow(pageFolder);
    // Also the contracts, by whose interface endpoints that stand in for nodes speak.
    const withdrawal = await withdrawalSizes(join(folder, "web"), all);
    say("built it with the page that withdraws");
    const chromium = chromiumPath();
    if (chromium === undefined) {
      say("no Chromium here: nothing but sizes was measured");
      return { figures: megabytes(await sizesOf(pageFolder, all)), remarks: withdrawal };
    }
    const epochRoot = join(folder, "epoch");
    await mkdir(epochRoot);
    const epoch = await forgedEpoch(epochRoot, exchange, { batches: BATCHES, synthetic: SYNTHETIC }, say);
    const times = await timedVisits(chromium, pageFolder, epoch, visits, say);
    const loaded = times[0]!.loaded;
    const figures = {
      ...megabytes(await sizesOf(pageFolder, loaded)),
      firstCheckMs: rounded(median(times.map(({ firstCheckMs }) => firstCheckMs)), 0),
      hundredProofsMs: rounded(median(times.map(({ everythingMs }) => everythingMs)), 0),
      longestTaskMs: rounded(median(times.map(({ longestTaskMs }) => longestTaskMs)), 0),
    };
    const slowest = Math.max(...times.map(({ firstCheckMs }) => firstCheckMs));
    return {
      figures,
      remarks: [
        { what: "sizes", value: `of the ${loaded.length} files that a visit loads, of ${all.length}` },
        ...withdrawal,
        {
          what: "first check",
          value: `from choosing the file to all steps, in a new browser; the slowest of ${visits}: ${slowest.toFixed(0)} ms`,
        },
        {
          what: "all proofs",
          value: `${BATCHES} batches, ${epoch.record.circuits.epoch.name}, policy and challenges again; forged with the development keys`,
        },
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What `npm run build:web` puts beside the files of the page that checks: in all, gzipped, and of it what proves. */
async function withdrawalSizes(folder: string, ofPage: readonly string[]): Promise<Remark[]> {
  // Brings Vite, for which others of the bench need not wait.
  const { buildWeb } = await import("../../prover/web/build.ts");
  await buildWeb(folder, () => {});
  const beside = (await filesBelow(folder)).filter((path) => !ofPage.includes(path));
  const proves = (path: string) => path.startsWith(PROVING);
  const gzipped = async (paths: readonly string[]) =>
    `${((await gzippedBytes(folder, paths)) / 1e6).toFixed(2)} MB by gzip`;
  return [
    {
      what: "the page that withdraws, beside it",
      value: await gzipped(beside.filter((path) => !proves(path))),
    },
    { what: "its circuits and proving keys", value: await gzipped(beside.filter(proves)) },
  ];
}

async function timedVisits(
  chromium: string,
  pageFolder: string,
  { record, publicFolder, bundle, userId }: ForgedEpoch,
  visits: number,
  say: Say,
): Promise<VisitTimes[]> {
  const site = await pageSite(pageFolder, publicFolder);
  const endpoints: RpcStandIn[] = [];
  try {
    for (let i = 0; i < 2; i++) endpoints.push(await rpcStandIn(attestationOf(record)));
    const visit = {
      ...{ site: site.url, bundle, userId, endpoints: endpoints.map(({ url }) => url) },
      registry: `0x${record.registry.toString(16).padStart(40, "0")}`,
      now: Number(record.snapshotTime) * 1000 + DAY,
    };
    const times: VisitTimes[] = [];
    for (let i = 0; i < visits; i++) {
      const came = await timedVisit(chromium, visit);
      say(`first check ${came.firstCheckMs.toFixed(0)} ms, every proof ${came.everythingMs.toFixed(0)} ms`);
      times.push(came);
    }
    return times;
  } finally {
    for (const endpoint of endpoints) await endpoint.close();
    site.close();
  }
}

function megabytes({ plain, gzip, brotli }: Sizes): PageFigures {
  return {
    loadedMB: rounded(plain / 1e6, 3),
    gzipMB: rounded(gzip / 1e6, 3),
    brotliMB: rounded(brotli / 1e6, 3),
  };
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
}
