// A registry with an account check, and statements about accounts that nobody has to make up: keys' secrets are known, so a
// proof says what a test wants it to say.
import { Contract, type Fragment, Interface, toBeHex } from "ethers";
import { type ContractName, contractArtifact } from "../../prover/src/chain/artifacts.ts";
import { circuitIdOf, deployKey } from "../../prover/src/chain/registry.ts";
import { PUBLIC_SIGNALS } from "../../verifier/src/constants.ts";
import { home } from "../../verifier/src/encodings/identity.ts";
import { accountContext } from "../../verifier/src/withdrawal/gate-context.ts";
import { deploy, type LocalChain } from "./chain.ts";
import { type Stage, stageRegistry } from "./staged-epoch.ts";
import {
  attestWith,
  type PolicyParts,
  placeOf,
  publishRows,
  type Row,
  type StagedEpoch,
} from "./staged-ledger.ts";
import { scalarsFrom, type TrapdoorKey, trapdoorKey, trapdoorProof, trapdoorSetup } from "./trapdoor.ts";

export interface GateStage extends Stage {
  readonly accountKey: TrapdoorKey;
  readonly accountCheck: Contract;
}

/** Of a unit of bitcoin's row, 10^-8: 60,000 a coin, of which margin counts 50,000 and which takes 66,000 when it leaves. */
export const BTC = Object.freeze({ price: 600_000_000n, weight: 500_000_000n, unitWeight: 660_000_000n });
/** Of a unit of the dollar's row, 10^-6. */
export const USD = Object.freeze({ price: 1_000_000n, weight: 1_000_000n, unitWeight: 1_000_000n });
export const NEVER = (1n << 64n) - 1n;
export const POLICY_TREE = 77n;

/** What a test may say otherwise about a published policy. */
export interface Marks extends PolicyParts {
  /** Of bitcoin, as a fraction of the usual in per cent. */
  readonly percent?: bigint;
}

/** Assets: 0 bitcoin (18 decimals on chain), 1 dollars (6 decimals on chain). */
export async function stageGate(chain: LocalChain, seed = "gate"): Promise<GateStage> {
  const stage = await stageRegistry(chain, { seed });
  const next = scalarsFrom(`${seed} account`);
  const accountKey = trapdoorKey(trapdoorSetup(next), PUBLIC_SIGNALS.account.length, next);
  const { address } = await deployKey(stage.owner, accountKey.packed);
  return {
    ...stage,
    accountKey,
    accountCheck: await deploy(stage.owner, "AccountCheck", stage.registry, [address]),
  };
}

/** Opens and attests an epoch of two batches. */
export async function attest(stage: GateStage, epoch: bigint, marks: Marks = {}): Promise<StagedEpoch> {
  const { percent = 100n, ...parts } = marks;
  const rows = await rowsOf(stage, percent);
  return attestWith(stage, epoch, rows, { batches: 2, policyTree: POLICY_TREE, ...parts });
}

/** Publishes a policy for a time, the chain's present one unless it is given. */
export async function publishMarks(stage: GateStage, marks: Marks = {}, at?: bigint): Promise<bigint> {
  const observationTime = at ?? (await stage.chain.now());
  const { percent = 100n, ...parts } = marks;
  const rows = await rowsOf(stage, percent);
  await publishRows(stage, observationTime, rows, { policyTree: POLICY_TREE, ...parts });
  return observationTime;
}

async function rowsOf({ tokens }: Stage, percent: bigint): Promise<Row[]> {
  const [btc, usd] = await Promise.all(tokens.map((token) => token.getAddress()));
  const moved = Object.fromEntries(
    Object.entries(BTC).map(([name, value]) => [name, (value * percent) / 100n]),
  );
  return [
    { token: btc!, decimals: 8, ...(moved as typeof BTC) },
    { token: usd!, decimals: 6, ...USD },
  ];
}

/** A contract that also has words for what the contracts that it calls refuse. */
export async function knowing(contract: Contract, ...names: ContractName[]): Promise<Contract> {
  const own = contract.interface.fragments;
  const known = new Set(own.filter(({ type }) => type === "error").map((error) => error.format()));
  const more: Fragment[] = [];
  for (const name of names) {
    for (const fragment of new Interface((await contractArtifact(name)).abi).fragments) {
      if (fragment.type !== "error" || known.has(fragment.format())) continue;
      known.add(fragment.format());
      more.push(fragment);
    }
  }
  return new Contract(await contract.getAddress(), new Interface([...own, ...more]), contract.runner);
}

/** What an account proof says, and where it is good. */
export interface StatementWish {
  readonly key: bigint;
  readonly observationTime: bigint;
  /** 10^-6 of the quote currency. */
  readonly minimumFree: bigint;
  readonly consumer: string;
  readonly payload?: bigint;
  readonly policyTree?: bigint;
}

/** A valid proof of the wish, about an account in the epoch's second batch, as `IAccountCheck.Statement`. */
export async function statementOf(stage: GateStage, against: StagedEpoch, wish: StatementWish) {
  const { key, observationTime, minimumFree, payload = 0n, policyTree = POLICY_TREE } = wish;
  const { root } = against.batches[1]!;
  const { chainId } = stage.chain;
  const context = accountContext({
    chainId,
    accountCheck: BigInt(await stage.accountCheck.getAddress()),
    consumer: BigInt(wish.consumer),
    payload,
  });
  const signals: Record<string, bigint> = {
    ...{ root, key, epoch: against.epoch, policyTree, minimumFree, context },
    home: home(chainId, BigInt(stage.registry)),
  };
  const list = PUBLIC_SIGNALS.account.map((name) => signals[name]!);
  return {
    ...{ circuitId: toBeHex(circuitIdOf(stage.accountKey.packed), 32), root, key, epoch: against.epoch },
    ...{ observationTime, minimumFree, place: placeOf(against, 1) },
    proof: trapdoorProof(stage.accountKey, list, stage.next),
  };
}
