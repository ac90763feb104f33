import { vaultPayload } from "@plimsoll/verifier/withdrawal/vault-context.ts";
import { Contract, type Provider, toBeHex } from "ethers";
import type { LedgerPlace, Needed } from "../withdrawal/spending-proof.ts";
import { withWords } from "./errors.ts";
import { ledgerAt } from "./ledger.ts";
import { NATIVE_TOKEN } from "./reserves.ts";
import { type VaultTimes, vaultAt } from "./vault-contract.ts";

/** What a vault is and how it stands. Addresses are 0x hex; times in seconds. */
export interface VaultState {
  readonly chainId: bigint;
  readonly registry: string;
  readonly ledger: string;
  readonly operator: string;
  readonly times: VaultTimes;
  readonly isPaused: boolean;
  /** Undefined while the vault is not frozen. */
  readonly escape:
    | { readonly epoch: bigint; readonly frozenAt: bigint; readonly claimUntil: bigint }
    | undefined;
}

export const EXIT_STATES = Object.freeze([
  "None",
  "Requested",
  "Refused",
  "Answered",
  "Paid",
  "Over",
] as const);
export type ExitState = (typeof EXIT_STATES)[number];

/** A forced exit: IMarginVault.Exit, what it would pay now, and what was shown against it. */
export interface ExitRecord {
  readonly id: bigint;
  readonly key: bigint;
  readonly epoch: bigint;
  readonly recipient: string;
  readonly asset: number;
  readonly state: ExitState;
  readonly token: string;
  readonly deadline: bigint;
  readonly amount: bigint;
  readonly charge: bigint;
  readonly relay: { readonly relayer: string; readonly fee: bigint };
  readonly pledgeId: bigint;
  /** In the token's units. */
  readonly owed: bigint;
  readonly denial:
    | { readonly epoch: bigint; readonly asset: number; readonly amount: bigint; readonly charge: bigint }
    | undefined;
}

/** What is due in an escape: IMarginVault.Claim. */
export interface ClaimRecord {
  readonly id: bigint;
  readonly token: string;
  readonly epoch: bigint;
  readonly isFirst: boolean;
  readonly recipient: string;
  readonly amount: bigint;
  readonly paid: bigint;
}

export async function readVault(provider: Provider, vault: string): Promise<VaultState> {
  const call = await caller(provider, vault);
  const [{ chainId }, registry, ledger, operator, times, isPaused, frozen] = await Promise.all([
    provider.getNetwork(),
    ...(["registry", "ledger", "operator", "times", "isPaused", "escape"] as const).map((name) => call(name)),
  ]);
  const { response, answer, claim, maxRootAge } = times;
  const { isFrozen, epoch, frozenAt, claimUntil } = frozen;
  return {
    ...{ chainId, registry, ledger, operator, isPaused },
    times: { response, answer, claim, maxRootAge },
    escape: isFrozen ? { epoch, frozenAt, claimUntil } : undefined,
  };
}

/** Where the proofs for a vault are spent. */
export function placeOfVault({ chainId, registry, ledger }: VaultState): LedgerPlace {
  return { chainId, registry: BigInt(registry), ledger: BigInt(ledger) };
}

/** An exit; throws a RangeError when there is none with this number. */
export async function readExit(provider: Provider, vault: string, id: bigint): Promise<ExitRecord> {
  const call = await caller(provider, vault);
  const [exit, denial] = await Promise.all([call("exitOf", id), call("denialOf", id)]);
  const state = EXIT_STATES[Number(exit.state)]!;
  if (state === "None") throw new RangeError(`the vault has no exit ${id}`);
  const { key, epoch, recipient, token, deadline, amount, charge, relay, pledgeId } = exit;
  return {
    ...{ id, key, epoch, recipient, asset: Number(exit.asset), state, token, deadline, amount, charge },
    relay: { relayer: relay.relayer, fee: relay.fee },
    pledgeId,
    owed: await call("owedOf", id),
    denial:
      denial.epoch === 0n
        ? undefined
        : {
            epoch: denial.epoch,
            asset: Number(denial.asset),
            amount: denial.amount,
            charge: denial.charge,
          },
  };
}

/** A claim; throws a RangeError when there is none with this number. */
export async function readClaim(provider: Provider, vault: string, id: bigint): Promise<ClaimRecord> {
  const call = await caller(provider, vault);
  if (id < 1n || id > (await call("claims"))) throw new RangeError(`the vault has no claim ${id}`);
  const { token, epoch, isFirst, recipient, amount, paid } = await call("claimOf", id);
  return { id, token, epoch, isFirst, recipient, amount, paid };
}

/** Address of the purse that exits and escapes pay to, whether it is open, and what of a token is in it. */
export async function readPurse(
  provider: Provider,
  vault: string,
  recipient: string,
  token: string,
): Promise<{ readonly purse: string; readonly isOpen: boolean; readonly balance: bigint }> {
  const purse: string = await (await caller(provider, vault))("purseOf", recipient);
  const code = await provider.getCode(purse);
  return { purse, isOpen: code !== "0x", balance: await balanceOf(provider, token, purse) };
}

