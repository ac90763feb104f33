import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import {
  AbiCoder,
  BaseContract,
  type Contract,
  type ErrorFragment,
  getAddress,
  Interface,
  type InterfaceAbi,
  keccak256,
  type Signer,
  toBeHex,
  ZeroAddress,
  ZeroHash,
} from "ethers";
import { type ContractName, contractArtifact } from "../../prover/src/chain/artifacts.ts";
import { withWords } from "../../prover/src/chain/errors.ts";
import { pledgePayload, renewalPayload } from "../../verifier/src/withdrawal/context.ts";
import { deploy, type LocalChain } from "./chain.ts";
import { type Stage, stageRegistry } from "./staged-epoch.ts";
import { attestWith, ledgerOf, NATIVE, type Row, type StagedEpoch, withdrawalOf } from "./staged-ledger.ts";

export const DAY = 86_400n;
export const TIMES = Object.freeze({
  response: 3n * DAY,
  answer: 2n * DAY,
  claim: 10n * DAY,
  maxRootAge: 30n * DAY,
});
export const NOBODY = Object.freeze({ relayer: ZeroAddress, fee: 0n });

const PURPOSES = ["Withdraw", "Exit", "Answer", "Claim"] as const;
export const STATES = ["None", "Requested", "Refused", "Answered", "Paid", "Over"] as const;

export interface Relay {
  readonly relayer: string;
  readonly fee: bigint;
}

/** A vault of a staged registry, and everybody who has to do with it. */
export interface VaultStage extends Stage {
  readonly vault: Contract;
  readonly address: string;
  readonly operator: HardhatEthersSigner;
  readonly alice: HardhatEthersSigner;
  readonly bob: HardhatEthersSigner;
  readonly thief: HardhatEthersSigner;
  /** Tokens 0 and 1 of the stage, with 18 and 6 decimals against 8 of their rows, then the chain's own coin. */
  readonly rows: readonly Row[];
}

/** Of one unit of every row, in money units. */
export const UNIT_WEIGHT = 5n;

export async function stageVault(chain: LocalChain, seed: string): Promise<VaultStage> {
  const stage = await stageRegistry(chain, { seed, assets: 3 });
  const [operator, alice, bob, thief] = chain.signers.slice(5) as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  const tokens = [...(await Promise.all(stage.tokens.map((token) => token.getAddress()))), NATIVE];
  const rows = tokens.map((token) => ({ token, decimals: 8, unitWeight: UNIT_WEIGHT }));
  const vault = await deployVault(stage, operator.address);
  const address = await vault.getAddress();
  return { ...stage, vault, address, operator, alice, bob, thief, rows };
}

/** A vault that knows its ledger's, its registry's and its tokens' errors too. */
export async function deployVault(
  { owner, registry }: Stage,
  operator: string,
  times: Readonly<Record<keyof typeof TIMES, bigint>> = TIMES,
): Promise<Contract> {
  const vault = await deploy(owner, "MarginVault", registry, operator, times);
  return BaseContract.from(await vault.getAddress(), await vaultInterface(), owner) as Contract;
}

export async function vaultInterface(): Promise<Interface> {
  const own = new Interface((await contractArtifact("MarginVault")).abi);
  const errors = new Map<string, ErrorFragment>();
  for (const name of ["Ledger", "SolvencyRegistry", "Purse", "HostileTokenMock"] as ContractName[]) {
    new Interface((await contractArtifact(name)).abi).forEachError((error) => {
      if (own.getError(error.name) === null) errors.set(error.name, error);
    });
  }
  return new Interface([...own.fragments, ...errors.values()]);
}

/** Mints and deposits as `from`, for some owner. Amount in the token's units. */
export async function deposit(
  stage: VaultStage,
  asset: number,
  amount: bigint,
  from = stage.alice,
): Promise<void> {
  const vault = stage.vault.connect(from) as Contract;
  const { token } = stage.rows[asset]!;
  if (token === NATIVE) {
    await (await vault.getFunction("deposit").send(token, amount, 7n, { value: amount })).wait();
    return;
  }
  const contract = stage.tokens[asset]!.connect(from) as Contract;
  await transact(contract, "mint", [from.address, amount]);
  await transact(contract, "approve", [stage.address, amount]);
  await transact(vault, "deposit", [token, amount, 7n]);
}

/** Units of a row, which has 8 decimals, in those of its token, rounded down: token 1 has 6, the others 18. */
export const inToken = (asset: number, units: bigint): bigint =>
  asset === 1 ? units / 100n : units * 10n ** 10n;

export interface Wish {
  readonly key: bigint;
  readonly asset?: number;
  readonly amount: bigint;
  /** Left out, what the amount takes. */
  readonly charge?: bigint;
  readonly recipient: string;
  readonly relay?: Relay;
  /** Of an answer. */
  readonly exit?: bigint;
  readonly vault?: string;
  readonly batch?: number;
}

/** What a vault binds in a proof. */
export function payloadOf(
  purpose: (typeof PURPOSES)[number],
  exit = 0n,
  { relayer, fee }: Relay = NOBODY,
): bigint {
  const words = ["uint256", "uint256", "address", "uint256"];
  const values = [PURPOSES.indexOf(purpose), exit, relayer, fee];
  return BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(words, values)));
}

/** A proof for the vault, as if the account had as much as it asks for. */
export function proved(
  stage: VaultStage,
  against: StagedEpoch,
  purpose: (typeof PURPOSES)[number],
  { key, asset = 0, amount, charge = amount * UNIT_WEIGHT, recipient, relay, exit, vault, batch = 0 }: Wish,
) {
  const action = purpose === "Withdraw" || purpose === "Claim" ? "Spend" : "Admit";
  const payload = payloadOf(purpose, exit, relay);
  const consumer = vault ?? stage.address;
  return withdrawalOf(stage, against, {
    ...{ key, asset, amount, charge, recipient, action, consumer, payload, batch },
  });
}

