import { commitEpoch, finaliseEpoch, partsOf, provePart } from "../../prover/src/chain/parts.ts";
import { attestEpoch } from "../../prover/src/chain/registry.ts";
import { commitTypedData, signTypedData } from "../../prover/src/chain/typed-data.ts";
import { type LocalChain, localChain } from "./chain.ts";
import { fund, honestEpoch, type Stage, stageRegistry } from "./staged-epoch.ts";

/** Gas of attesting an epoch of 40 assets, the exchange holding 8 that are all read on chain. */
export interface GasFigures {
  /**
   * A batch more in one transaction: its pairing, two scalar multiplications, calldata. From 1 to 2 batches, and on average
   * from 1 to 8 and from 1 to 32.
   */
  readonly perBatchAt1: number;
  readonly perBatchAt8: number;
  readonly perBatchAt32: number;
  /** One batch more in an epoch that is proved in parts of 64. */
  readonly perBatchChunked: number;
  /** What one transaction costs beside its batches. */
  readonly epochFixed: number;
  /** What commitment and finalisation cost in an epoch of many transactions. */
  readonly chunkedFixed: number;
  /** One asset more whose token is read on chain. */
  readonly perReserve: number;
  /** One circuit more among the batches. */
  readonly perCircuit: number;
  /** Another sender than the exchange: its signature is checked. */
  readonly relayed: number;
}

const ASSETS = 40;
const RESERVES = 8;
const PART_DEPTH = 6;
const PART = 2 ** PART_DEPTH;

/** Measures by attesting on a chain of its own. Calldata differs by some zero bytes from run to run: 0.1 % or so. */
export async function measureGas(): Promise<GasFigures> {
  const chain = await localChain();
  try {
    const one = await inOne(chain, 1);
    const upTo = async (count: number): Promise<number> =>
      Math.round(((await inOne(chain, count)) - one) / (count - 1));
    const perBatchAt1 = await upTo(2);
    const chunked = await inParts(chain, 2 * PART);
    return {
      perBatchAt1,
      perBatchAt8: await upTo(8),
      perBatchAt32: await upTo(32),
      perBatchChunked: Math.round(chunked.parts[1]! / PART),
      epochFixed: one - perBatchAt1,
      chunkedFixed: chunked.fixed,
      perReserve: Math.round(((await inOne(chain, 1, { onChain: 2 * RESERVES })) - one) / RESERVES),
      perCircuit: (await inOne(chain, 2, { circuits: 2 })) - one - perBatchAt1,
      relayed: (await inOne(chain, 1, { relayed: true })) - one,
    };
  } finally {
    await chain.close();
  }
}

interface Kind {
  readonly onChain?: number;
  readonly circuits?: number;
  readonly relayed?: boolean;
}

async function staged(chain: LocalChain, count: number, { onChain = RESERVES, circuits = 1 }: Kind) {
  const stage = await stageRegistry(chain, {
    assets: ASSETS,
    onChain,
    circuits,
    seed: `gas ${count} ${onChain}`,
  });
  const claims = Array.from({ length: ASSETS + 1 }, (_, k) =>
    k > onChain ? 0n : 10n ** 15n * BigInt(k + 1) + 123_456_789n,
  );
  await fund(stage, claims);
  return { stage, ...(await honestEpoch(stage, 1n, count, claims)) };
}

/** Gas of an epoch attested by one transaction. */
async function inOne(chain: LocalChain, count: number, kind: Kind = {}): Promise<number> {
  const { stage, submission, snapshotTime } = await staged(chain, count, kind);
  const { registry } = stage;
  if (!kind.relayed) return Number((await attestEpoch(stage.exchange, registry, submission)).gasUsed);
  const commit = commitTypedData({ chainId: chain.chainId, registry }, snapshotTime, submission);
  const signature = await signTypedData(stage.exchange, commit);
  return Number((await attestEpoch(stage.relayer, registry, submission, signature)).gasUsed);
}

/** Gas of an epoch proved part by part: of its commitment and finalisation, and of each part. */
async function inParts(chain: LocalChain, count: number): Promise<{ fixed: number; parts: number[] }> {
  const { stage, submission } = await staged(chain, count, {});
  const { registry, exchange, relayer }: Stage = stage;
  let fixed = Number((await commitEpoch(exchange, registry, submission)).gasUsed);
  const parts: number[] = [];
  for (const part of partsOf(submission.batches, PART_DEPTH))
    parts.push(Number((await provePart(relayer, registry, 1n, part)).gasUsed));
  fixed += Number((await finaliseEpoch(relayer, registry, submission)).gasUsed);
  return { fixed, parts };
}
