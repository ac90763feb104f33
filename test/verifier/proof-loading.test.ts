import { afterEach, expect, it, vi } from "vitest";
import { proofFault } from "../../verifier/src/groth16/verify.ts";

const loads = vi.hoisted(() => vi.fn(() => Promise.reject(new Error("offline"))));
vi.mock("snarkjs", () => ({ curves: { getCurveFromName: loads } }));
afterEach(() => loads.mockClear());

const G1 = [1n, 2n] as const;
const ZERO = [
  [0n, 0n],
  [0n, 0n],
] as const;
const KEY = { alpha1: G1, beta2: ZERO, gamma2: ZERO, delta2: ZERO, ic: [G1] };

it("a proof whose checking code does not load is not called bad, and the code is asked for again", async () => {
  for (const _ of ["offline", "still offline"])
    await expect(proofFault(KEY, [], [])).rejects.toThrow(
      /could not be loaded.*says nothing about the proof/,
    );
  expect(loads).toHaveBeenCalledTimes(2);
});
