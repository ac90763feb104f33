// The registry against a model of it: random transactions, good and bad, in any order. After each one the registry says
// what the model says; a refused one has changed nothing; and in the end an honest epoch gets through.
import { afterAll, beforeAll, expect, test } from "vitest";
import { RegistryError } from "../../prover/src/chain/errors.ts";
import { commitEpoch, finaliseEpoch, partsOf, provePart } from "../../prover/src/chain/parts.ts";
import { attestEpoch, openEpoch, registryAt } from "../../prover/src/chain/registry.ts";
import type { Submission } from "../../prover/src/chain/submission.ts";
import { toField } from "../../verifier/src/field.ts";
import { type LocalChain, localChain } from "../support/chain.ts";
import {
  draftEpoch,
  fund,
  proveEpoch,
  publishAt,
  type Stage,
  stageRegistry,
} from "../support/staged-epoch.ts";
import { scalarsFrom } from "../support/trapdoor.ts";

const CLAIMS = [5n, 7n, 9n];
const BATCHES = 3;
const STEPS = 40;
const INTERVAL = 30n;
const MAX_PROVING_TIME = 7n * 86_400n;

/** What the registry should know. */
interface Model {
  epoch: bigint;
  openedAt: bigint;
  snapshotTime: bigint;
  attested: bigint[];
  /** The honest submission of the open epoch. */
  submission: Submission | undefined;
  committed: boolean;
  proved: Set<number>;
}

let chain: LocalChain;
let stage: Stage;
beforeAll(async () => {
  chain = await localChain();
  stage = await stageRegistry(chain, { seed: "model", minimumInterval: INTERVAL });
  await fund(stage, CLAIMS);
});
afterAll(() => chain.close());

const next = scalarsFrom("steps");
const die = (sides: number): number => Number(next() % BigInt(sides));

/** Everything that the registry shows of the epochs so far. */
async function seen(epoch: bigint): Promise<string> {
  const registry = await registryAt(stage.registry, chain.provider);
  const views: [string, unknown[]][] = [
    ["opening", []],
    ["latest", []],
  ];
  for (let e = 1n; e <= epoch; e++)
    views.push(["attestationOf", [e]], ["commitmentOf", [e]], ["provedBatches", [e, 0]]);
  const words = await Promise.all(
    views.map(([view, args]) =>
      registry
        .getFunction(view)
        .staticCall(...args)
        .then(String, (error: { revert?: { name: string } }) => error.revert?.name ?? "refused"),
    ),
  );
  return words.join("; ");
}

