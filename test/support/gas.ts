import { attestEpoch } from "../../prover/src/chain/registry.ts";
import { commitTypedData, signTypedData } from "../../prover/src/chain/typed-data.ts";
import { localChain } from "./chain.ts";
import { fund, honestEpoch, stageRegistry } from "./staged-epoch.ts";

/** Gas of one attestation: epochFixed + perBatch * batches, measured with 40 assets of which 8 are read on chain. */
export interface GasFigures {
  /** One batch more: its pairing, its two scalar multiplications, its calldata. */
  readonly perBatch: number;
  readonly epochFixed: number;
  /** One asset more whose token is read on chain. */
  readonly perReserve: number;
  /** Another sender than the exchange: its signature is checked. */
  readonly relayed: number;
}

const ASSETS = 40;
const RESERVES = 8;

/** Measures by attesting on a chain of its own. Calldata differs by some zero bytes from run to run: 0.1 % or so. */
export async function measureGas(): Promise<GasFigures> {
  const chain = await localChain();
  try {
    const attest = async (count: number, onChain: number, relayed = false): Promise<number> => {
      const stage = await stageRegistry(chain, { assets: ASSETS, onChain, seed: `gas ${count} ${onChain}` });
      const claims = Array.from({ length: ASSETS + 1 }, (_, k) => 10n ** 15n * BigInt(k + 1) + 123_456_789n);
      await fund(stage, claims);
      const { submission, snapshotTime } = await honestEpoch(stage, 1n, count, claims);
      const domain = { chainId: chain.chainId, registry: stage.registry };
      const commit = commitTypedData(domain, snapshotTime, submission);
      const sent = relayed
        ? attestEpoch(stage.relayer, stage.registry, submission, await signTypedData(stage.exchange, commit))
        : attestEpoch(stage.exchange, stage.registry, submission);
      return Number((await sent).gasUsed);
    };
    const one = await attest(1, RESERVES);
    const perBatch = Math.round(((await attest(21, RESERVES)) - one) / 20);
    const perReserve = Math.round(((await attest(1, 2 * RESERVES)) - one) / RESERVES);
    return {
      perBatch,
      epochFixed: one - perBatch,
      perReserve,
      relayed: (await attest(1, RESERVES, true)) - one,
    };
  } finally {
    await chain.close();
  }
}
