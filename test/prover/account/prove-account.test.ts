import { afterAll, describe, expect, it } from "vitest";
import { accountInstance, proveAccount } from "../../../prover/src/account/prove-account.ts";
import { instanceArtifacts } from "../../../prover/src/build/artifacts.ts";
import type { ProvingBackend } from "../../../prover/src/proving/backend.ts";
import { chosenBackend } from "../../../prover/src/proving/chosen-backend.ts";
import { accountSignalList, accountSignals } from "../../../verifier/src/account/statement.ts";
import { PUBLIC_SIGNALS } from "../../../verifier/src/constants.ts";
import { verifyProof } from "../../../verifier/src/groth16/verify.ts";
import { FULL, holdingsOf, judgedAccount } from "../../support/account-circuit.ts";
import { seeded } from "../../support/random.ts";

const random = seeded("proved account");
const backend = chosenBackend();
afterAll(() => backend.close());

const { opening, request } = judgedAccount(random, holdingsOf(FULL));

describe("a judged account", () => {
  it("is refused before anything is proved when there is less, in words without a number of it", async () => {
    const never: ProvingBackend = {
      prove: () => Promise.reject(new Error("asked to prove")),
      close: () => Promise.resolve(),
    };
    const asking = { ...request, minimumFree: request.minimumFree + 1n };
    const error: unknown = await proveAccount(never, opening, asking).catch((refusal: unknown) => refusal);
    expect(error).toMatchObject({ name: "AccountError", code: "surplus" });
    expect(String(error)).not.toMatch(/\d/);
  });

  it("goes to the smallest instance with room for it, or is refused", () => {
    const nameOf = (blocks: number, groups: number, scenarios: number) =>
      accountInstance({ blocks, groups, scenarios }).name;
    expect([nameOf(1, 0, 0), nameOf(1, 1, 40)]).toEqual(["account-1", "account-1"]);
    expect([nameOf(2, 1, 40), nameOf(1, 2, 16), nameOf(4, 2, 40)]).toEqual(Array(3).fill("account-4"));
    for (const [blocks, groups, scenarios] of [
      [5, 1, 40],
      [1, 3, 40],
      [1, 1, 41],
    ] as const)
      expect(() => nameOf(blocks, groups, scenarios)).toThrow(/no instance has room/);
  });

  it("verifies, and for no other signals", async () => {
    const { instance, signals, proof } = await proveAccount(backend, opening, request);
    expect([instance, signals]).toEqual(["account-1", accountSignals(opening, request)]);
    const { vkey } = await instanceArtifacts(instance);
    const list = accountSignalList(signals);
    expect(await verifyProof(vkey, list, proof)).toBe(true);
    // What it shows of the account, and of the policy.
    for (const name of ["minimumFree", "policyTree"]) {
      const place = PUBLIC_SIGNALS.account.indexOf(name);
      expect(await verifyProof(vkey, list.with(place, list[place]! + 1n), proof)).toBe(false);
    }
  });
});