export type Withdrawal = ReturnType<typeof proved>;

export interface Order {
  readonly paidBefore: bigint;
  readonly deadline: bigint;
}

/** The operator's signature for an instant withdrawal. */
export function signOrder(
  { chain, address }: VaultStage,
  signer: Signer,
  { key, epoch, recipient, asset, amount, charge }: Withdrawal,
  { relayer, fee }: Relay,
  order: Order,
  vault = address,
): Promise<string> {
  const types = fields(
    "uint256 key,uint64 epoch,address recipient,uint16 asset,uint128 amount,uint128 charge," +
      "address relayer,uint96 fee,uint256 paidBefore,uint64 deadline",
  );
  const message = { key, epoch, recipient, asset, amount, charge, relayer, fee, ...order };
  return signer.signTypedData(domain(chain, vault), { Withdraw: types }, message);
}

/** The operator's signature that pays an exit. */
export async function signApproval(
  { chain, address }: VaultStage,
  signer: Signer,
  approval: { readonly exit: bigint; readonly most: bigint; readonly deadline: bigint },
): Promise<string> {
  const types = fields("uint256 exit,uint256 most,uint64 deadline");
  return signer.signTypedData(domain(chain, address), { Approve: types }, approval);
}

const domain = ({ chainId }: LocalChain, verifyingContract: string) => ({
  ...{ name: "Plimsoll MarginVault", version: "1", chainId, verifyingContract },
});

const fields = (list: string) =>
  list.split(",").map((field) => {
    const [type, name] = field.split(" ");
    return { type: type!, name: name! };
  });

/** Pledges to Bob, who is a gate here, and returns the pledge's id. `until` is a year from now. */
export async function pledge(
  stage: VaultStage,
  against: StagedEpoch,
  { key, asset = 0, amount, charge = amount * UNIT_WEIGHT, recipient, vault = stage.address }: Wish,
): Promise<bigint> {
  const ledger = await ledgerOf(stage);
  const until = (await stage.chain.now()) + 365n * DAY;
  const w = withdrawalOf(stage, against, {
    ...{ key, asset, amount, charge, recipient, action: "Pledge", consumer: stage.bob.address },
    payload: pledgePayload(0n, BigInt(vault), until),
  });
  await transact(ledger.connect(stage.bob) as Contract, "pledge", [w, vault, until, ZeroHash]);
  return ledger.getFunction("pledgeCount").staticCall();
}

/** Renews a pledge to Bob. */
export async function renew(
  stage: VaultStage,
  against: StagedEpoch,
  id: bigint,
  { key, asset = 0, amount, charge = amount * UNIT_WEIGHT, recipient }: Wish,
): Promise<void> {
  const w = withdrawalOf(stage, against, {
    ...{ key, asset, amount, charge, recipient, action: "Renew", consumer: stage.bob.address },
    payload: renewalPayload(id),
  });
  await transact(await ledgerOf(stage), "renew", [id, w]);
}

/** Sends an exit's request and returns its id. */
export async function requestExit(
  stage: VaultStage,
  withdrawal: Withdrawal,
  relay = NOBODY as Relay,
): Promise<bigint> {
  await transact(stage.vault.connect(stage.alice) as Contract, "requestExit", [withdrawal, relay]);
  return stage.vault.getFunction("exits").staticCall();
}

export async function stateOf({ vault }: VaultStage, exit: bigint): Promise<(typeof STATES)[number]> {
  const { state } = await vault.getFunction("exitOf").staticCall(exit);
  return STATES[Number(state)]!;
}

/** What an account holds of a row's token. */
export async function held(stage: VaultStage, asset: number, account: string): Promise<bigint> {
  return stage.rows[asset]!.token === NATIVE
    ? stage.chain.provider.getBalance(account)
    : stage.tokens[asset]!.getFunction("balanceOf").staticCall(account);
}

/** What a purse holds of a row's token. */
export async function inPurse(stage: VaultStage, asset: number, recipient: string): Promise<bigint> {
  return held(stage, asset, await stage.vault.getFunction("purseOf").staticCall(recipient));
}

const ENOUGH_GAS = 8_000_000n;

/** Sends without estimating first, which would check each proof twice. Throws RegistryError on a refusal. */
export async function transact(
  contract: Contract,
  method: string,
  args: readonly unknown[],
): Promise<{ readonly gasUsed: bigint }> {
  return withWords(contract.interface, async () => {
    const sent = await contract.getFunction(method).send(...args, { gasLimit: ENOUGH_GAS });
    const receipt = await sent.wait();
    return { gasUsed: receipt!.gasUsed };
  });
}

/** The purse of a recipient, opened. */
export async function purseOf(stage: VaultStage, recipient: string, signer = stage.owner): Promise<Contract> {
  await transact(stage.vault, "openPurse", [recipient]);
  const { abi } = await contractArtifact("Purse");
  const address = await stage.vault.getFunction("purseOf").staticCall(recipient);
  return BaseContract.from(address, abi as InterfaceAbi, signer) as Contract;
}

/** Lets seconds pass, and mines a block. */
export async function pass(chain: LocalChain, seconds: bigint): Promise<void> {
  await chain.setNextTime((await chain.now()) + seconds);
  await chain.provider.send("evm_mine", []);
}

/** Attests an epoch under the stage's policy. */
export const attest = (stage: VaultStage, epoch: bigint): Promise<StagedEpoch> =>
  attestWith(stage, epoch, stage.rows);

/** An address that nobody has used. */
export const freshAddress = (stage: Stage): string => getAddress(toBeHex(stage.next() >> 96n, 20));
