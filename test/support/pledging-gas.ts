import { toBeHex, ZeroAddress, ZeroHash } from "ethers";
import { send } from "../../prover/src/chain/sending.ts";
import { pledgePayload, renewalPayload } from "../../verifier/src/withdrawal/context.ts";
import { deploy, localChain } from "./chain.ts";
import { attest, publishMarks, stageGate, statementOf } from "./staged-gate.ts";
import { withdrawalOf } from "./staged-ledger.ts";

/** Gas of what a gate does with one account, which has paid and pledged nothing else, at a policy of two assets. */
export interface PledgingGas {
  /** A transaction that does nothing but judge the account. */
  readonly judge: number;
  readonly pledge: number;
  readonly renew: number;
  readonly release: number;
}

const DAY = 86_400n;

/** Measures on a chain of its own, with epochs of two batches. */
export async function measurePledging(): Promise<PledgingGas> {
  const chain = await localChain();
  try {
    const stage = await stageGate(chain, "pledging gas");
    const gate = await deploy(
      stage.owner,
      "GateHarness",
      stage.registry,
      await stage.accountCheck.getAddress(),
    );
    const consumer = await gate.getAddress();
    const key = stage.next();
    const until = (await chain.now()) + 100n * DAY;
    const demand = { key, asset: 0, amount: 10n ** 8n, charge: 10n ** 18n, consumer };

    const first = await attest(stage, 1n);
    const terms = pledgePayload(0n, 0n, until);
    const taken = withdrawalOf(stage, first, { ...demand, action: "Pledge", payload: terms });
    const pledge = await send(gate, "pledge", [taken, ZeroAddress, until, ZeroHash, DAY]);

    const second = await attest(stage, 2n);
    const again = withdrawalOf(stage, second, { ...demand, action: "Renew", payload: renewalPayload(1n) });
    const renew = await send(gate, "renew", [1n, again]);

    const observationTime = await publishMarks(stage);
    const owner = stage.owner.address;
    const wish = { key, observationTime, minimumFree: 10n ** 12n, consumer: owner };
    const statement = await statementOf(stage, second, wish);
    const judge = await send(stage.accountCheck, "judge", [statement, toBeHex(0, 32), DAY, DAY]);

    const release = await send(gate, "release", [1n]);
    const used = { judge, pledge, renew, release };
    return Object.fromEntries(
      Object.entries(used).map(([name, { gasUsed }]) => [name, Number(gasUsed)]),
    ) as unknown as PledgingGas;
  } finally {
    await chain.close();
  }
}
