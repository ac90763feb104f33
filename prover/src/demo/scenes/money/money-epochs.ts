import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Bundle, bundleFromJson } from "@plimsoll/verifier/formats/bundle.ts";
import type { Opening } from "../../../chain/submission.ts";
import { registryChain } from "../../../pipeline/registry-chain.ts";
import { type EpochResult, runEpoch } from "../../../pipeline/run-epoch.ts";
import type { Account } from "../../../snapshot/account.ts";
import { ETH_PRICE } from "../stage.ts";
import { TINY_CIRCUITS } from "../tiny-exchange.ts";
import { type MoneyStage, NAMES } from "./money-stage.ts";

/** Proves and attests the exchange's book, and hands every customer who is in it her bundle. `more`: leaves of its own making. */
export async function attestBook(
  stage: MoneyStage,
  { epoch, snapshotTime }: Opening,
  more: readonly Account[] = [],
): Promise<EpochResult> {
  const { exchange, exchangeBook, network, people, prover, registry, rows, gas } = stage;
  const accounts = [...exchangeBook.accounts(), ...more];
  const owed = (row: number) =>
    accounts
      .flatMap(({ holdings }) => holdings)
      .reduce((sum, entry) => (entry.row === row ? sum + entry.quantity : sum), 0n);
  const config = {
    folder: join(stage.folder, "withdrawals", epoch.toString()),
    chainId: network.chainId,
    registry: BigInt(registry),
    exchange: BigInt(people.exchange.address),
    exchangeId: "tiny-exchange",
    epoch,
    snapshotTime,
    policy: {
      riskParameters: exchange.riskParameters,
      marks: exchange.marksAt(snapshotTime, ETH_PRICE),
    },
    accounts: async function* () {
      yield* accounts;
    },
    claims: { ETH: owed(rows.eth), USDT: owed(rows.usdt) },
    insurance: 0n,
    circuits: TINY_CIRCUITS,
    operatorSecret: stage.operatorSecret,
  };
  const chain = registryChain(config.registry, { sender: people.relayer, exchange: people.exchange });
  const result = await runEpoch(config, { prover, chain });
  const { folder, receipt, record } = result;
  gas.note(`attest epoch ${epoch}: ${record.batches.length} batches`, receipt!.gasUsed);
  for (const name of NAMES) {
    if (!accounts.some(({ userId }) => userId === name)) continue;
    stage.customers[name].bundles.set(epoch, await read(join(folder.bundles, `${name}.json`)));
  }
  return result;
}

async function read(file: string): Promise<Bundle> {
  return bundleFromJson(await readFile(file, "utf8"), file);
}
