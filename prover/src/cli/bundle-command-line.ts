import type { Command } from "commander";
import type { Progress } from "../pipeline/progress.ts";
import type { BundlesExportOptions, ServeOptions } from "./bundle-commands.ts";
import type { Outcome } from "./outcome.ts";

const CONFIG = "configuration of an epoch that is proved";
const LINKS = "file for the list of links, readable by you only";
const BASE = "where the bundles will be, such as https://proof.example/";

/** The commands that bring bundles to users. */
export function bundleCommands(
  program: Command,
  finish: (handled: Promise<Outcome>) => Promise<void>,
  progress: Progress,
): void {
  const bundles = program.command("bundles").description("bring each user her bundle");
  bundles
    .command("export")
    .description("write bundles of one size under unguessable names, for any static host")
    .requiredOption("--config <file>", CONFIG)
    .requiredOption("--out <folder>", "folder to write; must not be there yet")
    .requiredOption("--links <file>", LINKS)
    .requiredOption("--base-url <url>", BASE)
    .action((options: BundlesExportOptions) =>
      finish(import("./bundle-commands.ts").then((on) => on.bundlesExportCommand(options, progress))),
    );
  bundles
    .command("links")
    .description("write the list of links that `plimsoll serve` answers")
    .requiredOption("--config <file>", CONFIG)
    .requiredOption("--links <file>", LINKS)
    .requiredOption("--base-url <url>", BASE)
    .action((options: BundlesExportOptions) =>
      finish(import("./bundle-commands.ts").then((on) => on.bundlesLinksCommand(options))),
    );
  program
    .command("serve")
    .description("serve bundles to whoever has their link; put TLS in front")
    .requiredOption("--config <file...>", "configurations of epochs that are proved")
    .option("--listen <host:port>", "where to listen", "127.0.0.1:8080")
    .option("--page <folder>", "the page that checks bundles, served beside them")
    .option("--address-header <name>", "header in which your proxy says whose request it is")
    .option("--requests-per-second <number>", "most requests of one address", "20")
    .option("--misses-per-minute <number>", "most wrong links of one address", "10")
    .action((options: ServeOptions) =>
      finish(
        import("./bundle-commands.ts").then((on) =>
          on.serveCommand(options, { log: (line) => process.stderr.write(`plimsoll: ${line}\n`) }),
        ),
      ),
    );
}
