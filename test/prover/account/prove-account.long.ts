import { afterAll, expect, it } from "vitest";
import { proveAccount } from "../../../prover/src/account/prove-account.ts";
import { instanceArtifacts } from "../../../prover/src/build/artifacts.ts";
import { chosenBackend } from "../../../prover/src/proving/chosen-backend.ts";
import { accountInputs } from "../../../verifier/src/account/inputs.ts";
import { accountSignalList, accountSignals } from "../../../verifier/src/account/statement.ts";
import { verifyProof } from "../../../verifier/src/groth16/verify.ts";
import { FOUR_BLOCKS, judgedAccount } from "../../support/account-circuit.ts";
import { seeded } from "../../support/random.ts";

const backend = chosenBackend();
afterAll(() => backend.close());

it("an account of four blocks in two groups is proved by account-4, and one unit more by nothing", async () => {
  const { opening, request } = judgedAccount(seeded("proved account of two groups"), FOUR_BLOCKS);
  expect([opening.holdings.length, request.hedges.length]).toEqual([24, 2]);
  const { instance, signals, proof } = await proveAccount(backend, opening, request);
  expect([instance, signals]).toEqual(["account-4", accountSignals(opening, request)]);
  const artifacts = await instanceArtifacts(instance);
  const list = accountSignalList(signals);
  expect(await verifyProof(artifacts.vkey, list, proof)).toBe(true);
  for (const place of list.keys())
    expect(await verifyProof(artifacts.vkey, list.with(place, list[place]! + 1n), proof)).toBe(false);

  const more = { ...request, minimumFree: request.minimumFree + 1n };
  await expect(proveAccount(backend, opening, more)).rejects.toThrow(/less above its initial margin/);
  // A prover who skips that check gets no further.
  const size = { blocks: 4, groups: 2, scenarios: 40 };
  await expect(backend.prove(artifacts, accountInputs(opening, more, size))).rejects.toThrow();
});
