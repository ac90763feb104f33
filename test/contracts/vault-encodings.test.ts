// What proofs are bound to, and what the operator signs: TypeScript has it as the contracts have it.
import { type Contract, TypedDataEncoder, toBeHex } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ledgerAt } from "../../prover/src/chain/ledger.ts";
import { depositCalls, withdrawalToAbi } from "../../prover/src/chain/vault.ts";
import { placeOfVault, readVault, type VaultState } from "../../prover/src/chain/vault-reads.ts";
import { addressOf, approvalTypedData, orderTypedData } from "../../prover/src/chain/vault-typed-data.ts";
import {
  type SpendingProof,
  spendingProofFromJson,
  spendingProofToJson,
} from "../../verifier/src/formats/spending-proof.ts";
import { pledgePayload, renewalPayload, withdrawalContext } from "../../verifier/src/withdrawal/context.ts";
import { contextOfUse, type ProofUse } from "../../verifier/src/withdrawal/use.ts";
import { VAULT_PURPOSES, vaultContext, vaultPayload } from "../../verifier/src/withdrawal/vault-context.ts";
import { type LocalChain, localChain } from "../support/chain.ts";
import { seeded } from "../support/random.ts";
import { stageVault, TIMES, type VaultStage } from "../support/staged-vault.ts";

const random = seeded("vault encodings");
let chain: LocalChain;
let stage: VaultStage;
let state: VaultState;
let ledger: Contract;
beforeAll(async () => {
  chain = await localChain();
  stage = await stageVault(chain, "vault encodings");
  state = await readVault(chain.provider, stage.address);
  ledger = await ledgerAt(stage.ledger, chain.provider);
});
afterAll(() => chain.close());

const someRelay = () => ({ relayer: random.bits(160), fee: random.bits(96) });

function someProof(use: ProofUse): SpendingProof {
  return {
    format: "plimsoll.spending-proof.1",
    ...placeOfVault(state),
    ...{ use, token: random.bits(160) },
    withdrawal: {
      ...{
        circuitId: random.bits(256),
        root: random.element(),
        key: random.element(),
        epoch: random.bits(64),
      },
      ...{ recipient: random.bits(160), asset: random.int(1 << 14), amount: random.bits(128) },
      charge: random.bits(128),
      place: {
        ...{ index: 3, circuitId: random.bits(256), transcript: random.element() },
        path: [random.bits(256), random.bits(256)],
      },
      proof: Array.from({ length: 8 }, () => random.bits(253)),
    },
  };
}

describe("what a proof is bound to", () => {
  test.each([...VAULT_PURPOSES])("the payload of %s", async (purpose) => {
    const relay = someRelay();
    const exit = purpose === "Answer" ? random.bits(64) : 0n;
    const payload = await stage.vault
      .getFunction("payloadOf")
      .staticCall(VAULT_PURPOSES.indexOf(purpose), exit, {
        relayer: addressOf(relay.relayer),
        fee: relay.fee,
      });
    expect(vaultPayload(purpose, exit, relay)).toBe(BigInt(payload));
    const action = { Withdraw: 0, Exit: 1, Answer: 1, Claim: 0 }[purpose];
    const context = await ledger.getFunction("contextOf").staticCall(action, stage.address, payload);
    const at = { ...placeOfVault(state), vault: BigInt(stage.address) };
    expect(vaultContext(at, purpose, exit, relay)).toBe(context);
    const { vault } = at;
    const use: ProofUse =
      purpose === "Answer"
        ? { for: "answer", vault, exit, relay }
        : { for: ({ Withdraw: "withdraw", Exit: "exit", Claim: "claim" } as const)[purpose], vault, relay };
    expect(contextOfUse(at, use)).toBe(context);
  });

  test("pledges and renewals, for their gate", async () => {
    const at = placeOfVault(state);
    const [gate, payload, vault] = [random.bits(160), random.bits(256), random.bits(160)];
    const pledge: ProofUse = { for: "pledge", gate, payload, vault, until: 99n };
    const pledged = toBeHex(pledgePayload(payload, vault, 99n), 32);
    expect(contextOfUse(at, pledge)).toBe(
      await ledger.getFunction("contextOf").staticCall(2, addressOf(gate), pledged),
    );
    const renewed = toBeHex(renewalPayload(7n), 32);
    expect(contextOfUse(at, { for: "renew", gate, pledge: 7n })).toBe(
      await ledger.getFunction("contextOf").staticCall(3, addressOf(gate), renewed),
    );
    expect(contextOfUse(at, { for: "renew", gate, pledge: 7n })).toBe(
      withdrawalContext({ ...at, action: "Renew", consumer: gate, payload: 7n }),
    );
  });
});

