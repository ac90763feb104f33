import { randomBytes } from "node:crypto";
import type { Bundle } from "@plimsoll/verifier/formats/bundle.ts";
import { packKey } from "@plimsoll/verifier/groth16/key.ts";
import type { Contract, Wallet } from "ethers";
import { instanceArtifacts } from "../../../build/artifacts.ts";
import { deployKey } from "../../../chain/registry.ts";
import { NATIVE_TOKEN } from "../../../chain/reserves.ts";
import { type SentTransaction, send, sendCall } from "../../../chain/sending.ts";
import type { ProvingBackend } from "../../../proving/backend.ts";
import { chosenBackend } from "../../../proving/chosen-backend.ts";
import { rowLookup } from "../../../snapshot/rows.ts";
import type { Narrator } from "../../narrator.ts";
import { BluntWallet } from "../blunt-wallet.ts";
import { DAY, deployMock, ETH_PRICE, type Stage, setStage } from "../stage.ts";
import { ETH, USDT } from "../tiny-exchange.ts";
import { Book, type Customer, newCustomer } from "./book.ts";
import { knowing } from "./contracts.ts";

export const TIMES = Object.freeze({ response: DAY, answer: DAY, claim: 7n * DAY, maxRootAge: 30n * DAY });
/** Amounts in units of the rows. */
export const ETHER = 10n ** 8n;
export const DOLLAR = 10n ** 6n;
export const CONTRACT = 10n ** 4n;
/** Units of a token in a unit of its row. */
export const PER_UNIT = Object.freeze([10n ** 10n, 1n]);
const FIRST_WALLET = 10;

export const NAMES = Object.freeze(["alice", "bob", "carol", "dave", "eve", "house"] as const);
export type Name = (typeof NAMES)[number];

/** A customer with a wallet, and the bundles that the exchange has given her. */
export interface Person extends Customer {
  readonly wallet: Wallet;
  readonly bundles: Map<bigint, Bundle>;
}

/** The stage of epochs, with a vault, two who lend, and customers. */
export interface MoneyStage extends Stage {
  readonly backend: ProvingBackend;
  readonly customers: Readonly<Record<Name, Person>>;
  /** Signs withdrawals for the exchange. */
  readonly operator: Wallet;
  /** Lends against pledges, by hand. */
  readonly bank: Wallet;
  readonly ledger: Contract;
  readonly vault: Contract;
  /** Another one of the same exchange. */
  readonly otherVault: Contract;
  readonly gate: Contract;
  readonly accountCheck: Contract;
  readonly tokens: readonly [string, string];
  readonly rows: {
    readonly eth: number;
    readonly usdt: number;
    readonly long: number;
    readonly short: number;
  };
  readonly exchangeBook: Book;
  readonly operatorSecret: Uint8Array;
  /** Bundles of leaves that the operator attested and gave to nobody. */
  readonly kept: Map<string, Bundle>;
}

export async function setMoneyStage(tell: Narrator): Promise<MoneyStage> {
  const [withdrawal, refusal, account] = await Promise.all(
    ["withdrawal-1", "refusal-1", "account-1"].map((name) => instanceArtifacts(name)),
  );
  const stage = await setStage(tell, {
    story: "withdrawals",
    ledgerKeys: {
      withdrawalKeys: [packKey(withdrawal!.vkey)],
      refusalKeys: [packKey(refusal!.vkey)],
    },
  });
  const { network, people, registry, usdt } = stage;
  const { owner } = people;
  const wallets = Array.from({ length: 8 }, (_, i) => network.wallet(FIRST_WALLET + i));
  const customers = Object.fromEntries(
    NAMES.map((name, i) => {
      const customer = newCustomer(name, network.chainId, registry);
      return [name, { ...customer, wallet: wallets[i]!, bundles: new Map() }];
    }),
  ) as Record<Name, Person>;
  const [operator, bank] = wallets.slice(NAMES.length) as [Wallet, Wallet];
  const solvency = await knowing("SolvencyRegistry", registry, owner);
  const vaultOf = async () => {
    const made = await deployMock(owner, "MarginVault", registry, operator.address, TIMES);
    return knowing("MarginVault", await made.getAddress(), owner);
  };
  const vault = await stage.gas.measure("deploy a margin vault", vaultOf);
  const key = await deployKey(owner, packKey(account!.vkey));
  const check = await deployMock(owner, "AccountCheck", registry, [key.address]);
  const gate = await deployMock(owner, "GateHarness", registry, await check.getAddress());
  const policy = stage.exchange.policyAt(await network.now(), ETH_PRICE);
  const perp = rowLookup(policy).instrument("ETH-PERP")!.row;
  const backend = chosenBackend();
  return {
    ...stage,
    backend,
    customers,
    operator,
    bank,
    ledger: await knowing("Ledger", await solvency.getFunction("ledger").staticCall(), owner),
    vault,
    otherVault: await vaultOf(),
    gate: await knowing("GateHarness", await gate.getAddress(), owner),
    accountCheck: await knowing("AccountCheck", await check.getAddress(), owner),
    tokens: [NATIVE_TOKEN, await usdt.getAddress()],
    rows: { eth: 2 * ETH, usdt: 2 * USDT, long: perp, short: perp + 1 },
    exchangeBook: new Book(),
    operatorSecret: randomBytes(32),
    kept: new Map(),
    async close() {
      await backend.close();
      await stage.close();
    },
  };
}

/** Calls a contract as somebody. Throws RegistryError on a refusal, before anything is sent. */
export function as(contract: Contract, who: Wallet, method: string, ...args: unknown[]) {
  return send(contract.connect(who) as Contract, method, args);
}

/** The same by somebody who doesn't ask before: what is refused is mined, fails and is paid for. */
export function bluntly(contract: Contract, who: Wallet, method: string, ...args: unknown[]) {
  return send(contract.connect(BluntWallet.of(who)) as Contract, method, args);
}

/** A deposit, with ether where `value` is above 0. Blunt senders are told of a refusal by the block that has it. */
export function deposited(
  { vault }: MoneyStage,
  who: Wallet,
  value: bigint,
  token: string,
  amount: bigint,
  owner: bigint,
): Promise<SentTransaction> {
  const contract = vault.connect(who) as Contract;
  return sendCall({ contract, method: "deposit", args: [token, amount, owner], value });
}

/** A step that the scene goes on with: what it took goes into the table. */
export async function step(
  { gas }: Stage,
  what: string,
  sent: Promise<SentTransaction>,
): Promise<SentTransaction> {
  const done = await sent;
  gas.note(what, done.gasUsed);
  return done;
}

/** What an account holds of an asset, in the token's units. */
export async function held({ network, usdt }: Stage, asset: number, account: string): Promise<bigint> {
  return asset === ETH
    ? network.provider.getBalance(account)
    : usdt.getFunction("balanceOf").staticCall(account);
}
