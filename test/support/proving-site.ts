import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import sirv from "sirv";
import { build } from "vite";
import { instanceArtifacts } from "../../prover/src/build/artifacts.ts";
import { toSnarkjsKey } from "../../verifier/src/groth16/key.ts";
import type { Answer, Proved, Question } from "./proving-page/question.ts";

/** Ways in which a host serves the page: so that its workers may share memory, as most hosts do, and without the workers' script. */
export type Part = "isolated" | "plain" | "workerless";

/** A host on this machine with `proving-page` as Vite builds it, below each part's name, and with keys of instances. */
export interface ProvingSite {
  readonly url: string;
  close(): Promise<void>;
}

const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** `more`: other files by path. */
export async function provingSite(
  instances: readonly string[],
  more: ReadonlyMap<string, Buffer> = new Map(),
): Promise<ProvingSite> {
  const folder = await mkdtemp(join(tmpdir(), "plimsoll-proving-"));
  await build({
    ...{ root: fileURLToPath(new URL("./proving-page", import.meta.url)), configFile: false, base: "./" },
    ...{ logLevel: "error", worker: { format: "es" } },
    build: { outDir: folder, target: "es2024", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  });
  const files = new Map(more);
  for (const name of instances) {
    const { wasm, zkey, vkey } = await instanceArtifacts(name);
    files.set(`/${name}.wasm`, await readFile(wasm));
    files.set(`/${name}.zkey`, await readFile(zkey));
    files.set(`/${name}.vkey.json`, Buffer.from(JSON.stringify(toSnarkjsKey(vkey))));
  }
  const page = sirv(folder, { dev: true });
  const server = createServer((request, response) => {
    const [, part, rest] = /^\/(isolated|plain|workerless)(\/.*)$/.exec(request.url ?? "") ?? [];
    if (part !== "plain") response.setHeaders(new Map(Object.entries(ISOLATION)));
    if (rest !== undefined && !(part === "workerless" && rest.includes("browser-worker"))) {
      request.url = rest;
      page(request, response);
      return;
    }
    const file = files.get(request.url ?? "");
    response.writeHead(file ? 200 : 404, request.url === "/" ? { "Content-Type": "text/html" } : {});
    response.end(file);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A proof by a worker of a page that is open at one of the parts. Throws what the worker said. */
export async function proveOn(page: Page, question: Question): Promise<Proved> {
  // The question's inputs nest deeper than the types of `evaluate` can follow.
  const ask = (asked: object) =>
    (globalThis as unknown as { prove(question: object): Promise<Answer> }).prove(asked);
  const answer = await page.evaluate(ask, question as object);
  if ("failure" in answer) throw new Error(answer.failure);
  return answer;
}
