import { computeAddress, SigningKey, TypedDataEncoder, Wallet } from "ethers";
import { describe, expect, it } from "vitest";
import {
  accountStatement,
  requestAccountStatement,
  signAccountStatement,
} from "../../prover/src/account-statements/sign.ts";
import { recoverSigner } from "../../verifier/src/chain/recover.ts";
import { checkAccountFiles } from "../../verifier/src/check/account.ts";
import type { AttestationSource } from "../../verifier/src/check/attestation.ts";
import type { BundleContext } from "../../verifier/src/check/bundle.ts";
import {
  type AccountStatement,
  accountStatementDigest,
  accountStatementFromJson,
  accountStatementMessage,
  accountStatementToJson,
  type UnsignedStatement,
} from "../../verifier/src/formats/account-statement.ts";
import type { Bundle } from "../../verifier/src/formats/bundle.ts";
import { ADA_EXCHANGE_KEY, ADA_HOLDINGS, adaBundle, adaChain, adaPolicy } from "../support/ada.ts";
import { singleEdits } from "../support/single-edits.ts";

const scope = adaBundle();
const ada = { userId: "ada", owner: scope.owner, holdings: ADA_HOLDINGS };
const unsigned = accountStatement(scope, adaPolicy, ada);
const honest = signAccountStatement(ADA_EXCHANGE_KEY, unsigned);
const signed = (change: Partial<UnsignedStatement>, key = ADA_EXCHANGE_KEY): AccountStatement =>
  signAccountStatement(key, { ...unsigned, ...change });
