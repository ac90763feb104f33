import type { Contract } from "ethers";
import { expect } from "vitest";
import { RegistryError, withWords } from "../../prover/src/chain/errors.ts";

/** Expects a contract to refuse with the error of this name, and with these arguments where given. */
export async function expectRefusal(
  run: Promise<unknown>,
  code: string,
  fields: Record<string, unknown> = {},
): Promise<void> {
  const error = await run.then(
    () => new Error(`expected the refusal ${code}, but it was accepted`),
    (refusal: unknown) => refusal,
  );
  if (!(error instanceof RegistryError)) throw error;
  expect(error.code).toBe(code);
  expect(error.fields).toMatchObject(fields);
}

/** Calls a function of a contract without a transaction. Throws RegistryError when it refuses. */
export async function call<T>(contract: Contract, method: string, ...args: unknown[]): Promise<T> {
  return withWords(contract.interface, () => contract.getFunction(method).staticCall(...args)) as Promise<T>;
}
