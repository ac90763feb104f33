// Builds what a command needs: circuits, their development keys, contracts. `--for test|demo|all|long`.
// Safe to interrupt and to repeat: finished parts stay in .cache, unfinished ones are made again.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Listr } from "listr2";
import { compileInstance, keyedArtifacts } from "./artifacts.ts";
import { buildContracts } from "./contracts.ts";
import { type InstanceSet, isInstanceSet, listInstances } from "./instances.ts";

/** Builds a set, showing each part with its seconds on standard error; plain lines when nobody watches. */
export async function buildSet(set: InstanceSet): Promise<void> {
  // The long tests run on top of what the quick ones need.
  const wanted: readonly InstanceSet[] = set === "long" ? ["test", "long"] : [set];
  const instances = listInstances().filter(({ sets }) => sets.some((one) => wanted.includes(one)));
  // The contracts first: they take longest, in one thread, while circuits and their keys keep the other processor busy.
  const parts: readonly Part[] = [
    {
      name: "contracts",
      build: async (say: Say) => {
        say("compiling");
        return (await buildContracts()) ? "compiled" : "unchanged";
      },
    },
    ...instances.map(({ name }) => ({ name, build: (say: Say) => buildInstance(name, say) })),
  ];
  const watched = process.stderr.isTTY;
  const tasks = parts.map(({ name, build }) => ({
    title: name,
    task: async (_: unknown, task: { title: string }): Promise<void> => {
      const clock = stopwatch();
      const result = await build((doing) => {
        task.title = `${name}: ${doing}`;
      });
      task.title = `${name}: ${result} (${clock()} s)`;
      if (!watched) process.stderr.write(`${task.title}\n`);
    },
  }));
  const concurrent = Math.min(2, availableParallelism());
  await new Listr(tasks, { concurrent, renderer: watched ? "default" : "silent" }).run();
}

type Say = (doing: string) => void;

interface Part {
  readonly name: string;
  /** Tells what it does and returns what it did. */
  readonly build: (say: Say) => Promise<string>;
}

async function buildInstance(name: string, say: Say): Promise<string> {
  const clock = stopwatch();
  say("compiling");
  const compiled = await compileInstance(name);
  const compiling = clock();
  say(`compiled in ${compiling} s, making a development key`);
  const { constraints } = await keyedArtifacts(compiled);
  return `${constraints.toLocaleString("en")} constraints, compiled in ${compiling} s, development key in ${clock()} s`;
}

/** Seconds since the last call, one digit after the point. */
function stopwatch(): () => string {
  let from = performance.now();
  return () => {
    const seconds = ((performance.now() - from) / 1000).toFixed(1);
    from = performance.now();
    return seconds;
  };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { for: { type: "string", default: "all" } } });
  if (!isInstanceSet(values.for)) {
    process.stderr.write(`plimsoll: expected --for test, demo, all or long, came "${values.for}"\n`);
    process.exit(1);
  }
  const from = performance.now();
  try {
    await buildSet(values.for);
    process.stderr.write(
      `plimsoll: built for ${values.for} in ${((performance.now() - from) / 1000).toFixed(1)} s\n`,
    );
  } catch (error) {
    process.stderr.write(`plimsoll: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
