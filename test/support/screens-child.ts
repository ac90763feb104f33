// Prints the help of every command, group by group, as JSON: one process in place of one for each.
import { runCommand } from "../../prover/src/cli/plimsoll.ts";

const screens: Record<string, string> = {};

async function collect(path: readonly string[]): Promise<void> {
  const { text } = await runCommand([...path, "--help"]);
  const group = path[0] ?? "plimsoll";
  screens[group] = `${screens[group] ?? ""}$ plimsoll ${[...path, "--help"].join(" ")}\n${text}\n`;
  const listed = text.split("\nCommands:\n")[1]?.split("\n\n")[0] ?? "";
  for (const [, name] of listed.matchAll(/^ {2}([a-z-]+)/gm))
    if (name !== "help") await collect([...path, name!]);
}

await collect([]);
process.stdout.write(JSON.stringify(screens));
