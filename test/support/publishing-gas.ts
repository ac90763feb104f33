import { deployPolicyRegistry } from "../../prover/src/chain/policy-registry.ts";
import { deploy, localChain } from "./chain.ts";
import {
  draftPublication,
  type PolicyStage,
  publish,
  signed,
  stagePolicyRegistry,
  TIME_LOCK,
} from "./staged-policy.ts";

/** Gas of publishing one policy. */
export interface PublishingGas {
  /** 40 assets, 8 of them with a feed, signed by 3 of 5 publishers. */
  readonly publish: number;
  readonly perAsset: number;
  readonly perFeed: number;
  readonly perSignature: number;
}

const ASSETS = 40;
const FEEDS = 8;

/** Measures by publishing on a chain of its own. Hashes differ by some zero bytes from seed to seed. */
export async function measurePublishing(): Promise<PublishingGas> {
  const chain = await localChain();
  try {
    const stage = await stagePolicyRegistry(chain, "gas");
    const gas = async (assets: number, feeds: number, signatures: number): Promise<number> => {
      const on = await withFeeds(stage, feeds);
      const draft = draftPublication(on, await chain.now());
      const [asset] = draft.collateral;
      const collateral = Array.from({ length: assets }, (_, k) => ({
        ...asset!,
        token: 0x1111n * BigInt(k + 1),
      }));
      const by = stage.publishers.slice(0, signatures);
      return Number((await publish(on, await signed(on, { ...draft, collateral }, { by }))).gasUsed);
    };
    const base = await gas(ASSETS, FEEDS, 3);
    return {
      publish: base,
      perAsset: Math.round(((await gas(2 * ASSETS, FEEDS, 3)) - base) / ASSETS),
      perFeed: Math.round(((await gas(ASSETS, 2 * FEEDS, 3)) - base) / FEEDS),
      perSignature: Math.round(((await gas(ASSETS, FEEDS, 5)) - base) / 2),
    };
  } finally {
    await chain.close();
  }
}

/** A registry without a sequencer's feed, and with a price feed for each of the first assets. */
async function withFeeds(stage: PolicyStage, count: number): Promise<PolicyStage> {
  const feeds = [];
  for (let asset = 0; asset < count; asset++) {
    const feed = await deploy(stage.owner, "FeedMock", 8, 60_000n * 10n ** 8n);
    feeds.push({ asset, aggregator: await feed.getAddress(), decimals: 8, heartbeat: 3_600, band: 200 });
  }
  const { sequencerFeed: _, ...rest } = stage.configuration;
  const configuration = { ...rest, feeds };
  const config = { owner: stage.owner.address, timeLock: TIME_LOCK, configuration };
  const { address } = await deployPolicyRegistry(stage.owner, config);
  return { ...stage, configuration, registry: address };
}
