import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import sirv from "sirv";

/** The page and an epoch's public part on one host. */
export interface PageSite {
  /** Where the page is; `epoch/` below it names the epoch's folder. */
  readonly url: string;
  close(): void;
}

/** Builds the page into a folder, as `npm run build:web` does into its own. */
export async function buildPage(folder: string): Promise<void> {
  // Takes its time to load, which others of the bench need not wait for.
  const { build } = await import("vite");
  await build({
    configFile: fileURLToPath(new URL("../../verifier/web/vite.config.ts", import.meta.url)),
    ...{ logLevel: "error", build: { outDir: folder } },
  });
}

export async function pageSite(pageFolder: string, publicFolder: string): Promise<PageSite> {
  const page = sirv(pageFolder, { dev: true });
  const epoch = sirv(publicFolder, { dev: true });
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/epoch/")) {
      request.url = request.url.slice("/epoch/public".length);
      epoch(request, response);
    } else page(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
