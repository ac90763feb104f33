import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { JsonRpcProvider } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const NODE = `${process.execPath.replace(/\/node$/, "")}:${process.env.PATH}`;

/** The fenced shell blocks behind a heading of a document; those that stay in the foreground of a terminal of their own apart. */
function blocksOf(document: string, heading: string): { background: string[]; script: string[] } {
  const text = readFileSync(new URL(`../../${document}`, import.meta.url), "utf8");
  const section = text.slice(text.indexOf(`\n${heading}\n`) + 1).split(/\n#{2,3} (?!Try)/)[0]!;
  const found = [...section.matchAll(/^```sh( background)?\n([\s\S]*?)^```$/gm)];
  const of = (background: boolean) =>
    found.filter(([, mark]) => (mark !== undefined) === background).map(([, , commands]) => commands!);
  return { background: of(true), script: of(false) };
}

const { background, script } = blocksOf("docs/contracts.md", "### Try it");
let chain: ChildProcess;
let port: number;
let said: string;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port: free } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return free;
}

beforeAll(async () => {
  rmSync(`${ROOT}epochs/try`, { recursive: true, force: true });
  port = await freePort();
  const env = { ...process.env, PATH: NODE };
  chain = spawn("bash", ["-c", `exec ${background[0]!.trim()} --port ${port}`], {
    cwd: ROOT,
    env,
    stdio: "ignore",
    detached: true,
  });
  const provider = new JsonRpcProvider(`http://127.0.0.1:${port}`, 31337, { staticNetwork: true });
  for (let tries = 0; ; tries++) {
    try {
      await provider.getBlockNumber();
      break;
    } catch (error) {
      if (tries > 300) throw error;
      await new Promise((later) => setTimeout(later, 200));
    }
  }
  provider.destroy();
});
afterAll(() => {
  // npx stands between: the whole group has to go.
  if (chain?.pid !== undefined) process.kill(-chain.pid, "SIGTERM");
  rmSync(`${ROOT}epochs/try`, { recursive: true, force: true });
});

it("a chain of one's own is one command", () => {
  expect(background).toEqual(["npx hardhat node\n"]);
});

it("every command of the walk does what it says, from top to bottom", () => {
  // The same programs without npm before it, and the chain on a port that nobody else has.
  const commands = script
    .join("\n")
    .replaceAll("npm run -s plimsoll --", "node prover/src/cli/plimsoll.ts")
    .replaceAll("npm run -s build --", "node prover/src/build/build.ts")
    .replaceAll("127.0.0.1:8545", `127.0.0.1:${port}`);
  const run = spawnSync("bash", ["-euo", "pipefail"], {
    cwd: ROOT,
    env: { ...process.env, PATH: NODE },
    input: commands,
    encoding: "utf8",
  });
  said = run.stdout;
  expect(run.status, run.stdout + run.stderr).toBe(0);
});

it("leaves an epoch attested in one transaction and one that strangers settled in parts", () => {
  expect(said).toMatch(/solvency registry +0x\w{40}/);
  expect(said).toMatch(/epoch 1 opened for the snapshot/);
  expect(said).toMatch(/attested in transaction 0x/);
  expect(said.match(/ok +attestation/g)?.length).toBeGreaterThanOrEqual(2);
  expect(said).not.toMatch(/FAILED|refused/);
  expect(said).toMatch(/attested +at .* 1 assets read on chain, 1 vouched for/);
});
