// Starts every command of the project on a machine that has only Node >= 20 and npm.
// Plain JavaScript without dependencies, because it runs before either exists: it brings a newer Node when the
// machine's is too old to run TypeScript, installs the locked dependencies under that Node (npm leaves out native
// packages whose `engines` exclude the running version), then hands over.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const cache = join(root, ".cache");
const NODE_VERSION = "24.21.0";
const OLDEST_NODE = [24, 0];

const COMMANDS = {
  demo: [["node", "prover/src/demo/demo.ts"]],
  build: [["node", "prover/src/build/build.ts"]],
  test: [
    ["node", "prover/src/build/build.ts", "--for", "test"],
    ["bin", "vitest", "run", "--project", "quick"],
  ],
  "test:long": [
    ["node", "prover/src/build/build.ts", "--for", "long"],
    ["bin", "vitest", "run", "--project", "long*"],
  ],
  bench: [["node", "test/bench/bench.ts"]],
  "build:web": [["node", "prover/web/build.ts"]],
  "build:package": [["node", "verifier/package/build.ts"]],
  record: [["node", "prover/src/build/record.ts"]],
  coverage: [["node", "test/coverage/measure.ts"]],
  plimsoll: [["node", "prover/src/cli/plimsoll.ts"]],
  lint: [["bin", "biome", "check", "."]],
  typecheck: [["bin", "tsc", "--noEmit"]],
};

const [command, ...rest] = process.argv.slice(2);
if (!(command in COMMANDS)) {
  fail(`expected one of ${Object.keys(COMMANDS).join(", ")}, came "${command ?? ""}"`);
}

// Interrupted or repeated set-up must leave no half-made folder: everything is made beside its place, then renamed.
const nodeDir = await ensureNode();
const env = {
  ...process.env,
  PATH: `${nodeDir}${process.platform === "win32" ? ";" : ":"}${process.env.PATH ?? ""}`,
};
const nodeBinary = join(nodeDir, process.platform === "win32" ? "node.exe" : "node");
await ensureDependencies();
for (const [index, [kind, target, ...args]] of COMMANDS[command].entries()) {
  const last = index === COMMANDS[command].length - 1;
  const script = kind === "bin" ? binOf(target) : join(root, target);
  const code = await run(nodeBinary, [script, ...args, ...(last ? rest : [])]);
  if (code !== 0) process.exit(code);
}

async function ensureNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]))
    return dirname(process.execPath);
  if (major < 20)
    fail(`expected Node 20 or newer, came ${process.versions.node}: install a current Node and try again`);
  const bare = process.platform === "linux" && ["x64", "arm64"].includes(process.arch);
  const name = bare ? `node-linux-${process.arch}` : "node";
  const home = join(cache, `node-${NODE_VERSION}-${process.platform}-${process.arch}`);
  const bin = join(home, "node_modules", name, "bin");
  if (!existsSync(join(bin, process.platform === "win32" ? "node.exe" : "node"))) {
    const started = stage(
      `Node ${process.versions.node} is too old to run this project: bringing ${NODE_VERSION}`,
    );
    const made = `${home}.${process.pid}`;
    mkdirSync(made, { recursive: true });
    writeFileSync(join(made, "package.json"), '{ "private": true }\n');
    const flags = [
      "install",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      ...(bare ? ["--ignore-scripts"] : []),
    ];
    const code = await run("npm", [...flags, `${name}@${NODE_VERSION}`], { cwd: made, env: process.env });
    if (code !== 0) {
      rmSync(made, { recursive: true, force: true });
      fail(
        `npm could not install ${name}@${NODE_VERSION}: check the network and the npm registry, then try again`,
      );
    }
    rmSync(home, { recursive: true, force: true });
    renameSync(made, home);
    started.done();
  }
  return bin;
}

async function ensureDependencies() {
  const lock = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  const version = spawnSync(nodeBinary, ["--version"]).stdout.toString().trim();
  const wanted = lock
    .update(version.split(".")[0])
    .update(process.platform + process.arch)
    .digest("hex");
  const stamp = join(cache, "installed");
  const installed =
    existsSync(join(root, "node_modules")) && existsSync(stamp) && readFileSync(stamp, "utf8");
  if (installed === wanted) return;
  const started = stage("installing the locked dependencies");
  rmSync(stamp, { force: true });
  const code = await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root, env });
  if (code !== 0)
    fail("npm ci failed: its message is above; check the network and the npm registry, then try again");
  mkdirSync(cache, { recursive: true });
  writeFileSync(`${stamp}.${process.pid}`, wanted);
  renameSync(`${stamp}.${process.pid}`, stamp);
  started.done();
}

function binOf(name) {
  const manifest = { biome: "@biomejs/biome", tsc: "typescript" }[name] ?? name;
  const folder = join(root, "node_modules", manifest);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return join(folder, typeof bin === "string" ? bin : bin[name]);
}

function run(file, args, options = { cwd: root, env }) {
  // npm is a script with a shell wrapper on Windows; everywhere else no shell comes between.
  // What npm says goes to standard error: standard output is the command's own.
  const child = spawn(file, args, {
    stdio: ["inherit", file === "npm" ? process.stderr : "inherit", "inherit"],
    shell: process.platform === "win32" && file === "npm",
    ...options,
  });
  const forward = (signal) => child.kill(signal);
  process.on("SIGINT", forward).on("SIGTERM", forward);
  return new Promise((settle) => {
    child.on("error", (error) => fail(`could not start ${file}: ${error.message}`));
    child.on("exit", (code, signal) => {
      process.off("SIGINT", forward).off("SIGTERM", forward);
      settle(signal === null ? (code ?? 1) : 130);
    });
  });
}

function stage(text) {
  const from = performance.now();
  process.stderr.write(`plimsoll: ${text} ...\n`);
  return {
    done: () =>
      process.stderr.write(`plimsoll: done in ${((performance.now() - from) / 1000).toFixed(1)} s\n`),
  };
}

function fail(message) {
  process.stderr.write(`plimsoll: ${message}\n`);
  process.exit(1);
}
