import { TypedDataEncoder } from "ethers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorsWithoutWords } from "../../prover/src/chain/errors.ts";
import {
  deployPolicyRegistry,
  policyRegistryAt,
  publishPolicy,
  readPolicy,
  type SignedPublication,
} from "../../prover/src/chain/policy-registry.ts";
import { endorse, publicationToAbi, publicationTypedData } from "../../prover/src/chain/policy-typed-data.ts";
import { FIELD } from "../../verifier/src/constants.ts";
import { descriptorHash } from "../../verifier/src/policy/descriptor.ts";
import type { PolicyPublication, PublishedCollateral } from "../../verifier/src/policy/publication.ts";
import { deploy, type LocalChain, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import {
  draftPublication,
  honestPublication,
  type PolicyStage,
  PUBLISH_WITHIN,
  publish,
  refresh,
  signed,
  stagePolicyRegistry,
  TIME_LOCK,
  unguardedRegistry,
} from "../support/staged-policy.ts";

let chain: LocalChain;
let stage: PolicyStage;
beforeAll(async () => {
  chain = await localChain();
  stage = await stagePolicyRegistry(chain);
});
afterAll(() => chain.close());

/** A publication that honest publishers would sign but for one edit. */
const edited = async (edit: (honest: PolicyPublication) => Partial<PolicyPublication>) => {
  const { publication } = await honestPublication(stage);
  return signed(stage, { ...publication, ...edit(publication) });
};
const withAsset = (k: number, edit: Partial<PublishedCollateral>) =>
  edited(({ collateral }) => ({
    collateral: collateral.map((asset, i) => (i === k ? { ...asset, ...edit } : asset)),
  }));

describe("enough publishers sign the very policy", () => {
  test("a signature missing, or none (attack row 27)", async () => {
    const honest = await honestPublication(stage);
    for (const came of [2, 0]) {
      const few = { ...honest, endorsements: honest.endorsements.slice(0, came) };
      await expectRefusal(publish(stage, few), "SignaturesTooFew", { came: BigInt(came), threshold: 3n });
    }
  });

  test("one publisher twice, for two that did not sign (attack row 27; mutant: signers are not remembered)", async () => {
    const { publication } = await honestPublication(stage);
    const [a] = stage.publishers;
    const twice = (on: PolicyStage) => signed(on, publication, { by: [a!, a!, a!] });
    await expectRefusal(publish(stage, await twice(stage)), "PublisherTwice", { publisher: a!.address });
    const mutant = await unguardedRegistry(stage);
    await publish(mutant, await twice(mutant));
  });

  test("a stranger among them, and the owner is one", async () => {
    const { publication } = await honestPublication(stage);
    for (const stranger of [stage.relayer, stage.owner]) {
      const by = [...stage.publishers.slice(0, 3), stranger];
      await expectRefusal(publish(stage, await signed(stage, publication, { by })), "PublisherUnknown", {
        publisher: stranger.address,
      });
    }
  });

  test("a publisher's name with another's signature, beside enough good ones", async () => {
    const honest = await honestPublication(stage);
    const { signature } = honest.endorsements[0]!;
    const borrowed = { publisher: stage.publishers[3]!.address, signature };
    await expectRefusal(
      publish(stage, { ...honest, endorsements: [...honest.endorsements, borrowed] }),
      "PublisherSignatureInvalid",
      { publisher: borrowed.publisher },
    );
  });

  test("for another registry or chain, with another deadline, over another policy (attack row 27)", async () => {
    const honest = await honestPublication(stage);
    const { publication, deadline } = honest;
    const asset = publication.collateral[0]!;
    const other = (edit: Partial<PolicyPublication>) => signed(stage, { ...publication, ...edit });
    const table = (edit: Partial<PublishedCollateral>) =>
      other({ collateral: [{ ...asset, ...edit }, ...publication.collateral.slice(1)] });
    const foreign = [
      await signed(stage, publication, { registry: stage.owner.address }),
      await signed(stage, publication, { chainId: 1n }),
      await signed(stage, publication, { deadline: deadline + 1n }),
      await other({ observationTime: publication.observationTime - 1n }),
      await other({ nextExpiry: publication.nextExpiry - 1n }),
      await other({ policyHash: publication.policyHash - 1n }),
      await other({ policyTree: publication.policyTree - 1n }),
      await other({ shapeHash: publication.shapeHash - 1n }),
      await other({ riskParametersHash: publication.riskParametersHash - 1n }),
      await other({ marksHash: publication.marksHash - 1n }),
      await other({ rowTableHash: publication.rowTableHash - 1n }),
      await other({ collateral: publication.collateral.slice(0, 2) }),
      await table({ token: asset.token + 1n }),
      await table({ decimals: asset.decimals + 1 }),
      await table({ price: asset.price + 1n }),
      await table({ weight: asset.weight + 1n }),
      await table({ unitWeight: asset.unitWeight + 1n }),
    ];
    for (const { endorsements } of foreign) {
      await expectRefusal(publish(stage, { ...honest, endorsements }), "PublisherSignatureInvalid");
    }
    await publish(stage, honest);
  });

  test("signatures count up to the second of their deadline, and not after it (attack row 27; mutant: no deadline)", async () => {
    const publishing = (await chain.now()) + 100n;
    const draft = draftPublication(stage, publishing - 50n);
    const late = await signed(stage, draft, { deadline: publishing - 1n });
    const inTime = await signed(stage, draft, { deadline: publishing });
    await refresh(stage, publishing - 50n);
    await chain.setNextTime(publishing);
    await chain.provider.send("evm_mine", []);
    await expectRefusal(publish(stage, late), "SignaturesExpired", { deadline: publishing - 1n });
    const registry = await policyRegistryAt(stage.registry, stage.relayer);
    const { publication, deadline, endorsements } = inTime;
    await call(registry, "publish", publicationToAbi(publication), deadline, endorsements);
    const mutant = await unguardedRegistry(stage);
    await publish(mutant, await signed(mutant, draft, { deadline: publishing - 1n }));
  });

  test("the digest is EIP-712's, as another library computes it", async () => {
    const { publication, deadline } = await honestPublication(stage);
    const { domain, types, message } = publicationTypedData(
      { chainId: chain.chainId, registry: stage.registry },
      publication,
      deadline,
    );
    const registry = await policyRegistryAt(stage.registry, chain.provider);
    expect(await call(registry, "publicationDigest", publicationToAbi(publication), deadline)).toBe(
      TypedDataEncoder.hash(domain, types, message),
    );
  });

  test("a contract signs with the key that speaks for it now", async () => {
    const [key, changed] = [stage.publishers[0]!, stage.publishers[1]!];
    const wallet = await deploy(stage.owner, "WalletMock", key.address);
    const configuration = { ...stage.configuration, publishers: [await wallet.getAddress()], threshold: 1 };
    const { address } = await deployPolicyRegistry(stage.owner, {
      owner: stage.owner.address,
      timeLock: TIME_LOCK,
      configuration,
    });
    const { publication, deadline } = await honestPublication(stage);
    const data = publicationTypedData({ chainId: chain.chainId, registry: address }, publication, deadline);
    const by = async (signer: typeof key): Promise<SignedPublication> => ({
      publication,
      deadline,
      endorsements: [await endorse(signer, data, await wallet.getAddress())],
    });
    await expectRefusal(
      publishPolicy(stage.relayer, address, await by(changed)),
      "PublisherSignatureInvalid",
    );
    const old = await by(key);
    await (await wallet.getFunction("setKey").send(changed.address)).wait();
    await expectRefusal(publishPolicy(stage.relayer, address, old), "PublisherSignatureInvalid");
    await publishPolicy(stage.relayer, address, await by(changed));
  });

  test("any set of signers in any order passes exactly when it has three different publishers and nobody else", async () => {
    const { publication, deadline } = await honestPublication(stage);
    const people = [...stage.publishers, stage.relayer];
    const all = await signed(stage, publication, { by: people });
    const registry = await policyRegistryAt(stage.registry, stage.relayer);
    const lists = fc.array(fc.nat(people.length - 1), { maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(lists, async (list) => {
        const endorsements = list.map((i) => all.endorsements[i]!);
        const publishing = call(registry, "publish", publicationToAbi(publication), deadline, endorsements);
        const stranger = list.includes(5);
        const good = !stranger && new Set(list).size === list.length && list.length >= 3;
        const code = await publishing.then(
          () => "accepted",
          (error: { code: string }) => error.code,
        );
        expect(code === "accepted", `${list}: ${code}`).toBe(good);
        if (!good) expect(["SignaturesTooFew", "PublisherTwice", "PublisherUnknown"]).toContain(code);
      }),
      { numRuns: 150 },
    );
  });
});

describe("what is signed makes sense", () => {
  test("one policy for an observation time, never another over it (mutant: the first one is forgotten)", async () => {
    const first = await honestPublication(stage);
    const { observationTime, policyHash } = first.publication;
    const second = await signed(stage, draftPublication(stage, observationTime));
    await publish(stage, first);
    for (const again of [first, second]) {
      await expectRefusal(publish(stage, again), "AlreadyPublished", { observationTime, policyHash });
    }
    const mutant = await unguardedRegistry(stage);
    for (const { publication } of [first, second]) await publish(mutant, await signed(mutant, publication));
    expect(await readPolicy(chain.provider, mutant.registry, observationTime)).toMatchObject({
      policyHash: second.publication.policyHash,
    });
  });

  test("an observation that lies ahead, or too long ago; the borders pass", async () => {
    const now = (await chain.now()) + 10n;
    await refresh(stage, now - 5n);
    await chain.setNextTime(now);
    await chain.provider.send("evm_mine", []);
    const registry = await policyRegistryAt(stage.registry, stage.relayer);
    for (const [age, passes] of [
      [-1n, false],
      [0n, true],
      [BigInt(PUBLISH_WITHIN), true],
      [BigInt(PUBLISH_WITHIN) + 1n, false],
    ] as const) {
      const { publication, deadline, endorsements } = await signed(stage, draftPublication(stage, now - age));
      const publishing = call(registry, "publish", publicationToAbi(publication), deadline, endorsements);
      if (passes) await publishing;
      else await expectRefusal(publishing, "ObservationTimeOutOfRange", { latest: now });
    }
  });

  test("risk parameters other than those behind the time lock (mutant: any will do)", async () => {
    const riskParametersHash = stage.configuration.riskParametersHash + 1n;
    const other = await edited(() => ({ riskParametersHash }));
    await expectRefusal(publish(stage, other), "RiskParametersDiffer");
    const mutant = await unguardedRegistry(stage);
    await publish(mutant, await signed(mutant, other.publication));
  });

  test("an instrument that has expired; one that expires then passes", async () => {
    const expired = await edited(({ observationTime }) => ({ nextExpiry: observationTime - 1n }));
    await expectRefusal(publish(stage, expired), "InstrumentExpired");
    await publish(stage, await edited(({ observationTime }) => ({ nextExpiry: observationTime })));
  });

  test("a field element with a second encoding", async () => {
    for (const field of ["policyHash", "policyTree"] as const) {
      for (const value of [FIELD, (1n << 256n) - 1n]) {
        await expectRefusal(publish(stage, await edited(() => ({ [field]: value }))), "NotInField", {
          value,
        });
      }
      await publish(stage, await edited(() => ({ [field]: FIELD - 1n })));
    }
  });

  test("a table that is empty, lacks a price, counts collateral above its price, or has one token twice", async () => {
    await expectRefusal(publish(stage, await edited(() => ({ collateral: [] }))), "CollateralMissing");
    await expectRefusal(publish(stage, await withAsset(2, { price: 0n })), "PriceMissing", { asset: 2n });
    await expectRefusal(
      publish(stage, await withAsset(0, { weight: 600_000_001n })),
      "CollateralInconsistent",
      { asset: 0n, price: 600_000_000n },
    );
    await expectRefusal(
      publish(stage, await withAsset(1, { unitWeight: 999_999n })),
      "CollateralInconsistent",
    );
    await expectRefusal(
      publish(stage, await withAsset(2, { decimals: 19 })),
      "CollateralDecimalsUnsupported",
      {
        decimals: 19n,
      },
    );
    await expectRefusal(publish(stage, await withAsset(2, { token: 0x1111n })), "CollateralTokenTwice", {
      asset: 2n,
    });
    // No token is none, however often.
    await publish(stage, await withAsset(1, { token: 0n }));
  });
});

describe("what is published can be read", () => {
  test("every field, the whole table and each of its assets, for ever", async () => {
    const largest = { price: (1n << 96n) - 1n, weight: (1n << 96n) - 1n, unitWeight: (1n << 128n) - 1n };
    const token = (1n << 160n) - 1n;
    const honest = await withAsset(2, { ...largest, token, decimals: 18 });
    const { publication } = honest;
    await publish(stage, honest);
    const publishedAt = await chain.now();
    const { observationTime, collateral, riskParametersHash, marksHash, ...rest } = publication;
    const expected = {
      ...rest,
      observationTime,
      descriptorHash: descriptorHash(publication),
      publishedAt,
      configuration: 1,
      collateral,
    };
    expect([riskParametersHash, marksHash]).not.toContain(0n);
    expect(await readPolicy(chain.provider, stage.registry, observationTime)).toEqual(expected);
    const registry = await policyRegistryAt(stage.registry, chain.provider);
    for (const [k, asset] of collateral.entries()) {
      const one = await call<{ price: bigint; unitWeight: bigint }>(
        registry,
        "collateralAt",
        observationTime,
        k,
      );
      expect([one.price, one.unitWeight]).toEqual([asset.price, asset.unitWeight]);
    }
    await expectRefusal(call(registry, "collateralAt", observationTime, 3), "AssetUnknown", { assets: 3n });
    expect((await call<{ assets: bigint }>(registry, "policyAt", observationTime)).assets).toBe(3n);
    const [event] = (await registry.queryFilter("PolicyPublished")).slice(-1);
    expect(event).toMatchObject({
      args: [
        observationTime,
        publication.policyHash,
        `0x${expected.descriptorHash.toString(16).padStart(64, "0")}`,
        publication.policyTree,
        `0x${publication.shapeHash.toString(16).padStart(64, "0")}`,
        `0x${publication.rowTableHash.toString(16).padStart(64, "0")}`,
        1n,
        stage.publishers.slice(0, 3).map(({ address }) => address),
      ],
    });
    await publish(stage, await honestPublication(stage));
    expect(await readPolicy(chain.provider, stage.registry, observationTime)).toEqual(expected);
  });

  test("nothing for a time without a policy, and nothing newest before the first one", async () => {
    const other = await stagePolicyRegistry(chain, "nothing");
    const registry = await policyRegistryAt(other.registry, chain.provider);
    await expectRefusal(call(registry, "latest", 1n << 255n), "NothingPublished");
    for (const method of ["policyAt", "collateralTable"])
      await expectRefusal(call(registry, method, 5n), "NotPublished", { observationTime: 5n });
    await expectRefusal(call(registry, "collateralAt", 5n, 0n), "NotPublished");
    expect(await readPolicy(chain.provider, other.registry, 5n)).toBeNull();
  });

  test("the newest is the newest observation, and ages from its observation to the second", async () => {
    const newer = await honestPublication(stage);
    const older = await signed(stage, draftPublication(stage, newer.publication.observationTime - 7n));
    await publish(stage, newer);
    await publish(stage, older);
    const { observationTime } = newer.publication;
    const registry = await policyRegistryAt(stage.registry, chain.provider);
    const age = (await chain.now()) - observationTime;
    const latest = await call<{ observationTime: bigint }>(registry, "latest", age);
    expect(latest.observationTime).toBe(observationTime);
    await expectRefusal(call(registry, "latest", age - 1n), "PolicyTooOld", { observationTime });
  });
});

test("every error of the policy registry has words", async () => {
  // OpenZeppelin's EIP712 keeps its name and version as short strings; these are short.
  const unreachable = ["InvalidShortString", "StringTooLong"];
  const registry = await policyRegistryAt(stage.registry, chain.provider);
  expect(errorsWithoutWords(registry.interface)).toEqual(unreachable);
});
