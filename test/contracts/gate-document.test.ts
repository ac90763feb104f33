import { readFile } from "node:fs/promises";
import { BaseContract, type Contract, ContractFactory } from "ethers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { send } from "../../prover/src/chain/sending.ts";
import { pledgePayload } from "../../verifier/src/withdrawal/context.ts";
import { type LocalChain, localChain } from "../support/chain.ts";
import { mutantOf } from "../support/mutant.ts";
import { attest, stageGate } from "../support/staged-gate.ts";
import { withdrawalOf } from "../support/staged-ledger.ts";

const DAY = 86_400n;

let chain: LocalChain;
beforeAll(async () => {
  chain = await localChain();
});
afterAll(() => chain.close());

test("the gate in docs/gate.md compiles and does what it says", async () => {
  const text = await readFile(new URL("../../docs/gate.md", import.meta.url), "utf8");
  const source = text.match(/```solidity\n([^`]*)```/)![1]!;
  const file = "examples/CreditClub.sol";
  const { abi, bytecode } = await mutantOf(file, "CreditClub", [], { [file]: source });

  const stage = await stageGate(chain, "document");
  const vault = stage.custody.address;
  const made = await new ContractFactory(abi, bytecode, stage.relayer).deploy(stage.registry, vault);
  const consumer = await made.getAddress();
  const club = BaseContract.from(consumer, abi, stage.relayer) as Contract;
  const epoch = await attest(stage, 1n);
  const until = (await chain.now()) + 60n * DAY;
  const join = withdrawalOf(stage, epoch, {
    ...{ key: stage.next(), asset: 0, amount: 100n, charge: 10n ** 20n, consumer, action: "Pledge" },
    payload: pledgePayload(BigInt(stage.relayer.address), BigInt(vault), until),
  });

  const thief = club.connect(stage.owner) as Contract;
  await expect(send(thief, "join", [join, until])).rejects.toThrow();
  await expect(send(club, "join", [join, until - DAY])).rejects.toThrow();
  await send(club, "join", [join, until]);
  await send(club, "buy", [5n]);
  await expect(send(club, "leave", [])).rejects.toThrow("pay first");
  await chain.setNextTime(epoch.snapshotTime + DAY + 1n);
  await chain.provider.send("evm_mine");
  await expect(send(club, "buy", [5n])).rejects.toThrow("renew your pledge");
});
