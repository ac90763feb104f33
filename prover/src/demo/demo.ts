// `npm run demo [-- --all]`: an exchange proved, settled on a chain, checked by its users, and cheated in vain.
// `npm run demo -- --epochs`: epochs settled in every way, see scenes/epochs.ts.
// `npm run demo -- --page [--port N]`: customers check their accounts in a browser, see scenes/customers-page.ts.
// `npm run demo -- --withdrawals`: money in, traded, and out again by proofs, see scenes/withdrawals.ts.
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { cpus } from "node:os";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { checkBundle } from "@plimsoll/verifier/check/bundle.ts";
import { checkEpoch } from "@plimsoll/verifier/check/epoch.ts";
import { rootOfPath } from "@plimsoll/verifier/encodings/tree.ts";
import { type Bundle, bundleFromJson } from "@plimsoll/verifier/formats/bundle.ts";
import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { instanceArtifacts } from "../build/artifacts.ts";
import { buildSet } from "../build/build.ts";
import { ROOT } from "../build/paths.ts";
import { lintPolicy } from "../linter/lint-policy.ts";
import type { EpochConfig } from "../pipeline/config.ts";
import { epochFolder } from "../pipeline/epoch-folder.ts";
import { localProver } from "../pipeline/local-prover.ts";
import type { ProgressEvent } from "../pipeline/progress.ts";
import { registryChain } from "../pipeline/registry-chain.ts";
import { type EpochResult, runEpoch } from "../pipeline/run-epoch.ts";
import { chosenBackend } from "../proving/chosen-backend.ts";
import { readWitnessGenerator } from "../proving/witness-file.ts";
import {
  type Book,
  debtWithoutCounterweight,
  honestBook,
  oneSidedHedge,
  refusedByEpochCircuit,
  reservesShort,
} from "./cheats.ts";
import { type DemoChain, startDemoChain } from "./demo-chain.ts";
import { type DemoExchange, readDemoExchange } from "./demo-exchange.ts";
import { withTokens } from "./demo-tokens.ts";
import { figure, Narrator } from "./narrator.ts";
import { customersPage } from "./scenes/customers-page.ts";
import { epochs } from "./scenes/epochs.ts";
import { withdrawals } from "./scenes/withdrawals.ts";

const EPOCH = 1n;
/** Reference prices for a table that anyone can scale: nothing is measured with them. */
const GWEI_PER_GAS = 1;

const { values } = parseArgs({
  options: {
    all: { type: "boolean", default: false },
    epochs: { type: "boolean", default: false },
    withdrawals: { type: "boolean", default: false },
    page: { type: "boolean", default: false },
    port: { type: "string", default: "8480" },
  },
});
const tell = new Narrator();
process.exitCode = (await chosen()) ? 0 : 1;

function chosen(): Promise<boolean> {
  if (values.page) return customersPage(tell, Number(values.port));
  if (values.withdrawals) return withdrawals(tell);
  return values.epochs ? epochs(tell) : demo(values.all);
}

