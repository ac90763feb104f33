import { concat, keccak256, toUtf8Bytes, Wallet } from "ethers";
import { describe, expect, it } from "vitest";
import { signerOf } from "../../../prover/src/owner/registration.ts";
import { ownerSecretMessage } from "../../../verifier/src/owner/typed-data.ts";
import { secretOfSignature, walletSecret } from "../../../verifier/src/owner/wallet-secret.ts";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const HOME = { chainId: 31_337n, registry: 0x1234n };
const sign = signerOf(new Wallet(`0x${"42".repeat(32)}`));
const word = (value: bigint): string => value.toString(16).padStart(64, "0");

describe("an owner secret from a wallet", () => {
  it("is refused when the wallet signs in two ways, without either signature in the words", async () => {
    const signatures = [1n, 2n].map((r) => `0x${word(r)}${word(77n)}1b`);
    const error: unknown = await walletSecret(() => Promise.resolve(signatures.pop()!), HOME).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ name: "OwnerError", code: "wallet-not-deterministic" });
    expect(String(error)).not.toMatch(/0x|[0-9a-f]{16}/);
  });

  it.each([
    ["of a contract wallet", `0x${"11".repeat(97)}`],
    ["without its last byte", `0x${"11".repeat(64)}`],
    ["that is none", "no"],
    ["with r = 0", `0x${word(0n)}${word(1n)}1b`],
    ["with s of the group's order", `0x${word(1n)}${word(ORDER)}1b`],
  ])("refuses a signature %s, without repeating it", (_, signature) => {
    expect(() => secretOfSignature(signature)).toThrow(
      expect.objectContaining({
        code: "signature-malformed",
        message: expect.not.stringContaining(signature),
      }),
    );
  });

  it("is another one for another chain, registry or number", async () => {
    const secrets = await Promise.all([
      walletSecret(sign, HOME),
      walletSecret(sign, { ...HOME, chainId: 1n }),
      walletSecret(sign, { ...HOME, registry: 0x1235n }),
      walletSecret(sign, HOME, 1),
    ]);
    expect(new Set(secrets).size).toBe(4);
    expect(() => ownerSecretMessage(HOME, 2 ** 32)).toThrow(RangeError);
  });

  it("is one and the same however the wallet writes the last byte and the sign of s", () => {
    const [r, s] = [123n, 456n];
    const ways = [
      [s, "1b"],
      [s, "00"],
      [ORDER - s, "1c"],
    ] as const;
    const secrets = ways.map(([one, v]) => secretOfSignature(`0x${word(r)}${word(one)}${v}`));
    expect(new Set(secrets).size).toBe(1);
  });

  it("is the hash of r and s in 253 bits, the same as ethers computes it", async () => {
    const secret = await walletSecret(sign, HOME);
    const signature = await sign(ownerSecretMessage(HOME));
    const hash = keccak256(concat([toUtf8Bytes("plimsoll.owner-secret.1"), signature.slice(0, 130)]));
    expect(secret).toBe(BigInt(hash) >> 3n);
    expect(secret > 0n && secret < 1n << 253n).toBe(true);
  });
});
