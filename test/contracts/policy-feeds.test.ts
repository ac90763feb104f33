import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { policyRegistryAt } from "../../prover/src/chain/policy-registry.ts";
import { publicationToAbi } from "../../prover/src/chain/policy-typed-data.ts";
import type { PolicyPublication } from "../../verifier/src/policy/publication.ts";
import { type LocalChain, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import {
  ANSWERS,
  BAND,
  draftPublication,
  GRACE_PERIOD,
  HEARTBEAT,
  type PolicyStage,
  publish,
  refresh,
  signed,
  stagePolicyRegistry,
  unguardedRegistry,
  wait,
} from "../support/staged-policy.ts";

// Attack row 27, what feeds are for. Every attack goes through where its guard is missing.

const [BTC] = ANSWERS;

let chain: LocalChain;
let stage: PolicyStage;
let mutant: PolicyStage;
beforeAll(async () => {
  chain = await localChain();
  stage = await stagePolicyRegistry(chain);
  mutant = await unguardedRegistry(stage);
});
afterAll(() => chain.close());

/** Moves the chain's time on by some seconds and gives it back. */
async function later(seconds: bigint): Promise<bigint> {
  const at = (await chain.now()) + seconds;
  await chain.setNextTime(at);
  await chain.provider.send("evm_mine", []);
  return at;
}

/** What the registry says to a publication of now, at the chain's present time, without sending it. */
async function attempt(on: PolicyStage, publication: PolicyPublication): Promise<void> {
  const registry = await policyRegistryAt(on.registry, on.relayer);
  const { deadline, endorsements } = await signed(on, publication);
  await call(registry, "publish", publicationToAbi(publication), deadline, endorsements);
}

/** Expects the registry to refuse a policy with these prices, and the mutant to take it. */
async function expectAttack(
  code: string,
  fields: Record<string, unknown> = {},
  price?: bigint,
): Promise<void> {
  const draft = draftPublication(stage, await chain.now());
  const [btc, ...rest] = draft.collateral;
  const publication =
    price === undefined
      ? draft
      : { ...draft, collateral: [{ ...btc!, price, weight: 0n, unitWeight: 0n }, ...rest] };
  await expectRefusal(attempt(stage, publication), code, fields);
  await attempt(mutant, publication);
}

const say = (feed: 0 | 1, answer: bigint, updatedAt: bigint) =>
  wait(stage.feeds[feed], "set", answer, updatedAt, updatedAt);

describe("a feed's answer counts only when it is one", () => {
  test("a price of zero", async () => {
    await refresh(stage, await chain.now());
    await say(0, 0n, await chain.now());
    await expectAttack("FeedPriceUnusable", { asset: 0n, answer: 0n });
  });

  test("a negative price, and one that no asset has", async () => {
    const huge = 1n << 128n;
    for (const answer of [-1n, -(1n << 255n), huge, (1n << 255n) - 1n]) {
      await refresh(stage, await chain.now());
      await say(0, answer, await chain.now());
      await expectRefusal(attempt(stage, draftPublication(stage, await chain.now())), "FeedPriceUnusable", {
        answer,
      });
    }
    await say(0, huge - 1n, await chain.now());
    await expectRefusal(attempt(stage, draftPublication(stage, await chain.now())), "PriceOutsideBand");
  });

  test("older than its heartbeat by a second; of the heartbeat's age it passes", async () => {
    const at = (await chain.now()) + 100n;
    await refresh(stage, at - 50n);
    await say(1, ANSWERS[1], at - BigInt(HEARTBEAT));
    await chain.setNextTime(at);
    await chain.provider.send("evm_mine", []);
    await attempt(stage, draftPublication(stage, at));
    await later(1n);
    await expectAttack("FeedStale", { asset: 1n, updatedAt: at - BigInt(HEARTBEAT) });
  });

  test("never updated, or from the future", async () => {
    await refresh(stage, await chain.now());
    await say(0, BTC, 0n);
    await expectAttack("FeedStale", { updatedAt: 0n });
    const ahead = (await chain.now()) + 3_600n;
    await say(0, BTC, ahead);
    await expectRefusal(attempt(stage, draftPublication(stage, await chain.now())), "FeedStale", {
      updatedAt: ahead,
    });
  });

  test("with other decimals than were configured: refused, not rescaled", async () => {
    await refresh(stage, await chain.now());
    await wait(stage.feeds[0], "setDecimals", 18);
    await expectAttack("FeedDecimalsDiffer", { decimals: 18n, expected: 8n });
    await wait(stage.feeds[0], "setDecimals", 8);
    await attempt(stage, draftPublication(stage, await chain.now()));
  });

  test("a feed that reverts, price or sequencer", async () => {
    await refresh(stage, await chain.now());
    for (const feed of [stage.feeds[1], stage.sequencer]) {
      await wait(feed, "setBroken", true);
      await expectRefusal(attempt(stage, draftPublication(stage, await chain.now())), "FeedUnreadable", {
        aggregator: await feed.getAddress(),
      });
      await wait(feed, "setBroken", false);
    }
  });

  test("a feed whose asset is not in the table", async () => {
    await refresh(stage, await chain.now());
    const draft = draftPublication(stage, await chain.now());
    const short = { ...draft, collateral: draft.collateral.slice(0, 1) };
    await expectRefusal(attempt(stage, short), "FeedWithoutAsset", { asset: 1n, assets: 1n });
  });
});

describe("a price stays within the band about its feed", () => {
  test("on both sides, to the unit; a price without a feed is the publishers' word", async () => {
    await refresh(stage, await chain.now());
    // 60,000 in 10^-12 for a unit of 10^-8.
    const middle = 600_000_000n;
    const width = (middle * BigInt(BAND)) / 10_000n;
    const at = async (price: bigint) => {
      const draft = draftPublication(stage, await chain.now());
      const [btc, usd, own] = draft.collateral;
      const free = { ...own!, price: (1n << 96n) - 1n };
      return { ...draft, collateral: [{ ...btc!, price, weight: 0n, unitWeight: 0n }, usd!, free] };
    };
    for (const price of [middle - width, middle + width]) await attempt(stage, await at(price));
    await expectAttack(
      "PriceOutsideBand",
      { asset: 0n, price: (BTC * (middle - width - 1n)) / middle, answer: BTC },
      middle - width - 1n,
    );
    await expectAttack("PriceOutsideBand", { band: BigInt(BAND) }, middle + width + 1n);
  });

  test("the largest price of the table and the smallest answer do not run over", async () => {
    await refresh(stage, await chain.now());
    const draft = draftPublication(stage, await chain.now());
    const [, usd, own] = draft.collateral;
    const largest = { token: 1n, decimals: 18, price: (1n << 96n) - 1n, weight: 0n, unitWeight: 0n };
    await say(0, 1n, await chain.now());
    await expectRefusal(attempt(stage, { ...draft, collateral: [largest, usd!, own!] }), "PriceOutsideBand", {
      price: (((1n << 96n) - 1n) * 10n ** 26n) / 10n ** 12n,
      answer: 1n,
    });
    expect((((1n << 96n) - 1n) * 10n ** 36n * 10_000n) >> 256n).toBe(0n);
  });
});

describe("nothing is published while the sequencer lags", () => {
  test("down", async () => {
    await refresh(stage, await chain.now());
    await wait(stage.sequencer, "set", 1, (await chain.now()) - 86_400n, await chain.now());
    await expectAttack("SequencerDown", { answer: 1n });
  });

  test("not known yet", async () => {
    await refresh(stage, await chain.now());
    await wait(stage.sequencer, "set", 0, 0, 0);
    await expectAttack("SequencerDown", { startedAt: 0n });
  });

  test("up, but within its grace period; a second later it passes", async () => {
    const startedAt = await chain.now();
    await wait(stage.sequencer, "set", 0, startedAt, startedAt);
    await refresh(stage, startedAt + 600n);
    await chain.setNextTime(startedAt + BigInt(GRACE_PERIOD));
    await chain.provider.send("evm_mine", []);
    await expectAttack("SequencerGracePeriod", { startedAt, gracePeriod: BigInt(GRACE_PERIOD) });
    await later(1n);
    await publish(stage, await signed(stage, draftPublication(stage, await chain.now())));
  });
});
