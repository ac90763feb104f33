import { expect, it } from "vitest";
import { parseAddress } from "../../../prover/src/chain/address.ts";

const USUAL = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

it("takes an address with or without capitals, and none whose capitals do not fit", () => {
  expect(parseAddress(USUAL)).toBe(USUAL);
  expect(parseAddress(USUAL.toLowerCase())).toBe(USUAL);
  // One digit and one capital mistyped; what is no address at all.
  for (const text of [
    USUAL.replace("5a", "5b"),
    USUAL.replace("5aA", "5AA"),
    USUAL.slice(0, -1),
    "alice.eth",
  ]) {
    expect(parseAddress(text)).toBeUndefined();
  }
});
