import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { instanceArtifacts } from "../../prover/src/build/artifacts.ts";
import type { withdrawalInputs } from "../../verifier/src/withdrawal/inputs.ts";
import { chromiumPath, launchBrowser } from "../support/browser.ts";

/**
 * Milliseconds of withdrawal proofs by snarkjs in Chromium, witness included: `proofs` of each instance, after one that is not
 * counted. Undefined where there is no Chromium.
 */
export async function browserProofs(
  instances: readonly { readonly name: string; readonly inputs: ReturnType<typeof withdrawalInputs> }[],
  proofs: number,
): Promise<number[][] | undefined> {
  const chromium = chromiumPath();
  if (chromium === undefined) return undefined;
  const snarkjs = join(dirname(createRequire(import.meta.url).resolve("snarkjs")), "snarkjs.min.js");
  const files = new Map<string, Buffer>([
    ["/", Buffer.from("<!doctype html><script src=snarkjs.js></script>")],
    ["/snarkjs.js", await readFile(snarkjs)],
  ]);
  for (const { name } of instances) {
    const { wasm, zkey } = await instanceArtifacts(name);
    files.set(`/${name}.wasm`, await readFile(wasm));
    files.set(`/${name}.zkey`, await readFile(zkey));
  }
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? "");
    response.writeHead(file ? 200 : 404, {
      "Content-Type": request.url === "/" ? "text/html" : "text/javascript",
    });
    response.end(file);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const browser = await launchBrowser(chromium);
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const times: number[][] = [];
    for (const { name, inputs } of instances) {
      const plain = JSON.parse(
        JSON.stringify(inputs, (_, value) => (typeof value === "bigint" ? `${value}` : value)),
      );
      times.push((await page.evaluate(timed, { name, plain, proofs })).slice(1));
    }
    return times;
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

/** Runs in the page. */
async function timed({
  name,
  plain,
  proofs,
}: {
  name: string;
  plain: object;
  proofs: number;
}): Promise<number[]> {
  const { snarkjs } = globalThis as unknown as {
    snarkjs: { groth16: { fullProve(inputs: object, wasm: string, zkey: string): Promise<unknown> } };
  };
  const times: number[] = [];
  for (let proof = 0; proof <= proofs; proof++) {
    const from = performance.now();
    await snarkjs.groth16.fullProve(plain, `/${name}.wasm`, `/${name}.zkey`);
    times.push(performance.now() - from);
  }
  return times;
}