test("random transactions leave the registry where the model is", async () => {
  const model: Model = {
    epoch: 0n,
    openedAt: 0n,
    snapshotTime: 0n,
    attested: [],
    submission: undefined,
    committed: false,
    proved: new Set(),
  };
  const { registry, exchange, relayer } = stage;
  const outcomes = new Set<string>();
  const pending = async () =>
    model.submission !== undefined &&
    !model.attested.includes(model.epoch) &&
    (await chain.now()) <= model.snapshotTime + MAX_PROVING_TIME;

  /** Each returns what it sends, whether it should pass, and what passing does to the model. */
  const steps: Record<
    string,
    () => Promise<{ run: () => Promise<unknown>; passes: boolean; after: () => void }>
  > = {
    async open() {
      const now = await chain.now();
      const [epoch, snapshotTime] = [model.epoch + BigInt(die(3)), now + 20n];
      await chain.setNextTime(now + 20n);
      const submission = proveEpoch(stage, draftEpoch(stage, epoch, BATCHES, CLAIMS), snapshotTime);
      return {
        run: async () => {
          await openEpoch(exchange, registry, { epoch, snapshotTime });
          await publishAt(stage, snapshotTime);
        },
        passes: epoch > model.epoch && (model.epoch === 0n || snapshotTime >= model.openedAt + INTERVAL),
        after: () => {
          Object.assign(model, { epoch, openedAt: snapshotTime, snapshotTime, submission });
          Object.assign(model, { committed: false, proved: new Set() });
        },
      };
    },
    async commit() {
      const sender = die(2) === 0 ? relayer : exchange;
      return {
        run: () => commitEpoch(sender, registry, model.submission!),
        passes: (await pending()) && sender === exchange && !model.committed,
        after: () => {
          model.committed = true;
        },
      };
    },
    async prove() {
      const { epoch, submission } = model;
      const parts = partsOf(submission!.batches, 1 + die(2));
      const part = parts[die(parts.length)]!;
      const bad = die(3) === 0;
      const batches = bad
        ? part.batches.map((batch) => ({ ...batch, t: toField(batch.t + 1n) }))
        : part.batches;
      return {
        run: () => provePart(relayer, registry, epoch, { ...part, batches }),
        passes: (await pending()) && model.committed && !bad,
        after: () => {
          for (const b of part.batches.keys()) model.proved.add(part.first + b);
        },
      };
    },
    async finalise() {
      const submission = model.submission!;
      const bad = die(4) === 0;
      const epochProof = bad ? submission.batches[0]!.proof : submission.epochProof;
      return {
        run: () => finaliseEpoch(relayer, registry, { ...submission, epochProof }),
        passes: (await pending()) && model.committed && model.proved.size === BATCHES && !bad,
        after: () => model.attested.push(model.epoch),
      };
    },
    async attest() {
      const submission = model.submission!;
      const bad = die(2) === 0;
      const batches = bad ? submission.batches.slice(1) : submission.batches;
      return {
        run: () => attestEpoch(exchange, registry, { ...submission, batches }),
        passes: (await pending()) && !bad,
        after: () => model.attested.push(model.epoch),
      };
    },
    async wait() {
      const seconds = die(6) === 0 ? MAX_PROVING_TIME + 1n : BigInt(die(60)) + 1n;
      return {
        run: async () => {
          await chain.setNextTime((await chain.now()) + seconds);
          await chain.provider.send("evm_mine", []);
        },
        passes: true,
        after: () => {},
      };
    },
  };
  const names = Object.keys(steps);
  /** What an honest exchange would do next. */
  async function sensible(): Promise<string> {
    if (!(await pending())) return die(3) === 0 ? "open" : "wait";
    if (!model.committed) return die(4) === 0 ? "attest" : "commit";
    return model.proved.size < BATCHES ? "prove" : "finalise";
  }

  async function take(name: string): Promise<void> {
    if (model.submission === undefined && name !== "open" && name !== "wait") return;
    const { run, passes, after } = await steps[name]!();
    const before = await seen(model.epoch);
    const records = [...model.attested];
    let passed = true;
    try {
      await run();
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      passed = false;
    }
    expect(passed, name).toBe(passes);
    outcomes.add(`${name} ${passed}`);
    if (passed) after();
    // Time alone changes one thing: whether the opening can still be attested.
    else expect((await seen(model.epoch)).replace(/true|false/, "")).toBe(before.replace(/true|false/, ""));
    expect(model.attested.slice(0, records.length)).toEqual(records);
  }

  const kept = new Map<bigint, string>();
  // The steps are worth something once each kind has passed and failed.
  const kinds = ["open", "commit", "prove", "finalise", "attest"].flatMap((name) => [
    `${name} true`,
    `${name} false`,
  ]);
  for (let step = 0; step < STEPS || kinds.some((kind) => !outcomes.has(kind)); step++) {
    expect(step, [...outcomes].join()).toBeLessThan(10 * STEPS);
    await take(die(4) === 0 ? names[die(names.length)]! : await sensible());
    const view = await registryAt(stage.registry, chain.provider);
    for (const epoch of model.attested) {
      const record = String(await view.getFunction("attestationOf").staticCall(epoch));
      expect(kept.get(epoch) ?? record).toBe(record);
      kept.set(epoch, record);
    }
    const last = model.attested.at(-1);
    if (last !== undefined) expect((await view.getFunction("latest").staticCall()).epoch).toBe(last);
    expect(model.attested).toEqual([...model.attested].sort((a, b) => (a < b ? -1 : 1)));
  }

  // Whatever was left behind, the next honest epoch goes through, in many transactions and in one.
  for (const way of ["parts", "one"]) {
    await chain.setNextTime((await chain.now()) + INTERVAL);
    await chain.provider.send("evm_mine", []);
    const snapshotTime = (await chain.now()) + 10n;
    await chain.setNextTime(snapshotTime);
    const epoch = ++model.epoch;
    await openEpoch(exchange, registry, { epoch, snapshotTime });
    await publishAt(stage, snapshotTime);
    const submission = proveEpoch(stage, draftEpoch(stage, epoch, BATCHES, CLAIMS), snapshotTime);
    if (way === "one") {
      await attestEpoch(exchange, registry, submission);
    } else {
      await commitEpoch(exchange, registry, submission);
      for (const part of partsOf(submission.batches, 1)) await provePart(relayer, registry, epoch, part);
      await finaliseEpoch(relayer, registry, submission);
    }
  }
});
