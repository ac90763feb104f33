import { rmSync } from "node:fs";
import { JsonRpcProvider } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ROOT } from "../../prover/src/build/paths.ts";
import { documentCommands, freePort, inBackground, runScript } from "../support/document-commands.ts";

const { background, script } = documentCommands("docs/contracts.md", "### Try it");
let chain: ReturnType<typeof inBackground> | undefined;
let port: number;
let said: string;
const EPOCHS = `${ROOT}/epochs/try`;

beforeAll(async () => {
  rmSync(EPOCHS, { recursive: true, force: true });
  port = await freePort();
  chain = inBackground(`${background[0]!.trim()} --port ${port}`, { cwd: ROOT });
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
  chain?.stop();
  rmSync(EPOCHS, { recursive: true, force: true });
});

it("a chain of one's own is one command", () => {
  expect(background).toEqual(["npx hardhat node\n"]);
});

it("every command of the walk does what it says, from top to bottom", async () => {
  // The same programs without npm before it, and the chain on a port that nobody else has.
  const commands = script
    .join("\n")
    .replaceAll("npm run -s plimsoll --", "node prover/src/cli/plimsoll.ts")
    .replaceAll("npm run -s build --", "node prover/src/build/build.ts")
    .replaceAll("127.0.0.1:8545", `127.0.0.1:${port}`);
  const run = await runScript(commands, { cwd: ROOT });
  said = run.stdout;
  expect(run.status, run.all).toBe(0);
});

it("leaves an epoch attested in one transaction and one that strangers settled in parts", () => {
  expect(said).toMatch(/solvency registry +0x\w{40}/);
  expect(said).toMatch(/epoch 1 opened for the snapshot/);
  expect(said).toMatch(/attested in transaction 0x/);
  expect(said.match(/ok +attestation/g)?.length).toBeGreaterThanOrEqual(2);
  expect(said).not.toMatch(/FAILED|refused/);
  expect(said).toMatch(/attested +at .* 1 assets read on chain, 1 vouched for/);
});
