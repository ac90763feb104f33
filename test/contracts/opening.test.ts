import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  attestEpoch,
  openEpoch,
  readAttestation,
  readOpening,
  registryAt,
} from "../../prover/src/chain/registry.ts";
import { openTypedData, signTypedData } from "../../prover/src/chain/typed-data.ts";
import { type LocalChain, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import {
  draftEpoch,
  fund,
  honestEpoch,
  proveEpoch,
  publishAt,
  type Stage,
  stageRegistry,
} from "../support/staged-epoch.ts";

const MAX_LEAD = 86_400n;
const MAX_PROVING_TIME = 7n * 86_400n;
const CLAIMS = [5n, 7n, 9n];

let chain: LocalChain;
let stage: Stage;
let epoch = 0n;
beforeAll(async () => {
  chain = await localChain();
  stage = await stageRegistry(chain);
  await fund(stage, CLAIMS);
});
afterAll(() => chain.close());

/** Opens the next epoch `lead` seconds before its snapshot; the chain stands at the opening. */
async function openAhead(lead: bigint): Promise<bigint> {
  const at = (await chain.now()) + 10n;
  await chain.setNextTime(at);
  await openEpoch(stage.exchange, stage.registry, { epoch: ++epoch, snapshotTime: at + lead });
  await publishAt(stage, at + lead);
  return at + lead;
}

const honest = (snapshotTime: bigint, of = epoch) =>
  proveEpoch(stage, draftEpoch(stage, of, 1, CLAIMS), snapshotTime);

describe("who opens", () => {
  test("a stranger does not, nor one with the signature of another, or of the exchange over another message", async () => {
    const opening = { epoch: epoch + 1n, snapshotTime: (await chain.now()) + 1000n };
    const domain = { chainId: chain.chainId, registry: stage.registry };
    const open = (signature?: string) => openEpoch(stage.relayer, stage.registry, opening, signature);
    await expectRefusal(open(), "ExchangeSignatureInvalid", { exchange: stage.exchange.address });
    await expectRefusal(
      open(await signTypedData(stage.relayer, openTypedData(domain, opening))),
      "ExchangeSignatureInvalid",
    );
    for (const other of [
      openTypedData(domain, { ...opening, epoch: opening.epoch + 1n }),
      openTypedData(domain, { ...opening, snapshotTime: opening.snapshotTime + 1n }),
      openTypedData({ ...domain, chainId: 1n }, opening),
      openTypedData({ ...domain, registry: stage.owner.address }, opening),
    ]) {
      await expectRefusal(open(await signTypedData(stage.exchange, other)), "ExchangeSignatureInvalid");
    }
    expect((await readOpening(chain.provider, stage.registry)).epoch).toBe(epoch);
  });

  test("anybody relays the exchange's own signature", async () => {
    const opening = { epoch: ++epoch, snapshotTime: (await chain.now()) + 1000n };
    const data = openTypedData({ chainId: chain.chainId, registry: stage.registry }, opening);
    await openEpoch(stage.relayer, stage.registry, opening, await signTypedData(stage.exchange, data));
    expect(await readOpening(chain.provider, stage.registry)).toEqual({ ...opening, pending: true });
    const replay = openEpoch(
      stage.relayer,
      stage.registry,
      opening,
      await signTypedData(stage.exchange, data),
    );
    await expectRefusal(replay, "EpochNotIncreasing");
  });
});

describe("epochs only go up", () => {
  test("a number that was opened, attested or not, or a smaller one, is refused", async () => {
    await openAhead(100n);
    const snapshotTime = (await chain.now()) + 200n;
    for (const number of [epoch, epoch - 1n, 0n]) {
      const again = openEpoch(stage.exchange, stage.registry, { epoch: number, snapshotTime });
      await expectRefusal(again, "EpochNotIncreasing", { lastOpened: epoch });
    }
  });

  test("an abandoned opening gives way to a later one, and can never be attested", async () => {
    const abandoned = await openAhead(0n);
    const old = honest(abandoned);
    const snapshotTime = await openAhead(0n);
    const current = honest(snapshotTime);
    const registry = await registryAt(stage.registry, chain.provider);
    const [voided] = (await registry.queryFilter("OpeningVoided")).slice(-1);
    expect(voided).toMatchObject({ args: [epoch - 1n, abandoned] });
    await expectRefusal(attestEpoch(stage.exchange, stage.registry, old), "EpochNotOpen", {
      epoch: old.epoch,
    });
    await attestEpoch(stage.exchange, stage.registry, current);
    expect(await readAttestation(chain.provider, stage.registry, old.epoch)).toBeNull();
    expect((await readAttestation(chain.provider, stage.registry))?.epoch).toBe(epoch);
  });
});

describe("the snapshot's time is fixed before the snapshot", () => {
  test("a time that has passed by a second, or lies a second too far ahead, is refused; the borders pass", async () => {
    for (const [lead, passes] of [
      [-1n, false],
      [MAX_LEAD + 1n, false],
      [0n, true],
      [MAX_LEAD, true],
    ] as const) {
      const at = (await chain.now()) + 10n;
      // Estimating the gas of a refused transaction happens at the chain's time, so this one is only called.
      await chain.setNextTime(at);
      await chain.provider.send("evm_mine", []);
      const registry = await registryAt(stage.registry, stage.exchange);
      const opening = call(registry, "open", epoch + 1n, (await chain.now()) + lead, "0x");
      if (passes) await opening;
      else await expectRefusal(opening, "SnapshotTimeOutOfRange", { earliest: await chain.now() });
    }
  });

  test("an epoch is attested neither before its snapshot nor a second after its time is up", async () => {
    const snapshotTime = await openAhead(500n);
    const submission = honest(snapshotTime);
    await expectRefusal(attestEpoch(stage.exchange, stage.registry, submission), "SnapshotNotTakenYet");
    await chain.setNextTime(snapshotTime + MAX_PROVING_TIME + 1n);
    await chain.provider.send("evm_mine", []);
    await expectRefusal(attestEpoch(stage.exchange, stage.registry, submission), "OpeningExpired", {
      expiredAt: snapshotTime + MAX_PROVING_TIME,
    });
    expect((await readOpening(chain.provider, stage.registry)).pending).toBe(false);
  });
});

describe("freshness counts from the snapshot", () => {
  test("an age of exactly the limit is fresh, a second more is stale, and nothing attested is never fresh", async () => {
    const other = await stageRegistry(chain, { seed: "not attested" });
    expect(await call(await registryAt(other.registry, chain.provider), "isFresh", 1n << 255n)).toBe(false);
    await expectRefusal(call(await registryAt(other.registry, chain.provider), "latest"), "NothingAttested");

    const { submission, snapshotTime } = await honestEpoch(stage, ++epoch, 1, CLAIMS);
    await chain.setNextTime(snapshotTime + 3600n);
    await attestEpoch(stage.exchange, stage.registry, submission);
    const registry = await registryAt(stage.registry, chain.provider);
    const age = (await chain.now()) - snapshotTime;
    expect(age).toBeGreaterThanOrEqual(3600n);
    expect(await call(registry, "isFresh", age)).toBe(true);
    expect(await call(registry, "isFresh", age - 1n)).toBe(false);
    expect(await readAttestation(chain.provider, stage.registry)).toMatchObject({ snapshotTime });
  });
});
