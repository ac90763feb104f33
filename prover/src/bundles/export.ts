import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { privateFolder, writePrivate, writeWholeFolder } from "../pipeline/files.ts";
import { csvCell } from "../snapshot/csv-cell.ts";
import { bundlePath, statementPath } from "./link.ts";
import { paddedBundle, paddedStatement, type Shelf } from "./shelf.ts";

/**
 * Writes all bundles of an epoch below `out`, each under the path of its link and all of one size: a folder for any static
 * host that lists no folders. On this machine nobody else may read it. `tick` is called for each bundle.
 */
export function exportBundles(shelf: Shelf, out: string, tick: () => void): Promise<void> {
  return writeWholeFolder(out, async (folder) => {
    for (const path of [bundlePath("x"), statementPath("x")])
      await privateFolder(join(folder, dirname(path)));
    for (const bundle of shelf.bundles) {
      const write = (path: string, bytes: Buffer) => writeFile(join(folder, path), bytes, { mode: 0o600 });
      await write(bundlePath(bundle.token), await paddedBundle(bundle, shelf));
      const statement = await paddedStatement(bundle, shelf);
      if (statement !== undefined) await write(statementPath(bundle.token), statement);
      tick();
    }
  });
}

/**
 * Writes who has which link, as CSV `account,link`, with `statement` where the exchange signed some, readable by the operator
 * alone: each link goes to its user and to nobody else.
 */
export async function writeLinks(shelf: Shelf, base: string, file: string): Promise<void> {
  const root = base.endsWith("/") ? base : `${base}/`;
  const hasStatements = shelf.bundles.some(({ statement }) => statement !== undefined);
  const lines = shelf.bundles.map(({ userId, token, statement }) => {
    const second = statement === undefined ? "" : root + statementPath(token);
    const links = [root + bundlePath(token), ...(hasStatements ? [second] : [])];
    return `${csvCell(inert(userId))},${links.join(",")}\n`;
  });
  await writePrivate(file, `account,link${hasStatements ? ",statement" : ""}\n${lines.join("")}`);
}

/** An apostrophe before what a spreadsheet would compute, and before one, so that no two ids become the same. */
function inert(userId: string): string {
  return /^[=+\-@\t\r']/.test(userId) ? `'${userId}` : userId;
}
