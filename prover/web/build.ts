// `npm run build:web`: the page that checks accounts and the page that withdraws, as one folder of static files, with the
// files that withdrawals are proved with. Builds circuits, development keys and contracts first where they are missing.
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { instanceArtifacts } from "../src/build/artifacts.ts";
import { buildContracts } from "../src/build/contracts.ts";
import { ROOT } from "../src/build/paths.ts";
import { browserInstances } from "../src/build/record.ts";
import { provingFiles } from "./src/proving-files.ts";

const PAGES = ["../../verifier/web/vite.config.ts", "vite.config.ts"] as const;

/** Builds both pages into a folder, which is emptied first. */
export async function buildWeb(folder: string, say: (line: string) => void): Promise<void> {
  say("contracts, whose interfaces the withdrawal page has");
  await buildContracts();
  for (const [i, page] of PAGES.entries()) {
    say(i === 0 ? "the page that checks accounts" : "the page that withdraws");
    const configFile = fileURLToPath(new URL(page, import.meta.url));
    await build({ configFile, logLevel: "error", build: { outDir: folder, emptyOutDir: i === 0 } });
  }
  for (const { name } of browserInstances()) {
    say(`${name}: circuit and development key`);
    const { wasm, zkey } = await instanceArtifacts(name);
    const vkey = zkey.replace(/\.zkey$/, ".vkey.json");
    const files = provingFiles(name);
    await mkdir(dirname(join(folder, files.wasm)), { recursive: true });
    await copyFile(wasm, join(folder, files.wasm));
    await copyFile(zkey, join(folder, files.zkey));
    await copyFile(vkey, join(folder, files.vkey));
  }
}

if (import.meta.main) {
  const folder = join(ROOT, "build/web");
  try {
    await buildWeb(folder, (line) => process.stderr.write(`plimsoll: ${line}\n`));
    process.stderr.write(
      `plimsoll: ${folder} is built; its keys are development keys, good for trying out and refused on public chains\n`,
    );
  } catch (error) {
    process.stderr.write(`plimsoll: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
