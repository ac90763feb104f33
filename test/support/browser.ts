import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where this machine's Chromium is: `CHROMIUM_PATH`, or the system's; undefined where there is none. */
export function chromiumPath(): string | undefined {
  const { CHROMIUM_PATH } = process.env;
  return CHROMIUM_PATH || PLACES.find(existsSync);
}

/**
 * Chromium for the tests of `what`. Where there is none, one visible line says that they were not run; in CI, where
 * `PLIMSOLL_BROWSER` is "required", an Error does.
 */
export function chromiumFor(what: string, found = chromiumPath() ?? null): string | undefined {
  if (found !== null) return found;
  const words = `not run: ${what} in a browser, since no Chromium is here: install one or set CHROMIUM_PATH`;
  if (process.env.PLIMSOLL_BROWSER === "required") throw new Error(words);
  process.stderr.write(`${words}\n`);
  return undefined;
}

/** A real browser. Its sandbox does not run as root, which containers are. */
export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
}
