import type { JsonRpcProvider } from "ethers";
import { expect, it } from "vitest";
import { RegistryError } from "../../../prover/src/chain/errors.ts";
import { Trials } from "../../../prover/src/demo/scenes/trials.ts";

// A chain on which nothing happens.
const still = { getBlockNumber: async () => 7 } as JsonRpcProvider;
const refuse = async () => {
  throw new RegistryError("NothingAttested", {});
};

it("is content with the refusal that was expected, and has its words", async () => {
  const trials = new Trials(still);
  await trials.attempt("26", "what", "NothingAttested", refuse);
  expect(trials.good).toBe(true);
  expect(trials.all).toEqual([
    expect.objectContaining({
      came: "NothingAttested",
      words: "nothing has been attested yet",
      mined: false,
    }),
  ]);
});

it("is not content with a cheat that succeeds", async () => {
  const trials = new Trials(still);
  await trials.attempt("26", "good", "NothingAttested", refuse);
  await trials.attempt("26", "bad", "NothingAttested", async () => {});
  expect(trials.good).toBe(false);
});

it("is not content with another refusal: the guard under test may be gone", async () => {
  const trials = new Trials(still);
  await trials.attempt("26", "what", "EpochNotOpen", refuse);
  await trials.attempt("26", "what", "EpochNotOpen", async () => {
    throw new TypeError("undefined is not a function");
  });
  expect(trials.good).toBe(false);
  expect(trials.all.map(({ came }) => came)).toEqual(["NothingAttested", "undefined is not a function"]);
});
