import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Wallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { registrationToJson, signRegistration } from "../../../prover/src/owner/registration.ts";
import { readOwners } from "../../../prover/src/snapshot/owners.ts";

const [alice, bob, thief] = [1, 2, 3].map((n) => new Wallet(`0x${String(n).padStart(64, "0")}`)) as [
  Wallet,
  Wallet,
  Wallet,
];
const REGISTRY = `0x${"11".repeat(20)}`;
let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-owners-"));
  await writeFile(at("wallets.csv"), `account,wallet\nbob,${bob.address}\n"a,lice",${alice.address}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

const registered = async (userId: string, owner: bigint, issuedAt: bigint, wallet: Wallet, part = {}) =>
  registrationToJson(
    await signRegistration(wallet, {
      ...{ chainId: 31_337n, registry: BigInt(REGISTRY), exchangeId: "tiny", userId, owner, issuedAt },
      ...part,
    }),
  );

/** Builds from registrations in files of a folder of their own. */
async function build(name: string, texts: readonly string[], ...more: string[]) {
  await mkdir(at(name));
  for (const [i, text] of texts.entries()) await writeFile(join(at(name), `${i}.json`), text);
  const scope = ["--chain-id", "31337", "--registry", REGISTRY, "--exchange-id", "tiny"];
  const files = ["--registrations", at(name), "--wallets", at("wallets.csv"), "--out", at(`${name}.csv`)];
  return runCommand(["owners", "build", ...files, ...scope, ...more]);
}

async function ownersIn(name: string): Promise<[string, bigint][]> {
  const owners: [string, bigint][] = [];
  for await (const { account, owner } of readOwners(at(`${name}.csv`))) owners.push([account, owner]);
  return owners;
}

describe("owners build", () => {
  it.each([
    [
      "another wallet than the user's",
      () => registered("bob", 7n, 1n, thief),
      /wallet that "bob" is known by/,
    ],
    ["a user whom nobody knows", () => registered("carol", 7n, 1n, thief), /or the user is not listed/],
    ["another chain", () => registered("bob", 7n, 1n, bob, { chainId: 1n }), /came one for another/],
    ["another registry", () => registered("bob", 7n, 1n, bob, { registry: 5n }), /came one for another/],
    ["another exchange", () => registered("bob", 7n, 1n, bob, { exchangeId: "x" }), /came one for another/],
    [
      "an owner that was changed afterwards",
      async () => (await registered("bob", 7n, 1n, bob)).replace(/0{63}7"/, `${"0".repeat(63)}8"`),
      /something signed was changed/,
    ],
  ])("refuses %s", async (what, made, words) => {
    const name = what.replaceAll(/\W/g, "-");
    const { text, exitCode } = await build(name, [await made()]);
    expect([exitCode, text]).toEqual([2, expect.stringMatching(words)]);
    await expect(readFile(at(`${name}.csv`))).rejects.toThrow();
  });

  it("refuses two owners of one user and one time", async () => {
    const texts = [await registered("bob", 7n, 1n, bob), await registered("bob", 8n, 1n, bob)];
    const { text, exitCode } = await build("twice", texts);
    expect([exitCode, text]).toEqual([2, expect.stringMatching(/have her register again/)]);
  });

  it("writes the newest owner of each, in the order of the wallets, as epochs read it", async () => {
    const texts = [
      await registered("a,lice", 5n, 1n, alice),
      await registered("bob", 8n, 20n, bob),
      await registered("bob", 7n, 3n, bob),
    ];
    expect(await build("good", texts)).toMatchObject({ exitCode: 0 });
    expect(await ownersIn("good")).toEqual([
      ["bob", 8n],
      ["a,lice", 5n],
    ]);
  });

  it("warns of an owner that changes, and of no other", async () => {
    await writeFile(at("before.csv"), 'account,owner\nbob,7\n"a,lice",5\ncarol,3\n');
    const texts = [await registered("a,lice", 5n, 1n, alice), await registered("bob", 8n, 20n, bob)];
    const { text, exitCode } = await build("changed", texts, "--before", at("before.csv"));
    expect(exitCode).toBe(0);
    expect(text.match(/WARNING/g)).toHaveLength(1);
    expect(text).toMatch(/WARNING: "bob" changes its owner/);
  });
});
