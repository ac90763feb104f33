import { makeError } from "ethers";
import { describe, expect, it } from "vitest";
import { RegistryError } from "../../../prover/src/chain/errors.ts";
import { STRINGS } from "../../../prover/web/src/strings.ts";
import { wordsOf } from "../../../prover/web/src/words.ts";
import { WithdrawalError } from "../../../verifier/src/withdrawal/error.ts";

describe("the withdrawal page's words for what went wrong", () => {
  it("are the same for a user who declined, however her wallet says so", () => {
    const payload = { method: "eth_signTypedData_v4", params: ["secret message"] };
    const declined = [
      { code: 4001, message: "User rejected the request." },
      makeError("user rejected action", "ACTION_REJECTED", {
        ...{ action: "signTypedData", reason: "rejected", info: { payload } },
      }),
    ];
    for (const error of declined) expect(wordsOf(error)).toBe(STRINGS.rejected);
  });

  it("say what a contract refuses, and what to do next", () => {
    const error = new RegistryError("EpochNotLatest", { epoch: 1n, latest: 2n });
    expect(wordsOf(error)).toMatch(
      /^EpochNotLatest: epoch 1 is not the newest attested one, 2.*\. [A-Z].*\.$/,
    );
  });

  it("say what to do about an account that may not have what is asked for", () => {
    expect(wordsOf(new WithdrawalError("balance", "asset 2: the account holds less than the amount"))).toBe(
      "Asset 2: the account holds less than the amount. Ask for less: what was paid or pledged since the epoch was opened counts too.",
    );
  });

  it("never repeat what a wallet was asked to sign", () => {
    const error = makeError("could not coalesce error", "UNKNOWN_ERROR", {
      error: { payload: { params: ["secret message"] } },
    });
    expect(wordsOf(error)).toMatch(/could not coalesce error/);
    expect(wordsOf(error)).not.toMatch(/secret message/);
    expect(wordsOf({ message: "x".repeat(10_000) }).length).toBeLessThan(500);
  });
});
