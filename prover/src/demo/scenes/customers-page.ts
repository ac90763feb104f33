import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join, relative } from "node:path";
import { bundleFromJson, bundleToJson } from "@plimsoll/verifier/formats/bundle.ts";
import sirv from "sirv";
import { instanceArtifacts } from "../../build/artifacts.ts";
import { buildContracts } from "../../build/contracts.ts";
import { ROOT } from "../../build/paths.ts";
import { exportBundles, writeLinks } from "../../bundles/export.ts";
import { readShelf } from "../../bundles/shelf.ts";
import { ConfigError } from "../../pipeline/errors.ts";
import { registryChain } from "../../pipeline/registry-chain.ts";
import { runEpoch } from "../../pipeline/run-epoch.ts";
import type { Narrator } from "../narrator.ts";
import { configOf, type Machine, prepareMachine } from "./machine.ts";
import { openAndPublish } from "./openings.ts";
import { registerHonestly } from "./reserves.ts";
import { DAY, HOUR, type Stage, setStage } from "./stage.ts";
import { TINY_CIRCUITS } from "./tiny-exchange.ts";

const HOST = "127.0.0.1";
const EPOCH = 1n;
/** Whose files the guide for customers takes. */
const CUSTOMER = "saver";
/** An attestor counts two days after it was named, so the chain begins before. */
const CHAIN_AGE = 2n * DAY + 6n * HOUR;

/**
 * `npm run demo -- --page`: a tiny exchange whose epoch is attested on a chain of this machine, and the page on which its
 * customers check their accounts. Runs until it is told to stop. docs/guide-user.md leads through it.
 */
export async function customersPage(tell: Narrator, port: number): Promise<boolean> {
  const built = join(ROOT, "build/web");
  if (!existsSync(join(built, "index.html")))
    throw new ConfigError(`expected the page in build/web, came none; next: npm run build:web`);
  tell.heading("Plimsoll: customers check their accounts");
  tell.line("DEVELOPMENT KEYS: their secrets are public. Nothing proved here would convince anybody else.");
  await tell.stage("circuits, keys and contracts (kept for the next time)", async () => {
    for (const name of Object.values(TINY_CIRCUITS)) await instanceArtifacts(name);
    await buildContracts();
  });
  const began = new Date(Date.now() - Number(CHAIN_AGE) * 1000).toISOString();
  const stage = await tell.stage("start a local chain and deploy", () =>
    setStage(tell, { begins: began, port: port + 1, story: "page" }),
  );
  try {
    const machine = await tell.stage("an epoch: open, prove, attest", () => attestedEpoch(stage));
    const folder = join(ROOT, "epochs/page");
    const site = `http://${HOST}:${port}/`;
    const links = await hostCustomers(stage, machine, { folder, built, site });
    const server = await serve(join(folder, "site"), port);
    try {
      tell.heading("Customers of the tiny exchange, each with the link that she alone gets");
      for (const [user, link] of links) tell.line(`${user.padEnd(10)} ${link}`);
      tell.heading("Follow docs/guide-user.md, or open one of the links");
      tell.table([
        ["page", site],
        ["files", relative(process.cwd(), join(folder, "files")) || "."],
        ["chain", stage.network.url],
        ["registry", stage.registry],
      ]);
      tell.line("Ctrl-C ends it.");
      await new Promise<void>((end) => process.once("SIGINT", end).once("SIGTERM", end));
      return true;
    } finally {
      server.closeAllConnections();
      server.close();
    }
  } finally {
    await stage.close();
  }
}

async function attestedEpoch(stage: Stage): Promise<Machine> {
  const { people, prover } = stage;
  await registerHonestly(stage, 1);
  const opening = await openAndPublish(stage, EPOCH);
  const machine = await prepareMachine(stage, "page", opening, 1);
  const config = await configOf(machine);
  const chain = registryChain(config.registry, { sender: people.relayer, exchange: people.exchange });
  await runEpoch(config, { prover, chain });
  return machine;
}

/**
 * Makes the folder that any static host could serve (page, settings, the epoch's public part, bundles under their links), and
 * beside it files as customers have them: one honest, one of an exchange that shows her less than she had.
 */
async function hostCustomers(
  stage: Stage,
  { config, epoch }: Machine,
  { folder, built, site }: { readonly folder: string; readonly built: string; readonly site: string },
): Promise<[user: string, link: string][]> {
  const hosted = join(folder, "site");
  const files = join(folder, "files");
  await rm(folder, { recursive: true, force: true });
  await mkdir(files, { recursive: true });
  const { operatorSecret } = await configOf({ folder, config, epoch });
  const shelf = await readShelf(epoch, operatorSecret);
  await exportBundles(shelf, hosted, () => {});
  await cp(built, hosted, { recursive: true });
  await cp(join(epoch, "public"), join(hosted, "epoch/public"), { recursive: true });
  const settings = { endpoints: [stage.network.url], registry: stage.registry, folder: `${site}epoch/` };
  await writeFile(join(hosted, "config.json"), `${JSON.stringify(settings, null, 2)}\n`);
  await writeLinks(shelf, site, join(folder, "links.csv"));

  const honest = join(epoch, "private/bundles", `${CUSTOMER}.json`);
  await cp(honest, join(files, `${CUSTOMER}.json`));
  const bundle = bundleFromJson(await readFile(honest, "utf8"), honest);
  const [first, ...rest] = bundle.holdings;
  const less = [{ row: first!.row, quantity: first!.quantity / 2n }, ...rest];
  await writeFile(join(files, `${CUSTOMER}-less.json`), bundleToJson({ ...bundle, holdings: less }));

  const rows = (await readFile(join(folder, "links.csv"), "utf8")).trimEnd().split("\n").slice(1);
  return rows.map((row) => {
    const [user, link] = row.split(",") as [string, string];
    return [user, `${site}#bundle=${encodeURIComponent(link)}`];
  });
}

async function serve(folder: string, port: number): Promise<Server> {
  const server = createServer(sirv(folder, { dev: true }));
  await new Promise<void>((ready, refuse) => {
    server.once("error", refuse);
    server.listen(port, HOST, ready);
  });
  return server;
}