/** What a proof for an epoch must show for `extra` of a token, in its units, on top of all payments and pledges. Throws RegistryError. */
export async function readNeeded(
  provider: Provider,
  ledger: string,
  at: { readonly key: bigint; readonly epoch: bigint; readonly token: string; readonly extra: bigint },
): Promise<Needed> {
  const contract = await ledgerAt(ledger, provider);
  const [asset, amount, charge] = await withWords(contract.interface, () =>
    contract.getFunction("neededAt").staticCall(at.key, at.epoch, at.token, at.extra),
  );
  return { asset: Number(asset), amount, charge };
}

/** What an exit's refusal may deny at most: what the newest epoch's leaf has to allow for the exit to be paid. */
export async function readNeededForExit(
  provider: Provider,
  ledger: string,
  { key, token, owed, pledgeId }: ExitRecord,
  epoch: bigint,
): Promise<Needed> {
  if (pledgeId === 0n) return readNeeded(provider, ledger, { key, epoch, token, extra: owed });
  const contract = await ledgerAt(ledger, provider);
  const [asset, amount, charge] = await withWords(contract.interface, () =>
    contract.getFunction("neededForPledge").staticCall(pledgeId, epoch),
  );
  return { asset: Number(asset), amount, charge };
}

/**
 * What the answer to a refusal has to show: all that the exit asked for, in the refusal's epoch, and at least what was
 * denied. Throws a RangeError for an exit that was not refused.
 */
export async function readNeededForAnswer(
  provider: Provider,
  ledger: string,
  vault: string,
  exit: ExitRecord,
): Promise<Needed> {
  const { id, key, token, denial, state } = exit;
  if (state !== "Refused" || denial === undefined) throw new RangeError(`exit ${id} is not refused`);
  const extra = await readOwedByLedger(provider, ledger, vault, exit);
  const needed = await readNeeded(provider, ledger, { key, epoch: denial.epoch, token, extra });
  const larger = (a: bigint, b: bigint) => (a > b ? a : b);
  return {
    asset: denial.asset,
    amount: larger(needed.amount, denial.amount),
    charge: larger(needed.charge, denial.charge),
  };
}

/** What an exit that was never answered asks for as things stand, though the vault says 0 while it is refused. */
async function readOwedByLedger(
  provider: Provider,
  ledger: string,
  vault: string,
  { key, epoch, recipient, asset, amount, charge, relay }: ExitRecord,
): Promise<bigint> {
  const payload = vaultPayload("Exit", 0n, { relayer: BigInt(relay.relayer), fee: relay.fee });
  const claim = {
    key,
    epoch,
    recipient,
    asset,
    amount,
    charge,
    consumer: vault,
    payload: toBeHex(payload, 32),
  };
  const contract = await ledgerAt(ledger, provider);
  const [, owed] = await withWords(contract.interface, () => contract.getFunction("owed").staticCall(claim));
  return owed;
}

/** What was paid to a key of a token since an epoch was opened, in the token's units. */
export async function readPaidSince(
  provider: Provider,
  ledger: string,
  key: bigint,
  token: string,
  epoch: bigint,
): Promise<bigint> {
  return (await ledgerAt(ledger, provider)).getFunction("paidSince").staticCall(key, token, epoch);
}

/** What of a token is pledged under a key, in the token's units. */
export async function readPledged(
  provider: Provider,
  ledger: string,
  key: bigint,
  token: string,
): Promise<bigint> {
  return (await ledgerAt(ledger, provider)).getFunction("pledgedOf").staticCall(key, token);
}

/** A token's decimals and what it is called, 18 and "coin" for the chain's own. */
export async function readToken(
  provider: Provider,
  token: string,
): Promise<{ readonly decimals: number; readonly symbol: string }> {
  if (token.toLowerCase() === NATIVE_TOKEN.toLowerCase()) return { decimals: 18, symbol: "coin" };
  const contract = new Contract(token, TOKEN, provider);
  const decimals = Number(await contract.getFunction("decimals").staticCall());
  // Old tokens name themselves with 32 bytes, or not at all.
  const symbol: string = await contract
    .getFunction("symbol")
    .staticCall()
    .catch(() => token);
  return { decimals, symbol };
}

/** What an account holds of a token or of the chain's own coin. */
export async function balanceOf(provider: Provider, token: string, account: string): Promise<bigint> {
  if (token.toLowerCase() === NATIVE_TOKEN.toLowerCase()) return provider.getBalance(account);
  return new Contract(token, TOKEN, provider).getFunction("balanceOf").staticCall(account);
}

export const TOKEN = Object.freeze([
  "function decimals() view returns (uint8)",
  "function symbol() view returns (string)",
  "function balanceOf(address) view returns (uint256)",
  "function allowance(address, address) view returns (uint256)",
  "function approve(address, uint256) returns (bool)",
]);

/** Calls a vault's view by its name. */
async function caller(provider: Provider, vault: string) {
  const contract = await vaultAt(vault, provider);
  return (name: string, ...args: unknown[]) =>
    withWords(contract.interface, () => contract.getFunction(name).staticCall(...args));
}
