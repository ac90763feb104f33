import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { publishTotalsCommand } from "../../../prover/src/cli/publish-totals.ts";
import { epochFolder } from "../../../prover/src/pipeline/epoch-folder.ts";
import { hashPublicPart, readRecord } from "../../../prover/src/pipeline/public-part.ts";
import { runEpoch } from "../../../prover/src/pipeline/run-epoch.ts";
import { openedTotals } from "../../../verifier/src/check/totals.ts";
import { ConstraintProver } from "../../support/constraint-prover.ts";
import { account, ROW, tinyConfig } from "../../support/exchange.ts";

const accounts = [
  account("alice", { btc: 100_000_000n, usdt: 5_000_000_000n, perpShort: 5_000n }),
  account("bob", { usdt: 40_000_000_000n, perpLong: 5_000n }),
  account("carol", { usdt: 1_000_000n }),
];
const script = fileURLToPath(new URL("../../../prover/src/cli/plimsoll.ts", import.meta.url));
let folder: string;
const paths = () => epochFolder(folder);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-totals-"));
  await runEpoch(tinyConfig(folder, accounts), { prover: new ConstraintProver() });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("publishing totals", () => {
  it("publishes nothing unless somebody says yes, having read what it gives away", async () => {
    const child = spawnSync(process.execPath, [script, "epoch", "publish-totals", folder], {
      encoding: "utf8",
    });
    expect(child).toMatchObject({ status: 2, stdout: "" });
    expect(child.stderr).toMatch(/about to publish the totals of 3 accounts/);
    expect(child.stderr).toMatch(/can't be taken back/);
    expect(child.stderr).toMatch(
      /expected --yes where nobody sits at a terminal.*nothing was done\nnext: read the above/,
    );
    let shown = "";
    const refused = publishTotalsCommand(folder, {}, async (warning) => {
      shown = warning;
      return false;
    });
    await expect(refused).rejects.toThrow(/came another answer: nothing was published/);
    expect(existsSync(paths().totals)).toBe(false);
    expect(shown).toMatch(/HELD BY ONE ACCOUNT ALONE.*: BTC owned, BTC-PERP long, BTC-PERP short$/m);
    // Three hold USDT, so its total is nobody's balance; and no name or amount stands in a warning.
    expect(shown).not.toMatch(/USDT|alice|bob|carol|\d{5}/);
  });

  it("refuses a folder that is not proved, or has no private part", async () => {
    const empty = await mkdtemp(join(tmpdir(), "plimsoll-totals-none-"));
    try {
      const { text, exitCode } = await runCommand(["epoch", "publish-totals", empty, "--yes"]);
      expect(text).toMatch(
        /expected an epoch that is proved, with its private part, came none\nnext: plimsoll epoch prove/,
      );
      expect(exitCode).toBe(2);
    } finally {
      await rm(empty, { recursive: true, force: true });
    }
    expect((await runCommand(["epoch", "publish-totals"])).text).toMatch(
      /folder or --config FILE, came both or/,
    );
  });

  it("opens the commitment with every account's holdings, and changes nothing that was signed", async () => {
    const record = await readRecord(paths());
    const hash = await hashPublicPart(paths(), record);
    const done = await runCommand(["epoch", "publish-totals", folder, "--yes"]);
    expect(done).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/\npublished: .*public\/totals\.json/),
    });
    const text = await readFile(paths().totals, "utf8");
    const totals = openedTotals(record, text);
    expect([totals.get(ROW.btc), totals.get(ROW.usdt), totals.get(ROW.perpLong)]).toEqual([
      100_000_000n,
      45_001_000_000n,
      5_000n,
    ]);
    expect(await hashPublicPart(paths(), record)).toBe(hash);
    const again = await runCommand(["epoch", "publish-totals", folder, "--yes"]);
    expect(again.text).toMatch(/published before, the same/);
  });

  it("gives no other secret of the commit away", async () => {
    await runCommand(["epoch", "publish-totals", folder, "--yes"]);
    const { weightsSalt, blinds } = JSON.parse(await readFile(paths().commit, "utf8"));
    const text = await readFile(paths().totals, "utf8");
    const [, ...others] = blinds.flat() as string[];
    // Of one batch the first blind is their sum; with more, each of them stays hidden.
    expect(blinds).toHaveLength(1);
    for (const secret of [weightsSalt, ...others]) expect(text).not.toContain(secret.slice(2));
    for (const name of ["alice", "bob", "carol"]) expect(text).not.toContain(name);
    expect((await readdir(join(folder, "public"))).toSorted()).toEqual([
      "epoch.json",
      "keys",
      "policy",
      "totals.json",
    ]);
  });

  it("puts the true file in the place of a false one, and refuses a private part of another commit", async () => {
    await runCommand(["epoch", "publish-totals", folder, "--yes"]);
    const good = await readFile(paths().totals, "utf8");
    await writeFile(paths().totals, good.replace("45001000000", "45001000001"));
    await runCommand(["epoch", "publish-totals", folder, "--yes"]);
    expect(await readFile(paths().totals, "utf8")).toBe(good);
    const commit = await readFile(paths().commit, "utf8");
    try {
      const { totalsSalt } = JSON.parse(commit);
      await writeFile(
        paths().commit,
        commit.replace(totalsSalt, `${totalsSalt.slice(0, 4)}00${totalsSalt.slice(6)}`),
      );
      const { text, exitCode } = await runCommand(["epoch", "publish-totals", folder, "--yes"]);
      expect(text).toMatch(/TOTALS: expected an opening of this epoch's commitment, came other numbers/);
      expect(exitCode).toBe(2);
      expect(await readFile(paths().totals, "utf8")).toBe(good);
    } finally {
      await writeFile(paths().commit, commit);
    }
  });
});
