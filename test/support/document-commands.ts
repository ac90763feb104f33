import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { ROOT } from "../../prover/src/build/paths.ts";
import { NODE_FIRST } from "./fresh-clone.ts";

/** A fenced shell block of a document. One marked "```sh background" stays in the foreground of a terminal of its own. */
export interface DocumentBlock {
  readonly commands: string;
  readonly isBackground: boolean;
}

/**
 * Reads the blocks of a document (path from the root), in order: those that stand behind a heading such as "### Try it", up
 * to the next heading of its level or above, or all without one. Throws when there are none: a test of nothing passes.
 */
export function documentBlocks(document: string, heading?: string): DocumentBlock[] {
  const blocks = [...sectionOf(document, heading).matchAll(/^```sh( background)?\n([\s\S]*?)^```$/gm)];
  if (blocks.length === 0)
    throw new Error(
      `${document}: expected shell blocks${heading === undefined ? "" : ` behind "${heading}"`}, came none`,
    );
  return blocks.map(([, mark, commands]) => ({ commands: commands!, isBackground: mark !== undefined }));
}

/** The commands of those that stay, and of the others, each in order. */
export function documentCommands(
  document: string,
  heading?: string,
): { readonly background: readonly string[]; readonly script: readonly string[] } {
  const blocks = documentBlocks(document, heading);
  const of = (background: boolean) =>
    blocks.filter(({ isBackground }) => isBackground === background).map(({ commands }) => commands);
  return { background: of(true), script: of(false) };
}

/**
 * One script that does what a reader does: a block that stays is started where it stands, in a process group of its own, and
 * the blocks after it wait until `port` is answered. The script ends it.
 */
export function asOneScript(blocks: readonly DocumentBlock[], port: number): string {
  const answered = `until (exec 3<>/dev/tcp/127.0.0.1/${port}) 2>/dev/null; do sleep 0.2; done`;
  const started = (commands: string) =>
    `setsid bash -c ${quoted(commands.trim())} >/dev/null 2>&1 &\nBACKGROUND=$!\ntrap 'kill -- -$BACKGROUND' EXIT\n${answered}\n`;
  return blocks.map(({ commands, isBackground }) => (isBackground ? started(commands) : commands)).join("\n");
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

function sectionOf(document: string, heading: string | undefined): string {
  const text = readFileSync(join(ROOT, document), "utf8");
  if (heading === undefined) return text;
  const start = text.indexOf(`\n${heading}\n`);
  if (start < 0) throw new Error(`${document}: expected the heading "${heading}", came none`);
  const section = text.slice(start + heading.length + 2);
  const level = heading.split(" ")[0]!.length;
  const fences = section.split(/^```/m);
  // A line of a script that begins with # is no heading.
  let end = 0;
  for (const [index, part] of fences.entries()) {
    const next = index % 2 === 0 ? part.search(new RegExp(`^#{1,${level}} `, "m")) : -1;
    if (next >= 0) return section.slice(0, end + next);
    end += part.length + "```".length;
  }
  return section;
}

export interface Ran {
  /** Exit code; null when a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  /** Both streams as they came, for a failing test's message. */
  readonly all: string;
}

/** Runs commands as one script in bash, which stops at the first that fails, with this very Node first on the path. */
export function runScript(commands: string, { cwd }: { cwd: string }): Promise<Ran> {
  const child = spawn("bash", ["-euo", "pipefail"], { cwd, env: { ...process.env, PATH: NODE_FIRST } });
  let stdout = "";
  let all = "";
  child.stdout.on("data", (text: Buffer) => {
    stdout += text;
    all += text;
  });
  child.stderr.on("data", (text: Buffer) => {
    all += text;
  });
  child.stdin.end(commands);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stdout, all }));
  });
}

/** Starts one command that stays, in a process group of its own: npm and npx stand between, so the whole group has to go. */
export function inBackground(
  command: string,
  { cwd }: { cwd: string },
): { readonly child: ChildProcess; stop(): void } {
  const child = spawn("bash", ["-c", `exec ${command.trim()}`], {
    cwd,
    env: { ...process.env, PATH: NODE_FIRST },
    stdio: "ignore",
    detached: true,
  });
  return {
    child,
    stop() {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
    },
  };
}

/** A port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}
