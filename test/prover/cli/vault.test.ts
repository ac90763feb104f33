// A user, an operator and a relayer at a vault, each with the command line alone: every proof is made by the real circuits.
import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { spendingProofFromJson } from "../../../verifier/src/formats/spending-proof.ts";
import { type VaultWalk, vaultWalk } from "../../support/vault-walk.ts";

const ONE = 10n ** 18n;
/** Of asset 0 in a leaf: its row has 8 decimals. */
const UNIT = 10n ** 8n;

let walk: VaultWalk;
let { done, refused, held } = {} as VaultWalk;
beforeAll(async () => {
  walk = await vaultWalk("vault walk");
  ({ done, refused, held } = walk);
});
afterAll(() => walk.close());

const proofIn = async (name: string) => spendingProofFromJson(await readFile(walk.at(name), "utf8"), name);
const RECIPIENT = "0x00000000000000000000000000000000000a11ce";

describe("a user of a vault, by the command line", () => {
  it("deposits for the owner of her identity file, and sees first what it costs", async () => {
    const line = "vault deposit RPC VAULT TOKEN --amount 12.5 --identity @alice.identity --key-file @6.key";
    expect(await done(`${line} --dry-run`)).toMatch(
      /deposit 12\.5 ASSET0 .*approve \d+ gas.*nothing was sent/,
    );
    expect(await held(walk.vault)).toBe(0n);
    expect(await done(line)).toMatch(/deposit 12\.5 ASSET0 for owner 0x[0-9a-f]{64}: transaction 0x/);
    expect(await held(walk.vault)).toBe((125n * ONE) / 10n);
    const forged = (await readFile(walk.at("alice.identity"), "utf8")).replace(
      /("owner": "0x0*)[0-9a-f]/,
      "$10",
    );
    await writeFile(walk.at("forged.identity"), forged, { mode: 0o600 });
    expect(
      await refused(`${line.replace("alice.identity", "forged.identity")} --passphrase-file @pass`),
    ).toMatch(/the file was changed/);
    expect(await refused(line.replace("12.5", "0.1234567890123456789"))).toMatch(/at most 18 decimals/);
    expect(await done("vault status RPC VAULT")).toMatch(/nothing attested yet[\s\S]*not frozen/);
  });

  it("withdraws by a relayer, once the operator has signed", async () => {
    await walk.attest(1n, [{ held: 5n * UNIT, free: 2500n }]);
    const line = `vault withdraw RPC VAULT TOKEN --amount 1.5 --to ${RECIPIENT} --bundle @1.0.json ALICE`;
    const relayed = `${line} --relayer ${walk.address(7)} --fee 0.1`;
    expect(await done(`${relayed} --out @w1`)).toMatch(/1\.5 ASSET0 to .*0\.1 goes to the relayer/);
    expect(await refused("vault send RPC --proof @w1 --key-file @7.key")).toMatch(
      /expected the operator's signature/,
    );
    expect(await refused("vault sign-order RPC --proof @w1 --key-file @7.key --out @s1")).toMatch(
      /expected the key of the vault's operator/,
    );
    await done("vault sign-order RPC --proof @w1 --key-file @5.key --out @s1");
    expect(await done("vault send RPC --proof @s1 --key-file @7.key --dry-run")).toMatch(/withdraw \d+ gas/);
    expect(await done("vault send RPC --proof @s1 --key-file @7.key")).toMatch(/paid 1\.5 ASSET0/);
    expect([await held(RECIPIENT), await held(walk.address(7))]).toEqual([(14n * ONE) / 10n, ONE / 10n]);
    expect(await refused("vault send RPC --proof @s1 --key-file @7.key")).toMatch(
      /PaidSinceOrder|NothingOwed/,
    );
  });

  it("is asked by the next proof for what was paid before, too, and by none for more than is free", async () => {
    const line = `RPC VAULT TOKEN --to ${RECIPIENT} --bundle @1.0.json ALICE`;
    await done(`vault exit ${line} --amount 2 --out @e1`);
    const { withdrawal } = await proofIn("e1");
    expect([withdrawal.amount, withdrawal.charge]).toEqual([(35n * UNIT) / 10n, (175n * UNIT) / 10n]);
    const error = await refused(`vault exit ${line} --amount 3.6 --out @too-much`);
    expect(error).toMatch(/less than the amount\nnext: ask for less/);
    expect(error).not.toMatch(/\d{9}/);
    expect(await refused(`vault claim ${line} --amount 1 --out @no`)).toMatch(/the vault is not frozen/);
    expect(await refused(`vault exit ${line} --amount 1 --out @e1`)).toMatch(/stays as it is/);
  });
});
