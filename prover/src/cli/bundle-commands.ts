import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { exportBundles, writeLinks } from "../bundles/export.ts";
import { bundleService } from "../bundles/service.ts";
import { readShelf, type Shelf } from "../bundles/shelf.ts";
import { type Progress, StageClock } from "../pipeline/progress.ts";
import { ConfigError } from "../pipeline/run-epoch.ts";
import { loadConfig } from "./config-file.ts";
import { EXIT, type Outcome } from "./outcome.ts";

export interface BundlesExportOptions {
  readonly config: string;
  readonly out: string;
  readonly links: string;
  readonly baseUrl: string;
}

export interface ServeOptions {
  readonly config: readonly string[];
  readonly listen: string;
  readonly page?: string;
  readonly addressHeader?: string;
  readonly requestsPerSecond: string;
  readonly missesPerMinute: string;
}

/** Where a running service can be ended from; the command line ends it by a signal. */
export interface ServeDependencies {
  readonly log: (line: string) => void;
  readonly stop?: AbortSignal;
}

/** `bundles export`: a folder for a static host, and the list of links. */
export async function bundlesExportCommand(
  options: BundlesExportOptions,
  progress: Progress,
): Promise<Outcome> {
  const shelf = await shelfOf(options.config);
  const clock = new StageClock(progress, "export", "bundles", shelf.bundles.length);
  await exportBundles(shelf, options.out, () => clock.tick());
  clock.finish();
  await writeLinks(shelf, options.baseUrl, options.links);
  const text = [
    `${shelf.bundles.length} bundles of epoch ${shelf.epoch}, ${shelf.size} bytes each: ${options.out}`,
    ...statementsLine(shelf),
    `links, one for each account: ${options.links}; send each to its user, and to nobody else`,
    "next: upload the folder to a host that lists no folders",
    "",
  ].join("\n");
  return { text, exitCode: EXIT.done };
}

function statementsLine({ bundles, statementSize }: Shelf): string[] {
  const count = bundles.filter(({ statement }) => statement !== undefined).length;
  return count === 0 ? [] : [`${count} signed statements beside them, ${statementSize} bytes each`];
}

/** `bundles links`: the list alone, for a service. */
export async function bundlesLinksCommand(options: Omit<BundlesExportOptions, "out">): Promise<Outcome> {
  const shelf = await shelfOf(options.config);
  await writeLinks(shelf, options.baseUrl, options.links);
  const text = `links to ${shelf.bundles.length} bundles of epoch ${shelf.epoch}: ${options.links}\nnext: plimsoll serve --config ${options.config}\n`;
  return { text, exitCode: EXIT.done };
}

/** `serve`: until it is told to stop. */
export async function serveCommand(options: ServeOptions, dependencies: ServeDependencies): Promise<Outcome> {
  const { host, port } = listenAddress(options.listen);
  const shelves = await Promise.all(options.config.map(shelfOf));
  const server = bundleService({
    shelves,
    requestsPerSecond: count(options.requestsPerSecond, "--requests-per-second"),
    missesPerMinute: count(options.missesPerMinute, "--misses-per-minute"),
    ...(options.page === undefined ? {} : { page: options.page }),
    ...(options.addressHeader === undefined ? {} : { addressHeader: options.addressHeader }),
    log: dependencies.log,
  });
  server.listen(port, host);
  await once(server, "listening");
  const { port: bound } = server.address() as AddressInfo;
  const epochs = shelves.map(({ epoch }) => epoch).join(", ");
  dependencies.log(`serving bundles of epoch ${epochs} at http://${host}:${bound}/, behind your own TLS`);
  await stopped(dependencies.stop);
  server.closeIdleConnections();
  await new Promise((settle) => server.close(settle));
  return { text: "stopped\n", exitCode: EXIT.done };
}

async function shelfOf(config: string): Promise<Shelf> {
  const { epoch } = await loadConfig(config);
  return readShelf(epoch.folder, epoch.operatorSecret);
}

function listenAddress(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  if (match === null || Number(match[3]) > 65535)
    throw new ConfigError(`--listen: expected HOST:PORT, came "${text}"`);
  return { host: (match[1] ?? match[2])!, port: Number(match[3]) };
}

function count(text: string, option: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new ConfigError(`${option}: expected a whole number from 1, came "${text}"`);
}

async function stopped(signal: AbortSignal | undefined): Promise<void> {
  const asked = new AbortController();
  const stop = () => asked.abort();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, stop);
  signal?.addEventListener("abort", stop);
  if (!asked.signal.aborted && signal?.aborted !== true) await once(asked.signal, "abort");
  for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, stop);
}
