import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accountFromLine, accountToLine } from "../../../prover/src/commit/account-line.ts";
import { accountsToRecord, batchRecords, closeBatchRecords } from "../../../prover/src/commit/batch-files.ts";
import { commitPlan } from "../../../prover/src/commit/commit-batch.ts";
import { fastPoseidon } from "../../../prover/src/commit/hash.ts";
import { RecordWriter } from "../../../prover/src/commit/record-file.ts";
import { type BatchRunner, localRunner, poolRunner } from "../../../prover/src/commit/runner.ts";
import { accountSalt, checkedSecret } from "../../../prover/src/commit/secrets.ts";
import { openBatch } from "../../../prover/src/commit/tasks.ts";
import type { CompletedAccount } from "../../../prover/src/plan/account.ts";
import { assembleBatch } from "../../../prover/src/plan/assemble.ts";
import { AUXILIARY_BASE, FIELD, MAX_QUANTITY } from "../../../verifier/src/constants.ts";
import {
  batchFractions,
  batchSums,
  batchWeight,
  commitBatch,
} from "../../../verifier/src/encodings/batch.ts";
import { accountRef, identity } from "../../../verifier/src/encodings/identity.ts";
import { accountLeaf, signedFree } from "../../../verifier/src/encodings/leaf.ts";
import { type Random, seeded } from "../../support/random.ts";

const secret = checkedSecret(new Uint8Array(32).fill(9));
const epoch = { chainId: 31337n, registry: 5n, exchangeId: "x", epoch: 3n };
const capacity = { blocks: 18, words: 24 };

function randomAccount(random: Random, userId: string): CompletedAccount {
  const rows = (count: number, base: number) =>
    Array.from({ length: count }, (_, i) => base + 3 * i + random.int(3));
  const entries = (list: number[]) => list.map((row) => ({ row, quantity: 1n + random.below(MAX_QUANTITY) }));
  return {
    userId,
    owner: random.flag() ? random.element() : 0n,
    holdings: entries(rows(random.int(14), 0)),
    auxiliaries: entries(rows(random.int(10), AUXILIARY_BASE)),
    free: random.below(1n << 65n) - (1n << 64n) + 1n,
  };
}

function randomPlan(seed: string): CompletedAccount[] {
  const random = seeded(seed);
  return Array.from({ length: 5 }, (_, i) => randomAccount(random, `user ${seed} ${i} é"\n`));
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-batch-"));
});
afterEach(() => {
  closeBatchRecords(folder);
  return rm(folder, { recursive: true, force: true });
});

describe("committing to a batch", () => {
  it("gives what the verifier's encodings give, with the prover's hash", async () => {
    const hash = await fastPoseidon();
    for (const seed of ["a", "b", "c", "d"]) {
      const accounts = randomPlan(seed);
      const blinds = [1n, FIELD - 1n, 3n] as const;
      const committed = commitPlan(accounts, capacity, blinds, epoch, secret, hash);
      const opening = assembleBatch(committed.ordered, capacity, blinds);
      expect(committed).toMatchObject({ ...pick(commitBatch(opening)) });
      for (const { account } of committed.ordered) {
        const { userId, owner, holdings, free } = accounts[account.line]!;
        const salt = accountSalt(secret, epoch, userId);
        const id = identity({ accountRef: accountRef("x", userId), owner, salt, epoch: 3n });
        expect(account.leaf).toBe(accountLeaf(id, holdings, signedFree(free)));
      }
    }
  });

  it("does not depend on the order in which accounts came", async () => {
    const hash = await fastPoseidon();
    const accounts = randomPlan("order");
    const blinds = [1n, 2n, 3n] as const;
    const [one, other] = [accounts, [...accounts].reverse()].map((list) =>
      pick(commitPlan(list, capacity, blinds, epoch, secret, hash)),
    );
    expect(one).toEqual(other);
  });

  it("reads back from a line what was written, whatever the user id", () => {
    for (const account of randomPlan("lines"))
      expect(accountFromLine(accountToLine(account))).toEqual(account);
  });

  it.each<[string, () => BatchRunner]>([
    ["in this thread", localRunner],
    ["in worker threads", () => poolRunner(2)],
  ])("commits, weighs and sums batch after batch %s", async (_, make) => {
    const runner = make();
    const gamma = 0x1234567890abcdef1234567890abcdefn ** 2n % FIELD;
    const beta = 0xfedcba0987654321n ** 3n;
    try {
      const count = 20;
      const plans = Array.from({ length: count }, (_, batch) => randomPlan(`batch ${batch}`));
      const records = RecordWriter.open(batchRecords(folder).accounts);
      for (const plan of plans) records.append(accountsToRecord(plan));
      records.close();
      const blindsOf = (batch: number) => [BigInt(batch), 2n, 3n] as const;
      const batches = plans.map((_, batch) => ({ folder, batch, capacity, blinds: blindsOf(batch) }));
      const commits = await collect(
        runner.run<"commit">(
          batches.map((batch) => ({ kind: "commit" as const, ...batch, identity: epoch, secret })),
        ),
      );
      expect(commits).toHaveLength(count);
      const written = RecordWriter.open(batchRecords(folder).commits);
      for (const { record } of commits) written.append(record);
      written.close();
      const weighed = await collect(
        runner.run<"weigh">(batches.map((batch) => ({ kind: "weigh" as const, ...batch, gamma }))),
      );
      const fractions = await collect(
        runner.run<"fractions">(
          batches.map((batch) => ({ kind: "fractions" as const, ...batch, gamma, beta })),
        ),
      );
      for (let batch = 0; batch < count; batch++) {
        const { opening } = openBatch(folder, batch, capacity, blindsOf(batch));
        expect(commits[batch]).toMatchObject({
          ...pick(commitBatch(opening)),
          accounts: plans[batch]!.length,
        });
        const sums = batchSums(opening, gamma);
        expect(weighed[batch]!.totals).toEqual(sums.totals);
        const weight = batchWeight(gamma, batch);
        for (const [row, value] of sums.weights) {
          expect(weighed[batch]!.weights.get(row)).toBe((value * weight) % FIELD);
        }
        expect(fractions[batch]).toEqual(batchFractions(sums, beta));
      }
    } finally {
      await runner.close();
    }
  });

  it("passes on the error of a task and goes on with none after it", async () => {
    const runner = poolRunner(2);
    try {
      const blinds = [1n, 2n, 3n] as const;
      const tasks = [0, 1].map((batch) => {
        return { kind: "commit" as const, folder, batch, capacity, blinds, identity: epoch, secret };
      });
      await expect(collect(runner.run<"commit">(tasks))).rejects.toThrow(/ENOENT/);
    } finally {
      await runner.close();
    }
  });
});

function pick({ root, transcript }: { root: bigint; transcript: bigint }) {
  return { root, transcript };
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