describe("what the operator signs", () => {
  test("an order", async () => {
    const proof = someProof({ for: "withdraw", vault: BigInt(stage.address), relay: someRelay() });
    const order = { paidBefore: random.bits(200), deadline: random.bits(40) };
    const { domain, types, message } = orderTypedData(proof, order);
    const { use } = proof;
    const relay = use.for === "withdraw" ? use.relay : undefined;
    const digest = await stage.vault
      .getFunction("orderDigest")
      .staticCall(withdrawalToAbi(proof), { relayer: addressOf(relay!.relayer), fee: relay!.fee }, order);
    expect(TypedDataEncoder.hash(domain, types, message)).toBe(digest);
    const other = { ...proof, use: { for: "exit", vault: 1n, relay: someRelay() } } as const;
    expect(() => orderTypedData(other, order)).toThrow(/instant withdrawal, came one for: exit/);
  });

  test("an approval", async () => {
    const approval = { exit: 5n, most: random.bits(200), deadline: random.bits(40) };
    const { domain, types, message } = approvalTypedData(
      { chainId: chain.chainId, vault: stage.address },
      approval,
    );
    expect(TypedDataEncoder.hash(domain, types, message)).toBe(
      await stage.vault.getFunction("approvalDigest").staticCall(5n, approval.most, approval.deadline),
    );
  });
});

test("a proof's file gives back what was written, order included", () => {
  const uses: ProofUse[] = [
    { for: "claim", vault: 1n, relay: someRelay() },
    { for: "answer", vault: 1n, exit: 3n, relay: someRelay() },
    { for: "pledge", gate: 1n, payload: random.bits(256), vault: 2n, until: 3n },
    { for: "renew", gate: 1n, pledge: 2n },
  ];
  for (const use of uses) {
    const proof = someProof(use);
    expect(spendingProofFromJson(spendingProofToJson(proof), "file")).toEqual(proof);
  }
  const signed = {
    ...someProof({ for: "withdraw", vault: 1n, relay: someRelay() }),
    order: { paidBefore: 1n, deadline: 2n, signature: "0x1234" },
  };
  expect(spendingProofFromJson(spendingProofToJson(signed), "file")).toEqual(signed);
  const text = spendingProofToJson(signed).replace('"withdraw"', '"gift"');
  expect(() => spendingProofFromJson(text, "my.json")).toThrow(/my\.json, field use/);
});

test("a vault is read as it was made", () => {
  expect(state).toMatchObject({ chainId: 31_337n, registry: stage.registry, ledger: stage.ledger });
  expect(state).toMatchObject({ times: TIMES, operator: stage.operator.address, isPaused: false });
  expect(state.escape).toBeUndefined();
});

test("a deposit changes an allowance by way of nothing, and none that is enough", async () => {
  const token = stage.tokens[0]!.connect(stage.alice) as Contract;
  const { token: address } = stage.rows[0]!;
  const methods = async (allowed: bigint) => {
    await (await token.getFunction("approve").send(stage.address, allowed)).wait();
    const calls = await depositCalls(stage.alice, stage.address, { token: address, amount: 9n, owner: 7n });
    return calls.map(({ method, args }) => (method === "approve" ? args[1] : method));
  };
  expect(await methods(0n)).toEqual([9n, "deposit"]);
  expect(await methods(8n)).toEqual([0n, 9n, "deposit"]);
  expect(await methods(9n)).toEqual(["deposit"]);
});
