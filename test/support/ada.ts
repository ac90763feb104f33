import { computeAddress, SigningKey } from "ethers";
import type { Attestation, AttestationSource } from "../../verifier/src/check/attestation.ts";
import { commitBatch, paddingBlock, paddingWord } from "../../verifier/src/encodings/batch.ts";
import { accountsPath, accountsRoot } from "../../verifier/src/encodings/challenges.ts";
import { accountRef, home, identity, owner } from "../../verifier/src/encodings/identity.ts";
import { holdingBlocks, signedFree } from "../../verifier/src/encodings/leaf.ts";
import { batchPath } from "../../verifier/src/encodings/tree.ts";
import type { Bundle } from "../../verifier/src/formats/bundle.ts";
import { compilePolicy } from "../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../verifier/src/policy/complete.ts";
import { tinyMarks, tinyRiskParameters } from "./policies.ts";

export const adaPolicy = compilePolicy(tinyRiskParameters, tinyMarks);
export const ADA_CHAIN_ID = 31337n;
export const ADA_REGISTRY = 0xabcn;
export const ADA_SECRET = 1n << 250n;
export const ADA_SALT = 1n << 127n;
export const ADA_TIME = BigInt(Date.parse(tinyMarks.observedAt) / 1000);
/** Of her exchange. */
export const ADA_EXCHANGE_KEY = new SigningKey(`0x${"42".repeat(32)}`);
export const ADA_HOLDINGS = [
  { row: adaPolicy.layout.asset(0), quantity: 150_000_000n },
  { row: adaPolicy.layout.asset(1), quantity: 40_000_000_000n },
  { row: adaPolicy.layout.short(0, 1), quantity: 10_000n },
];

/** Ada's honest bundle, from a batch in which she stands beside padding only. */
export function adaBundle(change: Partial<Bundle> = {}): Bundle {
  const ownerKey = owner(ADA_SECRET, home(ADA_CHAIN_ID, ADA_REGISTRY));
  const free = signedFree(completeAccount(adaPolicy, ADA_HOLDINGS).free);
  const id = identity({ accountRef: accountRef("demo", "ada"), owner: ownerKey, salt: ADA_SALT, epoch: 7n });
  const entries = holdingBlocks(ADA_HOLDINGS).flat();
  const blocks = [{ entries, first: 1 as const, identity: id, ...free }, paddingBlock(), paddingBlock()];
  const committed = commitBatch({ blocks, words: [{ ...paddingWord(), step: 0 }], blinds: [1n, 2n, 3n] });
  const batch = { circuitId: 99n, root: committed.root, transcript: committed.transcript };
  return {
    format: "plimsoll.bundle.1",
    chainId: ADA_CHAIN_ID,
    registry: ADA_REGISTRY,
    exchange: BigInt(computeAddress(ADA_EXCHANGE_KEY)),
    exchangeId: "demo",
    epoch: 7n,
    snapshotTime: ADA_TIME,
    policyHash: adaPolicy.policyHash,
    descriptorHash: adaPolicy.descriptorHash,
    userId: "ada",
    owner: ownerKey,
    salt: ADA_SALT,
    holdings: entries,
    ...free,
    batch: 0,
    slot: 0,
    path: batchPath(committed.levels, 0),
    ...batch,
    accountsPath: accountsPath([batch], 0),
    accountsRoot: accountsRoot([batch]),
    ...change,
  };
}

export function adaChain(change: Partial<Attestation> = {}): AttestationSource {
  const { accountsRoot: root, exchange, policyHash, descriptorHash, epoch } = adaBundle();
  const record = {
    ...{ epoch, exchange, accountsRoot: root, policyHash, descriptorHash, snapshotTime: ADA_TIME },
    ...{ epochCircuitId: 5n, batchCount: 1, attestedAt: ADA_TIME + 60n },
    ...change,
  };
  return {
    chainId: ADA_CHAIN_ID,
    registry: ADA_REGISTRY,
    attestation: async (asked) => (asked === epoch ? record : null),
  };
}
