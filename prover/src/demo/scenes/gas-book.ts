import type { JsonRpcProvider } from "ethers";
import { figure, type Narrator } from "../narrator.ts";

/** What each step of the scenes cost, in their order. */
export class GasBook {
  readonly #provider: JsonRpcProvider;
  readonly #steps: [step: string, gas: bigint][] = [];

  constructor(provider: JsonRpcProvider) {
    this.#provider = provider;
  }

  note(step: string, gas: bigint): void {
    this.#steps.push([step, gas]);
  }

  /** Runs a step and notes what all transactions that were mined meanwhile took. */
  async measure<T>(step: string, run: () => Promise<T>): Promise<T> {
    const before = await this.#provider.getBlockNumber();
    const result = await run();
    const last = await this.#provider.getBlockNumber();
    let gas = 0n;
    for (let number = before + 1; number <= last; number++)
      gas += (await this.#provider.getBlock(number))!.gasUsed;
    this.note(step, gas);
    return result;
  }

  tell(tell: Narrator): void {
    const rows = this.#steps.map(([step, gas]) => [step, figure(Number(gas)).padStart(12)] as const);
    tell.table(rows);
  }
}