async function demo(all: boolean): Promise<boolean> {
  tell.heading("Plimsoll: every account of an exchange proved margin-sufficient, in zero knowledge");
  tell.line("DEVELOPMENT KEYS: their secrets are public. Nothing proved here would convince anybody else.");

  tell.heading("1. Circuits, keys, contracts (kept for the next time)");
  await buildSet(all ? "all" : "demo");

  tell.heading("2. An exchange, and the rules that it publishes");
  const exchange = await tell.stage("read and normalise the snapshot, compile the policy", async () =>
    withTokens(await readDemoExchange(all)),
  );
  describeExchange(exchange);
  const lint = await tell.stage("lint the policy: certificates in exact integers", () =>
    lintPolicy(exchange.policy.coefficients),
  );
  if (!lint.accepted) {
    for (const finding of lint.findings) tell.line(`${finding.severity}: ${finding.where}: ${finding.words}`);
    return false;
  }
  tell.line(`accepted on ${lint.certificates.length} certificates`);

  const prover = localProver(chosenBackend());
  const batch = await instanceArtifacts(exchange.circuits.batch);
  const epoch = await instanceArtifacts(exchange.circuits.epoch);
  const snapshotTime = BigInt(Date.parse(exchange.policy.marks.observedAt) / 1000);
  const keys = { batch: batch.vkey, epoch: epoch.vkey };
  const chain = await tell.stage("start a local chain, deploy both registries, keys and reserve tokens", () =>
    startDemoChain({ exchange, unitWeights: lint.unitWeights, keys, snapshotTime }),
  );
  try {
    const folder = join(ROOT, "epochs", all ? "demo-all" : "demo");
    await rm(folder, { recursive: true, force: true });
    const config = await configOf(exchange, chain, folder, snapshotTime);
    await tell.stage(
      "the exchange opens epoch 1, its time comes, publishers sign the policy of that time",
      () => chain.open(EPOCH, snapshotTime),
    );

    tell.heading("3. Prove");
    const proving = performance.now();
    const proved = await runEpoch(config, { prover, progress: showProgress });
    const provingSeconds = (performance.now() - proving) / 1000;

    tell.heading("4. Settle");
    const settlement = registryChain(chain.registry, {
      sender: chain.relayer,
      exchange: chain.exchange,
      statements: chain.statements,
    });
    const symbol = chain.tokens[0]!.symbol;
    const excess = (await chain.balance(symbol)) - exchange.reserves.claims[symbol]! + 1n;
    await chain.drain(symbol, excess);
    const short = await refusal(() => runEpoch(config, { prover, chain: settlement }));
    tell.line(`with one unit of ${symbol} missing from custody, the registry refuses:`);
    tell.line(`  ${short ?? "NOT REFUSED"}`);
    await chain.refill(symbol, excess);
    const settled = await runEpoch(config, { prover, chain: settlement, progress: showProgress });
    const { receipt, record } = settled;
    if (!receipt || short === undefined) return false;
    tell.line(
      `attested in transaction ${receipt.transaction.slice(0, 18)}… for ${figure(Number(receipt.gasUsed))} gas`,
    );

    tell.heading("5. Check");
    const good = await checkEverything(config, record, chain, exchange);

    tell.heading("6. Cheat");
    const refused = await cheats(exchange, config, record, epoch.wasm, chain);

    tell.heading("7. What it cost");
    tell.table([
      [
        "machine",
        `${cpus().length} x ${cpus()[0]?.model.trim() ?? "unknown"}, Node ${process.versions.node}`,
      ],
      ["accounts, batches", `${exchange.accounts.length}, ${record.batches.length}`],
      ["constraints", `${figure(batch.constraints)} per batch, ${figure(epoch.constraints)} for the epoch`],
      ["proving", `${figure(provingSeconds, 1)} s, all stages from accounts to proofs`],
      ["gas", await gasWords(record, receipt.gasUsed, exchange, chain)],
      ["published", `${figure(await folderBytes(join(folder, "public")))} bytes`],
      ["a bundle", `${figure(await largestBundle(config.folder))} bytes at most`],
      ["not used", wasteWords(proved.waste)],
      ["this run", `${figure(tell.elapsed(), 1)} s`],
    ]);
    const someone = relative(process.cwd(), join(epochFolder(folder).bundles, "covered-call-btc.json"));
    tell.heading("Check one account yourself:");
    tell.line(`npm run plimsoll -- verify bundle ${someone} --epoch ${relative(process.cwd(), folder)}`);
    return good && refused;
  } finally {
    await prover.close?.();
    await chain.close();
  }
}

function describeExchange({ policy, accounts, report }: DemoExchange): void {
  const { shape } = policy.coefficients;
  const instruments = shape.groups.reduce((sum, group) => sum + group.instruments, 0);
  const margin = accounts.filter(({ holdings }) =>
    holdings.some((entry) => entry.row >= 2 * shape.assets),
  ).length;
  tell.line(
    `${accounts.length} accounts, ${margin} of them with positions; ${shape.assets} assets, ${instruments} instruments, ` +
      `${shape.groups.map((group) => group.scenarios).join(" + ")} scenarios`,
  );
  const credited = figure(Number(report.dust.value) / 1e12, 6);
  tell.line(
    `${report.dust.fields} balances have digits below their row's unit: rounded in the users' favour, at most ${credited} ${policy.riskParameters.quote} in all`,
  );
}

async function configOf(
  exchange: DemoExchange,
  chain: DemoChain,
  folder: string,
  snapshotTime: bigint,
): Promise<EpochConfig> {
  const { riskParameters, marks, reserves, accounts, circuits } = exchange;
  return {
    folder,
    chainId: chain.chainId,
    registry: chain.registry,
    exchange: BigInt(await chain.exchange.getAddress()),
    exchangeId: "demo-exchange",
    epoch: EPOCH,
    snapshotTime,
    policy: { riskParameters, marks },
    accounts: async function* () {
      yield* accounts;
    },
    claims: reserves.claims,
    insurance: reserves.insurance,
    circuits,
    operatorSecret: crypto.getRandomValues(new Uint8Array(32)),
  };
}

function showProgress({ stage, state, done, total, unit, seconds, perSecond, kept }: ProgressEvent): void {
  const of = total === undefined ? figure(done) : `${figure(done)} of ${figure(total)}`;
  const rate = perSecond === undefined ? "" : `, ${figure(perSecond, perSecond < 10 ? 2 : 0)}/s`;
  const reused = kept ? ` (${figure(kept)} kept)` : "";
  if (state === "done") {
    const line = `  ${`${stage}: ${figure(done)} ${unit}${reused}${rate}`.padEnd(72)} ${`${seconds.toFixed(1)} s`.padStart(8)}\n`;
    process.stdout.write(`${process.stdout.isTTY ? "\r\u001b[K" : ""}${line}`);
  } else if (process.stdout.isTTY) {
    process.stdout.write(`\r\u001b[K  ${stage}: ${of} ${unit}${rate}`);
  }
}

