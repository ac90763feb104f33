import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Wallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  identityNewCommand,
  identityRegisterCommand,
  identityRestoreCommand,
  identityShowCommand,
} from "../../../prover/src/cli/identity-commands.ts";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { verifyBundleCommand } from "../../../prover/src/cli/verify-commands.ts";
import { identityOf } from "../../../prover/src/owner/identity.ts";
import { openIdentity, readIdentity, writeIdentity } from "../../../prover/src/owner/identity-file.ts";
import { registrationFromJson } from "../../../prover/src/owner/registration.ts";
import { bundleToJson } from "../../../verifier/src/formats/bundle.ts";
import { LONE_HOME, LONE_SECRET, loneBundle } from "../../support/lone-bundle.ts";

const WALLET_KEY = "42".repeat(32);
const PASSPHRASE = "correct horse battery";
const REGISTRY = `0x${LONE_HOME.registry.toString(16).padStart(40, "0")}`;
const home = { chainId: "31337", registry: REGISTRY };
/** Guessing is cheap here; the command line takes ethers' cost. */
const quick = { scryptCost: 1 << 10, now: () => 1_795_161_600n };

let folder: string;
const at = (name: string): string => join(folder, name);
const secretFile = (name: string, text: string): Promise<void> => writeFile(at(name), text, { mode: 0o600 });
const refusal = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => Promise.reject(new Error("not refused")),
    (error: Error) => error,
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-identity-"));
  await secretFile("wallet.key", WALLET_KEY);
  await secretFile("passphrase", `${PASSPHRASE}\n`);
  await secretFile("other-passphrase", "another long passphrase");
  await writeIdentity(at("alice.json"), identityOf(LONE_SECRET, LONE_HOME, "random"), PASSPHRASE, quick);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const passphraseFile = (): string => at("passphrase");
const walletKeyFile = (): string => at("wallet.key");

describe("an identity file", () => {
  it("is for its owner's eyes only, and is never overwritten", async () => {
    const out = at("kept.json");
    const made = await identityNewCommand({ out, ...home, passphraseFile: passphraseFile() }, quick);
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    const before = await readFile(out, "utf8");
    for (const again of [
      () => identityNewCommand({ out, ...home, passphraseFile: passphraseFile() }, quick),
      () =>
        identityRestoreCommand({ out, backup: at("alice.json"), passphraseFile: passphraseFile() }, quick),
      () => identityRegisterCommand(at("alice.json"), registering(out), quick),
    ]) {
      expect((await refusal(again())).message).toMatch(/expected no file of that name/);
    }
    expect(await readFile(out, "utf8")).toBe(before);
    expect(made.text).toContain("only copy");
  });

  it("row 35: shows its secret nowhere: neither in the file nor in what is printed", async () => {
    const out = at("hidden.json");
    const printed = await identityNewCommand({ out, ...home, passphraseFile: passphraseFile() }, quick);
    const shown = await identityShowCommand(out, { passphraseFile: passphraseFile() });
    const { secret, owner } = await openIdentity(out, PASSPHRASE);
    const text = [printed.text, shown.text, await readFile(out, "utf8")].join();
    for (const form of [secret.toString(), secret.toString(16)]) expect(text).not.toContain(form);
    expect(text).toContain(owner.toString(16));
  });

  it("is refused when others may read it, with another passphrase, and when the owner in it was changed", async () => {
    const text = await readFile(at("alice.json"), "utf8");
    await secretFile("open.json", text);
    await chmod(at("open.json"), 0o644);
    const { owner } = await readIdentity(at("alice.json"));
    await secretFile("changed.json", text.replace(owner.toString(16), (owner - 1n).toString(16)));
    for (const [file, passphrase, words] of [
      ["open.json", PASSPHRASE, /only its owner may read/],
      ["alice.json", "not the passphrase", /expected its passphrase/],
      ["changed.json", PASSPHRASE, /the file was changed/],
    ] as const) {
      const error = await refusal(openIdentity(at(file), passphrase));
      expect(error.message).toMatch(words);
      expect(error.message + String(error.cause)).not.toContain(passphrase);
    }
    const register = identityRegisterCommand(at("changed.json"), registering(at("never.json")), quick);
    expect((await refusal(register)).message).toMatch(/the file was changed/);
  });

  it("takes a passphrase of 12 characters that is typed twice alike", async () => {
    const typed = (...answers: string[]) => ({ ...quick, ask: () => Promise.resolve(answers.shift()!) });
    const short = identityNewCommand({ out: at("short.json"), ...home }, typed("too short"));
    expect((await refusal(short)).message).toMatch(/at least 12/);
    const unlike = identityNewCommand(
      { out: at("unlike.json"), ...home },
      typed(PASSPHRASE, `${PASSPHRASE}!`),
    );
    expect((await refusal(unlike)).message).toMatch(/the same twice/);
    await identityNewCommand({ out: at("typed.json"), ...home }, typed(PASSPHRASE, PASSPHRASE));
    expect((await openIdentity(at("typed.json"), PASSPHRASE)).source).toBe("random");
  });
});

