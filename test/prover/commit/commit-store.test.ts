import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommitStore } from "../../../prover/src/commit/commit-store.ts";
import { FINGERPRINT_PARTS, type Fingerprint } from "../../../prover/src/commit/fingerprint.ts";
import { accountSalt, checkedSecret, randomFieldElement } from "../../../prover/src/commit/secrets.ts";
import { FIELD } from "../../../verifier/src/constants.ts";

const fingerprint = Object.fromEntries(FINGERPRINT_PARTS.map((part) => [part, part])) as Fingerprint;
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-store-"));
  file = join(folder, "commit.json");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the commit store", () => {
  it.each(["gamma", "beta"] as const)(
    "refuses the same blinds under a second %s, also after a crash (attack row 38)",
    async (challenge) => {
      const store = await CommitStore.create(file, fingerprint, 2);
      await store.meet(challenge, 5n);
      await store.meet(challenge, 5n);
      await expect(store.meet(challenge, 6n)).rejects.toMatchObject({ code: "BLIND_REUSE", challenge });
      const resumed = await CommitStore.resume(file, fingerprint);
      await expect(resumed!.meet(challenge, 6n)).rejects.toMatchObject({ code: "BLIND_REUSE" });
      await resumed!.meet(challenge, 5n);
    },
  );

  it.each(FINGERPRINT_PARTS)("refuses to resume with another %s, and names it", async (part) => {
    await CommitStore.create(file, fingerprint, 1);
    await expect(CommitStore.resume(file, { ...fingerprint, [part]: "other" })).rejects.toMatchObject({
      code: "INPUT_CHANGED",
      changed: [part],
    });
  });

  it("never draws a second set of randomness over a first", async () => {
    await CommitStore.create(file, fingerprint, 1);
    await expect(CommitStore.create(file, fingerprint, 1)).rejects.toThrow(/expected no commit yet/);
  });

  it("lets one of several runs draw randomness when all try at once, and leaves nothing else behind", async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, () => CommitStore.create(file, fingerprint, 1)),
    );
    const drawn = tries.filter((one) => one.status === "fulfilled");
    expect(drawn).toHaveLength(1);
    expect((await CommitStore.resume(file, fingerprint))!.secrets).toEqual(drawn[0]!.value.secrets);
    expect(await readdir(folder)).toEqual(["commit.json"]);
  });

  it("names the field of a damaged file and nothing of its content", async () => {
    const { writeFile, readFile } = await import("node:fs/promises");
    const { secrets } = await CommitStore.create(file, fingerprint, 1);
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace('"totalsSalt": "0x', '"totalsSalt": "0x1'));
    const failed = CommitStore.resume(file, fingerprint);
    await expect(failed).rejects.toThrow(/field totalsSalt/);
    await expect(failed).rejects.not.toThrow(secrets.totalsSalt.toString(16));
  });

  it("resumes with the same secrets, from a file that only the operator may read", async () => {
    const store = await CommitStore.create(file, fingerprint, 3);
    const resumed = await CommitStore.resume(file, fingerprint);
    expect(resumed!.secrets).toEqual(store.secrets);
    expect(resumed!.secrets.blinds).toHaveLength(3);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("draws new blinds and salts for every commit", async () => {
    const stores = [
      await CommitStore.create(file, fingerprint, 2),
      await CommitStore.create(join(folder, "other.json"), fingerprint, 2),
    ];
    const drawn = stores.flatMap(({ secrets }) => [
      secrets.totalsSalt,
      secrets.weightsSalt,
      ...secrets.blinds.flat(),
    ]);
    expect(new Set(drawn).size).toBe(16);
  });
});

describe("secrets", () => {
  const secret = checkedSecret(new Uint8Array(32).fill(1));

  it("refuses an operator secret that could be guessed, without showing it", () => {
    expect(() => checkedSecret(Uint8Array.from([7, 7, 7]))).toThrow(/at least 32 bytes, came 3/);
  });

  it("gives every account and epoch a salt of its own, from the operator's secret alone", () => {
    const epoch = { chainId: 1n, registry: 5n, exchangeId: "x", epoch: 1n };
    const salts = [
      accountSalt(secret, epoch, "a"),
      accountSalt(secret, { ...epoch, chainId: 2n }, "a"),
      accountSalt(secret, { ...epoch, registry: 6n }, "a"),
      accountSalt(secret, { ...epoch, exchangeId: "y" }, "a"),
      accountSalt(secret, { ...epoch, epoch: 2n }, "a"),
      accountSalt(secret, { ...epoch, epoch: 12n }, "a"),
      accountSalt(secret, epoch, "b"),
      accountSalt(secret, epoch, "2a"),
      accountSalt(checkedSecret(new Uint8Array(32).fill(2)), epoch, "a"),
    ];
    expect(new Set(salts).size).toBe(salts.length);
    expect(accountSalt(secret, { ...epoch }, "a")).toBe(salts[0]);
    for (const salt of salts) expect(salt < 1n << 248n && salt > 1n << 200n).toBe(true);
  });

  it("draws field elements from the whole field", () => {
    const drawn = Array.from({ length: 400 }, randomFieldElement);
    expect(drawn.every((value) => value >= 0n && value < FIELD)).toBe(true);
    // Each sixteenth of the field is met; one is missed with probability below 10^-9.
    expect(new Set(drawn.map((value) => (16n * value) / FIELD)).size).toBe(16);
  });
});
