import { deploy, localChain } from "./chain.ts";
import { stageRegistry } from "./staged-epoch.ts";
import { admit, attestWith, type Row, spend, take } from "./staged-ledger.ts";

/** Gas of transactions that call the ledger alone, without a vault: an epoch of 100 batches under a policy of 40 assets. */
export interface LedgerGas {
  /** The first payment to a key, of a token that others were paid before. */
  readonly spendFirst: number;
  /** A further one, after an opening; and one without an opening in between. */
  readonly spendLater: number;
  readonly spendAgain: number;
  /** What each further token of a key adds to its payments. */
  readonly perToken: number;
  /** The first payment of a claim that was admitted before. */
  readonly take: number;
}

const ASSETS = 40;
const BATCHES = 100;
const TOKENS = 6;

/** Measures on a chain of its own. */
export async function measureLedger(): Promise<LedgerGas> {
  const chain = await localChain();
  try {
    const stage = await stageRegistry(chain, { seed: "ledger gas", assets: ASSETS });
    const rows: Row[] = [];
    for (let k = 0; k < ASSETS; k++) {
      const token = await deploy(stage.owner, "TokenMock", "T", k % 2 === 0 ? 18 : 6);
      rows.push({ token: await token.getAddress(), decimals: 8, unitWeight: 3n });
    }
    const [key, first] = [stage.next(), await attestWith(stage, 1n, rows, { batches: BATCHES })];
    // The last assets of the table: what is looked up there is looked up longest.
    const ask = (units: bigint, asset = ASSETS - 2, of = key) => ({
      ...{ key: of, asset, amount: units * 10n ** 8n, charge: 10n ** 20n },
      recipient: stage.custody.address,
    });
    const gas = async (sent: Promise<{ gasUsed: bigint }>): Promise<number> => Number((await sent).gasUsed);
    await spend(stage, first, ask(1n, ASSETS - 2, stage.next()));
    const spendFirst = await gas(spend(stage, first, ask(1n)));
    const spendAgain = await gas(spend(stage, first, ask(2n)));
    const second = await attestWith(stage, 2n, rows, { batches: BATCHES });
    const spendLater = await gas(spend(stage, second, ask(3n)));
    for (let k = 0; k < TOKENS; k++) await spend(stage, second, ask(1n, ASSETS - 3 - k));
    const spendMany = await gas(spend(stage, second, ask(4n)));
    const claim = await admit(stage, second, ask(5n, ASSETS - 2, stage.next()));
    return {
      spendFirst,
      spendLater,
      spendAgain,
      perToken: Math.round((spendMany - spendAgain) / TOKENS),
      take: await gas(take(stage, claim)),
    };
  } finally {
    await chain.close();
  }
}