describe("restoring an identity", () => {
  it("gives the same owner from the wallet, and says so when it can't be the same", async () => {
    const wallet = { ...home, walletKeyFile: walletKeyFile(), passphraseFile: passphraseFile() };
    await identityNewCommand({ out: at("wallet.json"), ...wallet }, quick);
    const { owner } = await readIdentity(at("wallet.json"));
    const expected = { owner: `0x${owner.toString(16)}` };
    const other = identityRestoreCommand({ out: at("no.json"), ...wallet, ...expected, number: "1" }, quick);
    expect((await refusal(other)).message).toMatch(/expected the owner of --owner/);
    await identityRestoreCommand({ out: at("again.json"), ...wallet, ...expected }, quick);
    expect(await openIdentity(at("again.json"), PASSPHRASE)).toEqual(
      await openIdentity(at("wallet.json"), PASSPHRASE),
    );
  });

  it("opens a backup and keeps it under another passphrase when asked to", async () => {
    const backup = { backup: at("alice.json"), passphraseFile: passphraseFile() };
    await identityRestoreCommand({ out: at("same.json"), ...backup }, quick);
    const moved = { out: at("moved.json"), ...backup, newPassphraseFile: at("other-passphrase") };
    await identityRestoreCommand(moved, quick);
    const expected = identityOf(LONE_SECRET, LONE_HOME, "random");
    expect(await openIdentity(at("same.json"), PASSPHRASE)).toEqual(expected);
    expect(await openIdentity(at("moved.json"), "another long passphrase")).toEqual(expected);
  });

  it("refuses both sources at once, and none", async () => {
    for (const sources of [{}, { backup: at("alice.json"), walletKeyFile: walletKeyFile(), ...home }]) {
      const error = await refusal(identityRestoreCommand({ out: at("x.json"), ...sources }, quick));
      expect(error.message).toMatch(/either --backup or --wallet-key-file/);
    }
  });

  it("refuses a wallet that does not sign alike twice", async () => {
    let count = 0n;
    const sign = () => Promise.resolve(`0x${(++count).toString(16).padStart(64, "0")}${"11".repeat(32)}1b`);
    const made = identityNewCommand(
      { out: at("x.json"), ...home, passphraseFile: passphraseFile() },
      { ...quick, sign },
    );
    expect((await refusal(made)).message).toMatch(/same signature of the same message twice/);
  });
});

