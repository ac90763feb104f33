import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  configurationToAbi,
  deployPolicyRegistry,
  enactConfiguration,
  type PolicyConfiguration,
  policyRegistryAt,
  proposeConfiguration,
  readPolicy,
} from "../../prover/src/chain/policy-registry.ts";
import { deploy, type LocalChain, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import {
  draftPublication,
  honestPublication,
  type PolicyStage,
  publish,
  signed,
  stagePolicyRegistry,
  TIME_LOCK,
  unguardedRegistry,
} from "../support/staged-policy.ts";

const ENACT_WITHIN = 14n * 86_400n;

let chain: LocalChain;
let stage: PolicyStage;
let captured: PolicyConfiguration;
beforeAll(async () => {
  chain = await localChain();
  stage = await stagePolicyRegistry(chain);
  captured = capturedFrom(stage);
});
afterAll(() => chain.close());

/** The owner's own key in place of all publishers. */
const capturedFrom = ({ configuration, owner }: PolicyStage): PolicyConfiguration => ({
  ...configuration,
  publishers: [owner.address],
  threshold: 1,
});

const propose = (configuration: PolicyConfiguration, on = stage) =>
  proposeConfiguration(on.owner, on.registry, configuration);
const enact = (configuration: PolicyConfiguration, on = stage) =>
  enactConfiguration(on.owner, on.registry, configuration);
const registryOf = (on = stage, sender = on.owner) => policyRegistryAt(on.registry, sender);
const idOf = async (configuration: PolicyConfiguration): Promise<string> =>
  call(await registryOf(), "propose", configurationToAbi(configuration));

async function mineAt(time: bigint): Promise<void> {
  await chain.setNextTime(time);
  await chain.provider.send("evm_mine", []);
}

/** A policy that the owner signed alone. */
async function own(on: PolicyStage) {
  await honestPublication(on);
  return signed(on, draftPublication(on, await chain.now()), { by: [on.owner] });
}

describe("nobody swaps publishers before the time lock (attack row 29)", () => {
  test("the owner proposes its own key: refused to the second, then it counts (mutant: no time lock)", async () => {
    const on = await stagePolicyRegistry(chain, "swap");
    const swapped = capturedFrom(on);
    await expectRefusal(publish(on, await own(on)), "SignaturesTooFew");
    await propose(swapped, on);
    const from = (await chain.now()) + TIME_LOCK;
    const [id, enactableFrom, enactableUntil] = await call<[string, bigint, bigint]>(
      await registryOf(on),
      "proposal",
    );
    expect([enactableFrom, enactableUntil]).toEqual([from, from + ENACT_WITHIN]);
    await expectRefusal(enact(swapped, on), "NotEnactable", { id });
    await mineAt(from - 1n);
    const call_ = async () => call(await registryOf(on), "enact", configurationToAbi(swapped));
    await expectRefusal(call_(), "NotEnactable", { from });
    // Publishers of the configuration in force still count, and the owner's key does not.
    await publish(on, await honestPublication(on));
    await expectRefusal(publish(on, await own(on)), "SignaturesTooFew");
    await mineAt(from + 100n);
    await enact(swapped, on);
    const signedByOwner = await own(on);
    await publish(on, signedByOwner);
    const { observationTime } = signedByOwner.publication;
    expect(await readPolicy(chain.provider, on.registry, observationTime)).toMatchObject({
      configuration: 2,
    });
    await expectRefusal(publish(on, await honestPublication(on)), "PublisherUnknown");

    const mutant = await unguardedRegistry(stage);
    await propose(captured, mutant);
    await enact(captured, mutant);
    await publish(mutant, await own(mutant));
  });

  test("by proposing something harmless and enacting another, or by proposing anew at the last moment", async () => {
    await propose(stage.configuration);
    const first = (await chain.now()) + TIME_LOCK;
    await mineAt(first);
    await expectRefusal(enact(captured), "NothingProposed");
    await propose(captured);
    await expectRefusal(enact(captured), "NotEnactable", { from: (await chain.now()) + TIME_LOCK });
    await expectRefusal(enact(stage.configuration), "NothingProposed");
  });

  test("with a proposal that everybody has forgotten; at its last second it counts", async () => {
    await propose(captured);
    const until = (await chain.now()) + TIME_LOCK + ENACT_WITHIN;
    await mineAt(until);
    await call(await registryOf(), "enact", configurationToAbi(captured));
    await mineAt(until + 1n);
    await expectRefusal(enact(captured), "NotEnactable", { until });
  });

  test("nor twice: what was enacted or cancelled is no proposal", async () => {
    await propose(stage.configuration);
    const id = await idOf(stage.configuration);
    const registry = await registryOf();
    await expectRefusal(call(registry, "cancel", await idOf(captured)), "NothingProposed");
    await (await registry.getFunction("cancel").send(id)).wait();
    await mineAt((await chain.now()) + TIME_LOCK);
    await expectRefusal(enact(stage.configuration), "NothingProposed");
    await expectRefusal(call(registry, "cancel", id), "NothingProposed");
    await expectRefusal(call(registry, "cancel", `0x${"0".repeat(64)}`), "NothingProposed");
    await propose(stage.configuration);
    await mineAt((await chain.now()) + TIME_LOCK);
    await enact(stage.configuration);
    await expectRefusal(enact(stage.configuration), "NothingProposed");
    expect(await call(registry, "proposal")).toEqual([`0x${"0".repeat(64)}`, 0n, 0n]);
  });

  test("and only the owner proposes, cancels or enacts", async () => {
    for (const sender of [stage.relayer, stage.publishers[0]!]) {
      const registry = await registryOf(stage, sender);
      const given = configurationToAbi(captured);
      for (const [method, argument] of [
        ["propose", given],
        ["enact", given],
        ["cancel", await idOf(captured)],
      ] as const) {
        await expectRefusal(call(registry, method, argument), "OwnableUnauthorizedAccount", {
          account: sender.address,
        });
      }
    }
  });

  test("a proposal that gives way to another is announced as cancelled, and what is in force can be read", async () => {
    await propose(captured);
    const id = await idOf(captured);
    await propose(stage.configuration);
    const registry = await registryOf();
    const [cancelled] = (await registry.queryFilter("ProposalCancelled")).slice(-1);
    expect(cancelled).toMatchObject({ args: [id] });
    const [inForce] = await call<[Record<string, unknown>]>(registry, "configuration");
    expect(inForce.publishers).toEqual(stage.configuration.publishers);
    expect(inForce.riskParametersHash).toBe(configurationToAbi(stage.configuration).riskParametersHash);
  });
});

describe("a configuration that could not work is refused, proposed or at deployment", () => {
  const refused = async (edit: Partial<PolicyConfiguration>, code: string, fields = {}) => {
    const configuration = { ...stage.configuration, ...edit };
    await expectRefusal(idOf(configuration), code, fields);
    const config = { owner: stage.owner.address, timeLock: TIME_LOCK, configuration };
    await expectRefusal(deployPolicyRegistry(stage.owner, config), code, fields);
  };
  const people = (count: number) =>
    Array.from({ length: count }, (_, i) => `0x${(i + 1).toString(16).padStart(40, "0")}`);

  test("no publishers, too many, or a threshold that two disjoint groups could reach", async () => {
    await refused({ publishers: [], threshold: 0 }, "PublishersMiscounted");
    await refused({ publishers: people(65), threshold: 33 }, "PublishersMiscounted", { publishers: 65n });
    await refused({ publishers: people(4), threshold: 2 }, "PublishersMiscounted", { threshold: 2n });
    await refused({ publishers: people(4), threshold: 5 }, "PublishersMiscounted");
    await idOf({ ...stage.configuration, publishers: people(64), threshold: 33 });
  });

  test("a publisher twice, or address 0, to which a bad signature could recover", async () => {
    const [a, b] = people(2) as [string, string];
    await refused({ publishers: [a, b, b], threshold: 2 }, "PublishersNotAscending", { index: 2n });
    await refused({ publishers: [`0x${"0".repeat(40)}`], threshold: 1 }, "PublishersNotAscending", {
      index: 0n,
    });
  });

  test("a feed without code, heartbeat or band, with wrong decimals, out of order, or twice for an asset", async () => {
    const [btc, usd] = stage.configuration.feeds as [
      PolicyConfiguration["feeds"][number],
      PolicyConfiguration["feeds"][number],
    ];
    const feeds = (edit: Partial<typeof btc>) => ({ feeds: [btc, { ...usd, ...edit }] });
    await refused(feeds({ aggregator: stage.relayer.address }), "FeedUnusable", { asset: 1n });
    await refused(feeds({ heartbeat: 0 }), "FeedUnusable");
    await refused(feeds({ band: 0 }), "FeedUnusable");
    await refused(feeds({ band: 10_000 }), "FeedUnusable");
    await refused(feeds({ decimals: 8 }), "FeedDecimalsDiffer", { decimals: 18n, expected: 8n });
    await refused(feeds({ asset: 0 }), "FeedsNotAscending", { index: 1n });
    const fine = await deploy(stage.owner, "FeedMock", 19, 1);
    await refused(feeds({ aggregator: await fine.getAddress(), decimals: 19 }), "FeedUnusable");
    const token = await deploy(stage.owner, "WalletMock", stage.owner.address);
    await refused(feeds({ aggregator: await token.getAddress() }), "FeedUnreadable");
    await refused({ sequencerFeed: stage.relayer.address }, "FeedUnreadable");
    const registry = await registryOf();
    const given = configurationToAbi(stage.configuration);
    await expectRefusal(call(registry, "propose", { ...given, feeds: [usd, btc] }), "FeedsNotAscending");
  });

  test("no time to publish in, no owner, or a time lock under a day", async () => {
    await refused({ publishWithin: 0 }, "PublishingTimeMissing");
    const { configuration } = stage;
    const deployed = (owner: string, timeLock: bigint) =>
      deployPolicyRegistry(stage.owner, { owner, timeLock, configuration });
    await expectRefusal(deployed(`0x${"0".repeat(40)}`, TIME_LOCK), "OwnableInvalidOwner");
    await expectRefusal(deployed(stage.owner.address, 86_399n), "TimeLockTooShort", { minimum: 86_400n });
    await deployed(stage.owner.address, 86_400n);
  });
});
