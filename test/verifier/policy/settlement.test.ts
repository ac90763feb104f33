import { describe, expect, it } from "vitest";
import { shockedForward, splitForward } from "../../../verifier/src/policy/settlement.ts";

describe("the forward in its settlement window", () => {
  it("is wholly variable until half an hour before expiry", () => {
    for (const seconds of [1800, 1801, 86_400])
      expect(splitForward(50_000, seconds)).toEqual({ fixed: 0, variable: 50_000 });
  });

  it("is fixed in proportion to the elapsed part of the window", () => {
    expect(splitForward(50_000, 900)).toEqual({ fixed: 25_000, variable: 25_000 });
    expect(splitForward(50_000, 180)).toEqual({ fixed: 45_000, variable: 5000 });
  });

  it("is wholly fixed at expiry and after", () => {
    for (const seconds of [0, -1])
      expect(splitForward(50_000, seconds)).toEqual({ fixed: 50_000, variable: 0 });
  });

  it("follows a move of the underlying with its variable part only", () => {
    expect(shockedForward(splitForward(50_000, 86_400), 0.5)).toBe(25_000);
    expect(shockedForward(splitForward(50_000, 900), 0.5)).toBe(37_500);
    expect(shockedForward(splitForward(50_000, 0), 0.5)).toBe(50_000);
    for (const seconds of [0, 1, 777, 1800])
      expect(shockedForward(splitForward(50_000, seconds), 1)).toBe(50_000);
  });
});