describe("registering an owner", () => {
  it("is signed by the user's wallet, and every part of it is what was signed", async () => {
    const out = at("registration.json");
    const { text } = await identityRegisterCommand(at("alice.json"), registering(out), quick);
    const signed = await readFile(out, "utf8");
    const registration = registrationFromJson(signed, out);
    const { owner } = identityOf(LONE_SECRET, LONE_HOME, "random");
    const wallet = new Wallet(WALLET_KEY).address;
    expect(registration).toMatchObject({
      userId: "alice",
      owner,
      issuedAt: quick.now(),
      signer: BigInt(wallet),
    });
    expect(text).toContain(wallet);
    expect(text + signed).not.toContain(LONE_SECRET.toString(16));
    const fields: Record<string, string> = JSON.parse(signed);
    const other = registering(at("bob.json"));
    await identityRegisterCommand(at("alice.json"), { ...other, exchangeId: "large", user: "bob" }, quick);
    const others: Record<string, string> = JSON.parse(await readFile(at("bob.json"), "utf8"));
    for (const [name, value] of Object.entries({
      chainId: "1",
      registry: `0x${"22".repeat(20)}`,
      exchangeId: others.exchangeId!,
      userId: others.userId!,
      owner: `0x${"11".repeat(32)}`,
      issuedAt: "1795161601",
      signer: `0x${"22".repeat(20)}`,
      signature: others.signature!,
    })) {
      const changed = JSON.stringify({ ...fields, [name]: value });
      expect(() => registrationFromJson(changed, name)).toThrow(
        expect.objectContaining({ code: "wrong-signer" }),
      );
    }
  });
});

describe("plimsoll identity", () => {
  it("is told what is missing or does not fit", async () => {
    for (const [args, words] of [
      [["identity", "new", "--out", at("x.json")], /--chain-id/],
      [["identity", "show"], /missing required argument/],
      [
        ["identity", "new", "--out", at("x.json"), "--chain-id", "0x1", "--registry", REGISTRY],
        /--chain-id: expected/,
      ],
      [
        ["identity", "new", "--out", at("x.json"), "--chain-id", "1", "--registry", "here"],
        /--registry: expected/,
      ],
      [["identity", "show", at("none.json")], /there is none/],
    ] as const) {
      expect(await runCommand(args)).toMatchObject({ exitCode: 2, text: expect.stringMatching(words) });
    }
  });

  it("makes a key from a wallet, at the full cost of guessing its passphrase", async () => {
    const options = ["--chain-id", "31337", "--registry", REGISTRY, "--wallet-key-file", walletKeyFile()];
    const out = at("full.json");
    const made = await runCommand([
      "identity",
      "new",
      "--out",
      out,
      ...options,
      "--passphrase-file",
      passphraseFile(),
    ]);
    expect(made).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/owner +0x[0-9a-f]{64}\nhome +chain 31337/),
    });
    const { keystore } = await readIdentity(out);
    expect(keystore).toMatchObject({ Crypto: { kdf: "scrypt", kdfparams: { n: 1 << 17 } } });
    expect(await runCommand(["identity", "show", out])).toMatchObject({
      exitCode: 0,
      text: expect.stringContaining("the secret was not looked at"),
    });
  });

  it("row 47: tells whether the owner in a bundle is her own", async () => {
    const identity = at("alice.json");
    for (const [secret, outcome] of [
      [LONE_SECRET, "ok      "],
      [LONE_SECRET + 1n, "FAILED  "],
    ] as const) {
      await writeFile(at("bundle.json"), bundleToJson(loneBundle(secret)));
      const { text } = await verifyBundleCommand(at("bundle.json"), {
        identity,
        passphraseFile: passphraseFile(),
      });
      expect(text).toContain(`${outcome} owner: the owner key is`);
    }
    await secretFile("open-secret", LONE_SECRET.toString());
    await chmod(at("open-secret"), 0o644);
    const open = verifyBundleCommand(at("bundle.json"), { secretFile: at("open-secret") });
    expect((await refusal(open)).message).toMatch(/only its owner may read/);
  });
});

function registering(out: string) {
  const who = { exchangeId: "tiny", user: "alice", walletKeyFile: walletKeyFile() };
  return { ...who, out, passphraseFile: passphraseFile() };
}
