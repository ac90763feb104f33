import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkBundle } from "@plimsoll/verifier/check/bundle.ts";
import { rootOfPath } from "@plimsoll/verifier/encodings/tree.ts";
import { bundleFromJson } from "@plimsoll/verifier/formats/bundle.ts";
import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import type { EpochConfig } from "../../../pipeline/config.ts";
import { epochFolder } from "../../../pipeline/epoch-folder.ts";
import { WitnessError } from "../../../proving/witness.ts";
import { readWitnessGenerator } from "../../../proving/witness-file.ts";
import type { Account } from "../../../snapshot/account.ts";
import {
  type Book,
  debtWithoutCounterweight,
  honestBook,
  oneSidedHedge,
  refusedByEpochCircuit,
  reservesShort,
} from "../../cheats.ts";
import { ETH_PRICE, type Stage } from "../stage.ts";
import { ETH } from "../tiny-exchange.ts";

/** What never comes as far as the chain: books for which the circuit has no witness, and bundles that users would see through. */
export async function bookCheats(stage: Stage, config: EpochConfig, record: EpochRecord): Promise<void> {
  const { trials, circuits, exchange } = stage;
  const policy = exchange.policyAt(config.snapshotTime, ETH_PRICE);
  const accounts: Account[] = [];
  for await (const account of config.accounts()) accounts.push(account);
  const generator = await readWitnessGenerator(circuits.epoch.wasm);
  const prove = async (book: Book): Promise<void> => {
    const refusal = await refusedByEpochCircuit(generator, policy, book);
    if (refusal !== undefined) throw new WitnessError(refusal);
  };
  const honest = honestBook(policy, accounts, record.claims);
  await prove(honest);
  const hedge = oneSidedHedge(policy, honest, accounts);
  await trials.attempt("19", "one contract long that nobody is short of", "WITNESS_REFUSED", () =>
    prove(hedge),
  );
  const short = reservesShort(policy, honest, ETH);
  await trials.attempt("18", "reserves one unit short of what is owed", "WITNESS_REFUSED", () =>
    prove(short),
  );
  const debt = debtWithoutCounterweight(policy, honest);
  await trials.attempt("18", "a debt that nobody's equity bears", "WITNESS_REFUSED", () => prove(debt));

  const file = join(epochFolder(config.folder).bundles, "saver.json");
  const bundle = bundleFromJson(await readFile(file, "utf8"), file);
  const check = async (changes: Partial<typeof bundle>): Promise<void> => {
    const { steps } = await checkBundle({ ...bundle, ...changes }, { policy });
    const failed = steps.find(({ outcome }) => outcome === "failed");
    if (failed !== undefined) throw Object.assign(new Error(failed.words), { code: "BUNDLE_REFUSED" });
  };
  await check({});
  const without = rootOfPath(0n, bundle.slot, bundle.path);
  await trials.attempt(
    "20",
    "a user left out, with a bundle of the batch without her",
    "BUNDLE_REFUSED",
    () => check({ root: without }),
  );
  const [first, ...rest] = bundle.holdings;
  const less = [{ row: first!.row, quantity: first!.quantity - 1n }, ...rest];
  await trials.attempt("31", "a balance lower by one unit", "BUNDLE_REFUSED", () =>
    check({ holdings: less }),
  );
}