/** Order of secp256k1. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

interface Given {
  readonly bundle?: Bundle | undefined;
  readonly context?: BundleContext & { readonly exchange?: bigint };
}

async function check(
  statement: AccountStatement,
  { bundle = scope, context = { policy: adaPolicy, attestations: adaChain() } }: Given = {},
) {
  return outcomes(await checkAccountFiles({ bundle, statement }, context));
}

async function checkAlone(statement: AccountStatement, context: Given["context"]) {
  return outcomes(await checkAccountFiles({ statement }, context));
}

function outcomes({ steps, passed, proves }: Awaited<ReturnType<typeof checkAccountFiles>>) {
  const of = (outcome: string) => steps.filter((step) => step.outcome === outcome).map(({ name }) => name);
  const words = new Map(steps.map((step) => [step.name, step.words]));
  return { passed, proves, failed: of("failed"), notRun: of("not run"), words };
}

describe("an account statement is refused (attack rows 31, 47)", () => {
  it("with any one field changed", async () => {
    const json = JSON.parse(accountStatementToJson(honest));
    let edits = 0;
    for (const { where, edited } of singleEdits(json)) {
      let statement: AccountStatement;
      try {
        statement = accountStatementFromJson(JSON.stringify(edited), "s.json");
      } catch (error) {
        // No honest file has this: the message says which field it is.
        expect((error as Error).message, where).toMatch(/^s\.json, field /);
        continue;
      }
      const { failed, words, proves } = await check(statement, { context: {} });
      expect(failed, where).toContain("statement's signature");
      expect(words.get("statement's signature"), where).toMatch(
        /did not sign this: something in it was changed/,
      );
      expect(proves, where).toMatch(/proves nothing/);
      edits++;
    }
    expect(edits).toBeGreaterThan(20);
  });

  it("with a line more, fewer, or twice", async () => {
    const [first, ...rest] = honest.holdings;
    const fewer = await check({ ...honest, holdings: rest });
    expect(fewer.failed).toEqual(expect.arrayContaining(["statement's signature", "statement's holdings"]));
    const text = (holdings: AccountStatement["holdings"]) =>
      JSON.stringify({ ...JSON.parse(accountStatementToJson(honest)), holdings });
    expect(() => accountStatementFromJson(text([first!, first!, ...rest]), "s.json")).toThrow(
      /each row once/,
    );
    expect(() => accountStatementFromJson(text([...rest, first!]), "s.json")).toThrow(/ascending/);
  });

  it.each([
    ["more digits than its row", { quantity: "1.123456789" }],
    ["another spelling of a number", { quantity: "1.50" }],
    ["nothing", { quantity: "0" }],
    ["a negative number", { quantity: "-1" }],
    ["an exponent", { quantity: "1e3" }],
    ["a name with half a sign in it", { symbol: "\ud800" }],
  ])("with a holding of %s", (_, change) => {
    const json = JSON.parse(accountStatementToJson(honest));
    Object.assign(json.holdings[0], change);
    expect(() => accountStatementFromJson(JSON.stringify(json), "s.json")).toThrow(/field holdings\.0/);
  });

  it("signed by another key, or in the name of another exchange, chain or registry", async () => {
    const stranger = new SigningKey(`0x${"43".repeat(32)}`);
    expect((await check(signed({}, stranger))).failed).toEqual(["statement's signature"]);
    const exchange = BigInt(computeAddress(stranger));
    const own = await check(signed({ exchange }, stranger));
    expect(own.failed).toEqual(["statement's exchange"]);
    expect(own.proves).toMatch(/not by this exchange about this account/);
    for (const change of [{ chainId: 1n }, { registry: 1n }]) {
      expect((await check(signed(change))).failed).toEqual(["statement's exchange"]);
      expect((await checkAlone(signed(change), { attestations: adaChain() })).failed).toEqual([
        "statement's exchange",
      ]);
    }
    // What is signed for one place is another message than for the next.
    expect((await check({ ...signed({ chainId: 1n }), chainId: scope.chainId })).failed).toContain(
      "statement's signature",
    );
  });

  it("with the other s that is as good on the curve, or with another byte at its end", async () => {
    const s = BigInt(`0x${honest.signature.slice(66, 130)}`);
    const last = honest.signature.endsWith("1b") ? "1c" : "1b";
    const high = `${honest.signature.slice(0, 66)}${(ORDER - s).toString(16).padStart(64, "0")}${last}`;
    // A key's other signature of the same digest, which nothing but the rule for s refuses.
    const plain = TypedDataEncoder.hash(...typed(unsigned));
    expect(SigningKey.recoverPublicKey(plain, honest.signature)).toBe(ADA_EXCHANGE_KEY.publicKey);
    for (const signature of [high, `${honest.signature.slice(0, -2)}00`, `0x${"00".repeat(64)}1b`]) {
      expect(recoverSigner(accountStatementDigest(unsigned), signature)).not.toBe(scope.exchange);
      expect((await check({ ...honest, signature })).failed).toEqual(["statement's signature"]);
    }
  });

  it("when it is another user's, with equal holdings", async () => {
    const bobs = await check(signed({ userId: "bob" }));
    expect(bobs.failed).toEqual(["statement's account"]);
    expect(bobs.proves).toMatch(/proves nothing here/);
    const elsewhere = await check(signed({ exchangeId: "demo2" }));
    expect(elsewhere.failed).toEqual(["statement's account"]);
    const { failed } = await checkAlone(signed({ userId: "bob" }), { own: { userId: "ada" } });
    expect(failed).toEqual(["statement's account"]);
  });

  it("when it names a row otherwise than the policy, or is under another policy", async () => {
    const [first, ...rest] = unsigned.holdings;
    for (const change of [{ symbol: "USDT" }, { side: "owed" as const }, { decimals: 9 }]) {
      const { failed } = await check(signed({ holdings: [{ ...first!, ...change }, ...rest] }));
      expect(failed).toContain("statement's names");
    }
    expect((await check(signed({ descriptorHash: 1n }))).failed).toEqual([
      "statement's names",
      "statement's moment",
    ]);
  });

  it("when it has numbers that no signed message has room for", async () => {
    const { failed } = await check({ ...honest, snapshotTime: 1n << 64n });
    expect(failed).toContain("statement's signature");
  });
});

describe("a statement of an exchange that is a contract", () => {
  const contract = (answer: boolean | undefined): AttestationSource => ({
    ...adaChain(),
    contractSigned: async () => answer,
  });
  const other = signed({}, new SigningKey(`0x${"43".repeat(32)}`));

  it("is taken where the chain says that the contract takes it, and not where it doesn't or has no code", async () => {
    expect((await check(other, { context: { attestations: contract(true) } })).failed).toEqual([]);
    for (const answer of [false, undefined]) {
      const { failed } = await check(other, { context: { attestations: contract(answer) } });
      expect(failed).toEqual(["statement's signature"]);
    }
    const silent = { ...adaChain(), contractSigned: async () => Promise.reject(new Error("no answer")) };
    const { words } = await check(other, { context: { attestations: silent } });
    expect(words.get("statement's signature")).toMatch(/no answer/);
  });

  it("is not checked without the chain where no key could have made it, and says so", async () => {
    const { notRun, failed, proves } = await check({ ...honest, signature: "0x1234" }, { context: {} });
    expect(notRun).toContain("statement's signature");
    expect(failed).toEqual([]);
    expect(proves).toMatch(/proves nothing/);
  });
});

describe("what a statement proves", () => {
  it("beside a bundle that says the same, that the exchange signed what it proved", async () => {
    const { failed, notRun, passed, proves } = await check(honest);
    expect([failed, passed]).toEqual([[], true]);
    expect(notRun).toEqual(["account", "holdings", "owner"]);
    expect(proves).toBe("The exchange signed what it put into its proof.");
  });

  it("beside a bundle in the attested root with other holdings, that the exchange contradicts itself", async () => {
    const [first, ...rest] = unsigned.holdings;
    const more = signed({ holdings: [{ ...first!, quantity: "2" }, ...rest] });
    const { failed, proves } = await check(more);
    expect(failed).toEqual(["statement's holdings"]);
    expect(proves).toMatch(/signed one thing and put another into its proof.*without trusting you/);
    const light = await check(more, { context: { exchange: scope.exchange } });
    expect(light.proves).toMatch(/First check the bundle against the chain/);
  });

  it("beside a bundle that says the same, no contradiction where somebody named policy files of another epoch", async () => {
    const others = { ...adaPolicy, policyHash: 1n, descriptorHash: 1n };
    const { failed, proves } = await check(honest, { context: { policy: others, attestations: adaChain() } });
    expect(failed).toEqual(["policy", "statement's names"]);
    expect(proves).toMatch(/has the bundle's holdings.*not the epoch's/);
    const [first, ...rest] = unsigned.holdings;
    const renamed = signed({ holdings: [{ ...first!, symbol: "USDT" }, ...rest] });
    expect((await check(renamed)).proves).toMatch(/signed one thing and put another into its proof/);
  });

  it("beside a bundle that leads nowhere, no more than alone: anybody could have made that bundle up", async () => {
    const [first, ...rest] = scope.holdings;
    const bundle = { ...scope, holdings: [{ ...first!, quantity: 1n }, ...rest] };
    const { failed, proves } = await check(honest, { bundle });
    expect(failed).toEqual(expect.arrayContaining(["batch", "statement's holdings"]));
    expect(proves).toMatch(/nobody signs bundles.*Ask the exchange for the bundle of this epoch/);
    const unattested = { ...adaChain(), attestation: async () => null };
    expect(
      (await check(honest, { context: { attestations: unattested, exchange: scope.exchange } })).proves,
    ).toMatch(/nobody signs bundles/);
  });

  it("of another epoch than the bundle, nothing about it", async () => {
    for (const epoch of [6n, 8n]) {
      const { notRun, words, proves } = await check(signed({ epoch }), {
        context: { exchange: scope.exchange },
      });
      expect(notRun).toContain("statement's holdings");
      expect(words.get("statement's holdings")).toMatch(
        epoch < 7n ? /an earlier epoch, 6/ : /a later epoch, 8/,
      );
      expect(proves).toMatch(/different epochs/);
    }
    const { failed } = await check(signed({ snapshotTime: scope.snapshotTime - 1n }));
    expect(failed).toEqual(["statement's epoch", "statement's moment"]);
  });

  it("alone, to whoever was left out: that the exchange owed this at the attested moment", async () => {
    const { failed, words, proves } = await checkAlone(honest, { attestations: adaChain() });
    expect(failed).toEqual([]);
    expect(words.get("statement's epoch")).toMatch(/epoch 7 is attested for the very moment/);
    expect(proves).toMatch(/Ask the exchange for the bundle.*If it does not, show this statement/);
  });

  it("alone, nothing about an epoch that is not attested, or that the endpoints don't tell of", async () => {
    const none = await checkAlone(honest, { attestations: { ...adaChain(), attestation: async () => null } });
    expect(none.words.get("statement's epoch")).toMatch(/nobody can be missing from it yet/);
    expect(none.proves).toMatch(/Whose that is, you must know/);
    const silent = { ...adaChain(), attestation: () => Promise.reject(new Error("no answer")) };
    const unknown = await checkAlone(honest, { attestations: silent });
    expect(unknown.failed).toEqual(["statement's epoch"]);
    expect(unknown.words.get("statement's epoch")).toMatch(/no answer/);
  });

  it("by a key that only itself calls the exchange's, nothing: also beside a bundle that names the same key", async () => {
    const key = new SigningKey(`0x${"43".repeat(32)}`);
    const exchange = BigInt(computeAddress(key));
    const { failed, notRun, proves } = await check(signed({ exchange }, key), {
      bundle: adaBundle({ exchange }),
      context: {},
    });
    expect(failed).toEqual([]);
    expect(notRun).toContain("statement's exchange");
    expect(proves).toMatch(/Whose that is, you must know from elsewhere/);
  });
});

describe("a statement's text and digest", () => {
  it("is one text, and reads back", () => {
    const text = accountStatementToJson(honest);
    expect(accountStatementToJson(accountStatementFromJson(text, "s.json"))).toBe(text);
  });

  it("is hashed as wallets hash it, and a wallet's signature is the key's", async () => {
    for (const statement of [unsigned, { ...unsigned, userId: "ünïcödé", holdings: [] }]) {
      const digest = accountStatementDigest(statement);
      expect(BigInt(TypedDataEncoder.hash(...typed(statement)))).toBe(digest);
      const wallet = new Wallet(ADA_EXCHANGE_KEY);
      expect(await requestAccountStatement(wallet, statement)).toEqual(
        signAccountStatement(ADA_EXCHANGE_KEY, statement),
      );
    }
  });

  it("adds up a row that an account repeats, and refuses a row without a name", () => {
    const { row } = ADA_HOLDINGS[0]!;
    const holdings = [
      { row, quantity: 2n ** 64n - 1n },
      { row, quantity: 1n },
    ];
    const { holdings: stated } = accountStatement(scope, adaPolicy, { ...ada, holdings });
    expect(stated).toMatchObject([{ row, quantity: "184467440737.09551616" }]);
    const strange = { ...ada, holdings: [{ row: 0x7ffe, quantity: 1n }] };
    expect(() => accountStatement(scope, adaPolicy, strange)).toThrow(/rows that the policy names/);
  });
});

function typed(statement: UnsignedStatement): Parameters<typeof TypedDataEncoder.hash> {
  const { domain, types, message } = accountStatementMessage(statement);
  return [domain, types as Parameters<typeof TypedDataEncoder.hash>[1], message];
}
