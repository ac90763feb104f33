// Forced exit, pledge and escape by the command line alone: every proof is made by the real circuits.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readExit } from "../../../prover/src/chain/vault-reads.ts";
import { DAY, pass } from "../../support/staged-vault.ts";
import { type VaultWalk, vaultWalk } from "../../support/vault-walk.ts";

const ONE = 10n ** 18n;
/** Of asset 0 in a leaf: its row has 8 decimals. */
const UNIT = 10n ** 8n;
const RECIPIENT = "0x00000000000000000000000000000000000a11ce";

let walk: VaultWalk;
let { done, refused, held } = {} as VaultWalk;
beforeAll(async () => {
  walk = await vaultWalk("vault exits walk");
  ({ done, refused, held } = walk);
});
afterAll(() => walk.close());

describe("a user whose operator does not want to pay, by the command line", () => {
  it("exits: an honest operator can't refuse, a false refusal is answered, and then it is paid", async () => {
    await done("vault deposit RPC VAULT TOKEN --amount 12.5 --identity @alice.identity --key-file @6.key");
    await walk.attest(1n, [{ held: (35n * UNIT) / 10n, free: 1750n }]);
    await done(`vault exit RPC VAULT TOKEN --to ${RECIPIENT} --bundle @1.0.json ALICE --amount 2 --out @e1`);
    expect(await done("vault send RPC --proof @e1 --key-file @4.key")).toMatch(/exit 1 asks for 2\.0 ASSET0/);
    await walk.attest(2n, [
      { held: (35n * UNIT) / 10n, free: 1750n },
      { held: UNIT, free: 500n },
    ]);
    const refuse = "vault refuse RPC VAULT --exit 1 --key-file @5.key";
    const honest = await walk.folderOf(2n, 0);
    expect(await refused(`${refuse} --epoch ${honest}`)).toMatch(/can't be refused[\s\S]*next: pay it/);
    expect(await done(`${refuse} --epoch ${await walk.folderOf(2n, 1)} --user alice`)).toMatch(
      /refuse exit 1 by epoch 2/,
    );
    expect(await done("vault status RPC VAULT --exit 1")).toMatch(/Refused[\s\S]*answer it until/);
    const answer = "vault answer RPC VAULT --exit 1 ALICE --out @a1";
    expect(await refused(`${answer} --bundle @1.0.json`)).toMatch(/your bundle of epoch 2/);
    await done(`${answer} --bundle @2.0.json`);
    expect(await done("vault send RPC --proof @a1 --key-file @4.key")).toMatch(/can't be refused any more/);
    const approve = "vault approve RPC VAULT --exit 1 --key-file";
    expect(await refused(`${approve} @4.key`)).toMatch(/OperatorSignatureInvalid|operator/);
    const sign = "vault sign-approval RPC VAULT --exit 1 --key-file";
    expect(await refused(`${sign} @4.key --out @ok`)).toMatch(/expected the key of the vault's operator/);
    expect(await done(`${sign} @5.key --out @ok`)).toMatch(/exit 1: up to 2\.0 ASSET0 may be paid until/);
    // The operator signed, so anybody may have it paid.
    expect(await done(`${approve} @4.key --approval @ok`)).toMatch(/pay exit 1, 2\.0 ASSET0/);
    expect((await readExit(walk.chain.provider, walk.vault, 1n)).state).toBe("Paid");
    const collect = `vault collect RPC VAULT TOKEN --recipient ${RECIPIENT} --key-file @4.key`;
    expect(await done(collect)).toMatch(/collected 2\.0 ASSET0/);
    expect(await held(RECIPIENT)).toBe(2n * ONE);
    expect(await refused(collect)).toMatch(/is empty/);
  });

  it("pledges to a gate, renews in the next epoch, and has it released", async () => {
    const { registry } = walk.stage;
    const until = (await walk.chain.now()) + 300n * DAY;
    const on = `RPC --registry ${registry}`;
    await done(
      `pledge make ${on} TOKEN --amount 1 --gate ${walk.address(8)} --until ${until} --bundle @2.0.json ALICE --out @p1`,
    );
    expect(await refused("vault send RPC --proof @p1 --key-file @4.key")).toMatch(/the key of the gate/);
    expect(await done("vault send RPC --proof @p1 --key-file @8.key")).toMatch(/pledge 1 is in force/);
    await walk.attest(3n, [{ held: (15n * UNIT) / 10n, free: 750n }]);
    const renew = `pledge renew ${on} --pledge 1 ALICE`;
    expect(await refused(`${renew} --bundle @2.0.json --out @r1`)).toMatch(/a bundle of a newer one/);
    await done(`${renew} --bundle @3.0.json --out @r1`);
    expect(await done("vault send RPC --proof @r1 --key-file @4.key")).toMatch(/covered as of epoch 3/);
    expect(await done(`pledge status ${on} --pledge 1`)).toMatch(/1\.0 ASSET0[\s\S]*covered as of epoch 3/);
    expect(await refused(`pledge release ${on} --pledge 1 --key-file @4.key`)).toMatch(/PledgeNotReleasable/);
    expect(await refused(`pledge exit ${on} --pledge 1 --key-file @8.key`)).toMatch(
      /expected one that a vault pays out/,
    );
    await done(`pledge release ${on} --pledge 1 --key-file @8.key`);
    expect(await done(`pledge status ${on} --pledge 1`)).toMatch(/has ended/);
  });

  it("has a pledge paid out at its gate's word, by the vault that it names", async () => {
    const until = (await walk.chain.now()) + 300n * DAY;
    const on = `RPC --registry ${walk.stage.registry}`;
    await done(
      `pledge make ${on} TOKEN --amount 0.5 --gate ${walk.address(8)} --until ${until} --vault ${walk.vault} --recipient ${RECIPIENT} --bundle @3.0.json ALICE --out @p2`,
    );
    await done("vault send RPC --proof @p2 --key-file @8.key");
    expect(await refused(`pledge exit ${on} --pledge 2 --key-file @4.key`)).toMatch(/the key of the gate/);
    expect(await done(`pledge exit ${on} --pledge 2 --key-file @8.key`)).toMatch(
      /exit of pledge 2: transaction .*\nnext: plimsoll vault status --vault 0x\w+ --exit 2\n/,
    );
    expect(await done("vault approve RPC VAULT --exit 2 --key-file @5.key")).toMatch(
      /pay exit 2, 0\.5 ASSET0/,
    );
    await done(`vault collect RPC VAULT TOKEN --recipient ${RECIPIENT} --key-file @4.key`);
    expect(await held(RECIPIENT)).toBe((25n * ONE) / 10n);
  });

  it("freezes the vault of an operator who is gone, claims, and is paid", async () => {
    const line = `RPC VAULT TOKEN --to ${RECIPIENT} --bundle @3.0.json ALICE`;
    await done(`vault exit ${line} --amount 1 --out @e2`);
    await done("vault send RPC --proof @e2 --key-file @4.key");
    expect(await refused("vault freeze RPC VAULT --exit 3 --key-file @4.key")).toMatch(/DeadlineNotPassed/);
    await pass(walk.chain, 4n * DAY);
    expect(await done("vault status RPC VAULT --exit 3")).toMatch(/anybody freezes the vault/);
    await done("vault freeze RPC VAULT --exit 3 --key-file @4.key");
    expect(await refused(`vault exit ${line} --amount 1 --out @e3`)).toMatch(
      /frozen: expected `plimsoll vault claim`/,
    );
    await done(`vault claim ${line} --amount 1 --out @c1`);
    expect(await done("vault send RPC --proof @c1 --key-file @4.key")).toMatch(/claim 1 is registered/);
    const pay = "vault pay RPC VAULT --claim 1 --key-file @4.key";
    expect(await refused(pay)).toMatch(/ClaimsStillOpen/);
    await pass(walk.chain, 11n * DAY);
    await done(pay);
    const status = `vault status RPC VAULT --claim 1 --recipient ${RECIPIENT} TOKEN`;
    expect(await done(status)).toMatch(
      /FROZEN at epoch 3[\s\S]*first class: 1\.0 ASSET0 of 1\.0[\s\S]*plimsoll vault collect/,
    );
  });
});
