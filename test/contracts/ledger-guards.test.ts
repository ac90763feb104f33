// What each guard of the ledger is there for: the attack fails, and succeeds against a mutant without the guard.
import { type Contract, ZeroHash } from "ethers";
import { afterAll, beforeAll, test } from "vitest";
import { send } from "../../prover/src/chain/sending.ts";
import { type LocalChain, localChain } from "../support/chain.ts";
import { fickleToken, LEDGER_GUARD, mutantLedger } from "../support/mutant-ledger.ts";
import { switchOff } from "../support/mutant-stage.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import { type Stage, stageRegistry } from "../support/staged-epoch.ts";
import {
  admit,
  attestOpened,
  attestWith,
  ledgerOf,
  openWith,
  pledge,
  type Row,
  refusalOf,
  renew,
  type StagedEpoch,
  spend,
  take,
  withdrawalOf,
} from "../support/staged-ledger.ts";

let chain: LocalChain;
let real: Stage;
let mutant: Stage;
let rows: Row[];
let fickle: Contract;
let one: StagedEpoch;
let epoch = 1n;
beforeAll(async () => {
  chain = await localChain();
  real = await stageRegistry(chain, { seed: "guards" });
  mutant = await mutantLedger(real);
  fickle = await fickleToken(real, 8);
  const tokens = [
    ...(await Promise.all(real.tokens.map((token) => token.getAddress()))),
    await fickle.getAddress(),
  ];
  rows = tokens.map((token) => ({ token, decimals: 8, unitWeight: 3n }));
  one = await attestWith(real, epoch, rows);
});
afterAll(() => chain.close());

type Guard = keyof typeof LEDGER_GUARD;

/** Each time with a key of its own. */
async function stoppedBy(
  guard: Guard,
  code: string,
  attack: (stage: Stage, key: bigint) => Promise<unknown>,
): Promise<void> {
  for (const stage of [real, mutant]) {
    await switchOff(chain);
    await chain.provider.send("evm_mine", []);
    await expectRefusal(attack(stage, real.next()), code);
  }
  await switchOff(chain, LEDGER_GUARD[guard]);
  // Calls without a transaction see the newest block's beneficiary.
  await chain.provider.send("evm_mine", []);
  await attack(mutant, real.next());
  await switchOff(chain);
}

const ask = (key: bigint, amount: bigint, asset = 0) => ({ key, asset, amount, charge: 3n * amount });

test("a root that nobody attested", () =>
  stoppedBy("ATTESTED", "BatchNotAttested", (stage, key) => {
    const made = { ...one, batches: one.batches.map((batch) => ({ ...batch, root: 12_345n })) };
    return spend(stage, made, ask(key, 100n));
  }));

test("a payment forgotten by the next epoch that was open when it was made (attack row 44)", () =>
  stoppedBy("SINCE", "NothingOwed", async (stage, key) => {
    const opened = await openWith(stage, ++epoch, rows);
    await spend(stage, one, ask(key, 100n));
    await spend(stage, await attestOpened(stage, opened), ask(key, 100n));
  }));

test("the same free pledged and paid (attack row 44)", () =>
  stoppedBy("PLEDGES", "NothingOwed", async (stage, key) => {
    await pledge(stage, one, ask(key, 100n));
    await spend(stage, one, ask(key, 100n));
  }));

test("one free spent in two tokens, and in three (attack row 44)", async () => {
  await stoppedBy("FIRST", "NothingOwed", async (stage, key) => {
    await spend(stage, one, ask(key, 1_000n));
    await spend(stage, one, ask(key, 1_000n, 1));
  });
  await stoppedBy("OTHER_TOKENS", "NothingOwed", async (stage, key) => {
    await spend(stage, one, ask(key, 1_000n));
    await spend(stage, one, { ...ask(key, 1_000n, 1), charge: 6_000n });
    await spend(stage, one, { ...ask(key, 1_000n, 2), charge: 6_000n });
  });
});

test("a token that takes its decimals back", () =>
  stoppedBy("DECIMALS", "NothingOwed", async (stage, key) => {
    await (await fickle.getFunction("setDecimals").send(8)).wait();
    await spend(stage, one, ask(key, 1_000n, 2));
    await (await fickle.getFunction("setDecimals").send(38)).wait();
    await spend(stage, one, ask(key, 1_000n, 2));
  }));

test("a claim that nobody proved, and one of another's vault", async () => {
  await stoppedBy("ADMITTED", "ClaimUnknown", async (stage, key) => {
    const claim = await admit(stage, one, ask(key, 100n));
    return take(stage, { ...claim, amount: 1_000n, charge: 10_000n });
  });
  await stoppedBy("CONSUMER", "ConsumerOnly", async (stage, key) =>
    take(stage, await admit(stage, one, ask(key, 100n)), 1n, stage.relayer),
  );
});

test("a proof made for something else", () =>
  stoppedBy("CHAIN", "ProofsRejected", async (stage, key) => {
    // What the mutant takes as the context: ledger and payload, without domain, chain, action or consumer.
    const ledger = await ledgerOf(stage);
    const context = await call<bigint>(ledger, "contextOf", 1, stage.relayer.address, ZeroHash);
    const withdrawal = withdrawalOf(stage, one, {
      ...ask(key, 100n),
      action: "Spend",
      consumer: stage.owner.address,
      context,
    });
    return send(ledger, "spend", [withdrawal, ZeroHash]);
  }));

test("a pledge renewed by another account, by an old proof, or by one that shows too little", async () => {
  const setUp = async (stage: Stage, key: bigint) => {
    const id = await pledge(stage, one, ask(key, 100n));
    return { id, newer: await attestWith(stage, ++epoch, rows) };
  };
  await stoppedBy("RENEWED_KEY", "PledgeOfAnother", async (stage, key) => {
    const { id, newer } = await setUp(stage, key);
    return renew(stage, newer, id, ask(key + 1n, 100n));
  });
  await stoppedBy("NEWER", "PledgeNotNewer", async (stage, key) => {
    const { id } = await setUp(stage, key);
    return renew(stage, one, id, ask(key, 100n));
  });
  await stoppedBy("COVERED", "PledgeNotCovered", async (stage, key) => {
    const { id, newer } = await setUp(stage, key);
    return renew(stage, newer, id, ask(key, 99n));
  });
});

test("a pledge released by its account, or paid out by a stranger", async () => {
  await stoppedBy("GATE", "PledgeNotReleasable", async (stage, key) => {
    const id = await pledge(stage, one, ask(key, 100n));
    return send(await ledgerOf(stage, stage.relayer), "release", [id]);
  });
  await stoppedBy("VAULT", "ConsumerOnly", async (stage, key) => {
    const id = await pledge(stage, one, { ...ask(key, 100n), vault: stage.exchange.address });
    return send(await ledgerOf(stage, stage.relayer), "takePledged", [id]);
  });
});

test("a refusal of more than was asked for, which no leaf allows", () =>
  stoppedBy("NEEDED", "RefusalTooLarge", async (stage, key) => {
    const refusal = refusalOf(stage, one, { key, asset: 0, amount: 10n ** 30n, charge: 1n });
    return call(await ledgerOf(stage), "requireRefused", refusal, key, rows[0]!.token, 10n);
  }));

test("a second registry", () =>
  stoppedBy("BOUND", "LedgerBound", async (stage) => call(await ledgerOf(stage), "bind")));
