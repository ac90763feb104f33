import { describe, expect, it } from "vitest";
import type { ExitState } from "../../../prover/src/chain/vault-reads.ts";
import { nextOf } from "../../../prover/src/cli/vault-status.ts";

describe("what to do next about an exit", () => {
  it.each<[ExitState, bigint, bigint, RegExp]>([
    ["Requested", 100n, 5n, /pays or refuses until/],
    ["Requested", 101n, 5n, /anybody freezes the vault: plimsoll vault freeze --exit 7/],
    ["Requested", 101n, 0n, /owes nothing/],
    ["Answered", 100n, 5n, /the operator pays until/],
    ["Answered", 101n, 5n, /vault freeze/],
    ["Refused", 100n, 0n, /answer it until .*vault answer --exit 7/],
    ["Refused", 101n, 0n, /ask for less/],
    ["Paid", 101n, 0n, /vault collect/],
    ["Over", 101n, 0n, /it is over/],
  ])("%s at %d, owing %d", (state, now, owed, words) => {
    expect(nextOf({ id: 7n, state, deadline: 100n, owed }, now)).toMatch(words);
  });
});