async function refusal(run: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function checkEverything(
  config: EpochConfig,
  record: EpochRecord,
  chain: DemoChain,
  { policy, accounts }: DemoExchange,
): Promise<boolean> {
  const folder = epochFolder(config.folder);
  const keys = new Map();
  for (const name of [config.circuits.batch, config.circuits.epoch])
    keys.set(name, (await instanceArtifacts(name)).vkey);
  const report = await tell.stage("anyone: policy, challenges and every proof again", async (update) =>
    checkEpoch(
      {
        record: await readFile(folder.record, "utf8"),
        riskParameters: await readFile(folder.riskParameters, "utf8"),
        marks: await readFile(folder.marks, "utf8"),
        keys,
      },
      { attestations: chain.source, progress: (done, of) => update(`${done} of ${of} proofs`) },
    ),
  );
  for (const step of report.steps.filter(({ outcome }) => outcome !== "passed"))
    tell.line(`${step.outcome}: ${step.name}: ${step.words}`);
  let passed = 0;
  await tell.stage("every user: own holdings, free collateral, path, chain", async (update) => {
    for await (const bundle of bundlesOf(config.folder)) {
      const account = accounts.find(({ userId }) => userId === bundle.userId)!;
      const holdings = new Map<number, bigint>();
      for (const { row, quantity } of account.holdings)
        holdings.set(row, (holdings.get(row) ?? 0n) + quantity);
      const own = { userId: account.userId, holdings };
      const check = await checkBundle(bundle, { own, policy, attestations: chain.source });
      if (check.passed) passed++;
      update(`${passed} of ${accounts.length} bundles good`);
    }
  });
  return report.passed && passed === accounts.length && record.batches.length > 0;
}

async function* bundlesOf(folder: string): AsyncGenerator<Bundle> {
  const { bundles } = epochFolder(folder);
  for (const name of (await readdir(bundles)).sort())
    yield bundleFromJson(await readFile(join(bundles, name), "utf8"), name);
}

/** Each way to cheat, tried for real; true when every one of them failed. */
async function cheats(
  { policy, accounts }: DemoExchange,
  config: EpochConfig,
  record: EpochRecord,
  epochWasm: string,
  chain: DemoChain,
): Promise<boolean> {
  const results: boolean[] = [];
  const show = (cheat: string, stopped: string | undefined) => {
    results.push(stopped !== undefined);
    tell.line(`${stopped === undefined ? "SUCCEEDED" : "refused"}: ${cheat}`);
    if (stopped !== undefined) tell.line(`         ${stopped.split("\n")[0]}`);
  };
  const victim = bundleFromJson(
    await readFile(join(epochFolder(config.folder).bundles, "covered-call-btc.json"), "utf8"),
    "covered-call-btc.json",
  );
  const failure = async (bundle: Bundle) => {
    const { steps } = await checkBundle(bundle, { policy, attestations: chain.source });
    return steps.find(({ outcome }) => outcome === "failed")?.words;
  };
  const without = rootOfPath(0n, victim.slot, victim.path);
  show(
    "an account is left out, and her bundle names the batch without her",
    await failure({ ...victim, root: without }),
  );
  const [first, ...rest] = victim.holdings;
  const less = [{ row: first!.row, quantity: first!.quantity - 1n }, ...rest];
  show("a balance is changed by one unit", await failure({ ...victim, holdings: less }));

  const generator = await readWitnessGenerator(epochWasm);
  const circuit = (book: Book) => refusedByEpochCircuit(generator, policy, book);
  const honest = honestBook(policy, accounts, record.claims);
  const control = await circuit(honest);
  if (control !== undefined) throw new Error(`the honest book has no witness: ${control}`);
  show("one contract long that nobody is short of", await circuit(oneSidedHedge(policy, honest, accounts)));
  show("reserves one unit short of what is owed", await circuit(reservesShort(policy, honest, 0)));
  show("a debt that nobody's equity bears", await circuit(debtWithoutCounterweight(policy, honest)));
  return results.every(Boolean);
}

async function gasWords(
  record: EpochRecord,
  gasUsed: bigint,
  { accounts }: DemoExchange,
  chain: DemoChain,
): Promise<string> {
  const perAccount = Number(gasUsed) / accounts.length;
  const ether = (Number(gasUsed) * GWEI_PER_GAS) / 1e9;
  return (
    `${figure(Number(gasUsed))} to attest ${record.batches.length} batches (${figure(perAccount)} per account; ` +
    `${ether.toFixed(4)} ether at ${GWEI_PER_GAS} gwei), ${figure(Number(chain.deploymentGas))} to deploy`
  );
}

async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => stat(join(folder, name))));
  return sizes.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}

async function largestBundle(folder: string): Promise<number> {
  const { bundles } = epochFolder(folder);
  const sizes = await Promise.all(
    (await readdir(bundles)).map(async (name) => (await stat(join(bundles, name))).size),
  );
  return Math.max(...sizes);
}

function wasteWords({ emptyBlocks, emptyWords, wastedShare }: EpochResult["waste"]): string {
  return `${(100 * wastedShare).toFixed(0)} % of the batches' constraints: ${emptyBlocks} blocks and ${emptyWords} words empty`;
}
