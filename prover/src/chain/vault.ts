import type { SpendingProof } from "@plimsoll/verifier/formats/spending-proof.ts";
import { Contract, type Provider, type Signer, toBeHex } from "ethers";
import type { RefusalProof } from "../withdrawal/refusal-proof.ts";
import type { placeOfBundle } from "../withdrawal/spending-proof.ts";
import { ledgerAt } from "./ledger.ts";
import { NATIVE_TOKEN } from "./reserves.ts";
import { type Call, type SentTransaction, sendCall } from "./sending.ts";
import { signTypedData } from "./typed-data.ts";
import { purseAt, vaultAt } from "./vault-contract.ts";
import { readPurse, TOKEN } from "./vault-reads.ts";
import { addressOf, approvalTypedData, type Order, orderTypedData } from "./vault-typed-data.ts";

/** What an instant withdrawal is sent with when the operator sends it himself. */
const UNSIGNED = Object.freeze({ paidBefore: 0n, deadline: 0n, signature: "0x" });

// Anybody.

/** The transactions of a deposit: first the token's approval, where it lacks one. Amount in the token's units. */
export async function depositCalls(
  sender: Signer,
  vault: string,
  { token, amount, owner }: { readonly token: string; readonly amount: bigint; readonly owner: bigint },
): Promise<Call[]> {
  const contract = await vaultAt(vault, sender);
  if (token.toLowerCase() === NATIVE_TOKEN.toLowerCase()) {
    return [{ contract, method: "deposit", args: [token, amount, owner], value: amount }];
  }
  const tokens = new Contract(token, TOKEN, sender);
  const allowed: bigint = await tokens.getFunction("allowance").staticCall(await sender.getAddress(), vault);
  const deposit: Call = { contract, method: "deposit", args: [token, amount, owner] };
  if (allowed >= amount) return [deposit];
  // Some tokens change no allowance but to and from nothing.
  const amounts = allowed > 0n ? [0n, amount] : [amount];
  return [
    ...amounts.map((to): Call => ({ contract: tokens, method: "approve", args: [vault, to] })),
    deposit,
  ];
}

/** Deposits for an owner. Throws RegistryError. */
export async function deposit(
  sender: Signer,
  vault: string,
  what: { readonly token: string; readonly amount: bigint; readonly owner: bigint },
): Promise<SentTransaction> {
  let sent: SentTransaction | undefined;
  for (const call of await depositCalls(sender, vault, what)) sent = await sendCall(call);
  return sent!;
}

/**
 * The transaction that a proof is made for. The sender need not be the user: a proof pays the same people whoever sends
 * it. A pledge's is its gate's: this is the call of a gate that is an account with a key.
 */
export async function spendingCall(sender: Signer, proof: SpendingProof): Promise<Call> {
  const { use, ledger } = proof;
  const withdrawal = withdrawalToAbi(proof);
  if (use.for === "pledge") {
    const contract = await ledgerAt(addressOf(ledger), sender);
    const args = [withdrawal, addressOf(use.vault), use.until, toBeHex(use.payload, 32)];
    return { contract, method: "pledge", args };
  }
  if (use.for === "renew") {
    const contract = await ledgerAt(addressOf(ledger), sender);
    return { contract, method: "renew", args: [use.pledge, withdrawal] };
  }
  const contract = await vaultAt(addressOf(use.vault), sender);
  const relay = { relayer: addressOf(use.relay.relayer), fee: use.relay.fee };
  if (use.for === "withdraw") {
    const { signature, ...order } = proof.order ?? UNSIGNED;
    return { contract, method: "withdraw", args: [withdrawal, relay, order, signature] };
  }
  if (use.for === "answer") return { contract, method: "answer", args: [use.exit, withdrawal, relay] };
  const method = use.for === "exit" ? "requestExit" : "registerClaim";
  return { contract, method, args: [withdrawal, relay] };
}

/** The event that tells what a proof did, by what it is made for: the ledger's of pledges, the vault's of all others. */
export const SPENDING_EVENT = Object.freeze({
  withdraw: "Withdrawn",
  exit: "ExitRequested",
  answer: "RefusalAnswered",
  claim: "ClaimRegistered",
  pledge: "Pledged",
  renew: "Renewed",
} as const);

/** Sends a proof to the contract that it is good for. Throws RegistryError. */
export async function sendSpendingProof(sender: Signer, proof: SpendingProof): Promise<SentTransaction> {
  return sendCall(await spendingCall(sender, proof));
}

/** A vault's function of one exit or claim: `freeze` and `payClaim` are anybody's. */
export async function vaultCall(
  sender: Signer,
  vault: string,
  method: "freeze" | "payClaim" | "answerByRenewal" | "requestPledgeExit" | "registerPledge",
  id: bigint,
): Promise<Call> {
  return { contract: await vaultAt(vault, sender), method, args: [id] };
}

/** Freezes the vault for an exit that was neither paid nor refused in time. */
export async function freeze(sender: Signer, vault: string, exit: bigint): Promise<SentTransaction> {
  return sendCall(await vaultCall(sender, vault, "freeze", exit));
}

/** Pays a claim of an escape into its recipient's purse, once claims are closed. */
export async function payClaim(sender: Signer, vault: string, claim: bigint): Promise<SentTransaction> {
  return sendCall(await vaultCall(sender, vault, "payClaim", claim));
}

/** Opens the purse of a recipient where it has no code yet, and sends what is in it to her; or, when she herself sends it, to `to`. */
export async function collect(
  sender: Signer,
  vault: string,
  { token, recipient, to }: { readonly token: string; readonly recipient: string; readonly to?: string },
): Promise<SentTransaction> {
  const { purse, isOpen } = await readPurse(providerOf(sender), vault, recipient, token);
  if (!isOpen) {
    await sendCall({ contract: await vaultAt(vault, sender), method: "openPurse", args: [recipient] });
  }
  const contract = await purseAt(purse, sender);
  return sendCall(
    to === undefined
      ? { contract, method: "collect", args: [token] }
      : { contract, method: "collectTo", args: [token, to] },
  );
}

// The operator.

/** The proof with the operator's signature. `order.paidBefore` is `readPaidSince` of now. */
export async function signOrder(
  operator: Signer,
  proof: SpendingProof,
  order: Order,
): Promise<SpendingProof> {
  const signature = await signTypedData(operator, orderTypedData(proof, order));
  return { ...proof, order: { paidBefore: order.paidBefore, deadline: order.deadline, signature } };
}

/** The operator's signature that lets anybody have an exit paid. */
export async function signApproval(
  operator: Signer,
  domain: Parameters<typeof approvalTypedData>[0],
  approval: Parameters<typeof approvalTypedData>[1],
): Promise<string> {
  return signTypedData(operator, approvalTypedData(domain, approval));
}

/** The payment of an exit, at most `most` of the token's units. Without a signature the sender must be the operator. */
export async function approveCall(
  sender: Signer,
  vault: string,
  {
    exit,
    most,
    deadline = 0n,
    signature = "0x",
  }: {
    readonly exit: bigint;
    readonly most: bigint;
    readonly deadline?: bigint;
    readonly signature?: string;
  },
): Promise<Call> {
  const args = [exit, most, deadline, signature];
  return { contract: await vaultAt(vault, sender), method: "approveExit", args };
}

/** The refusal of an exit. Anybody may send it who has the proof. */
export async function refuseCall(
  sender: Signer,
  vault: string,
  exit: bigint,
  refusal: RefusalProof,
): Promise<Call> {
  return { contract: await vaultAt(vault, sender), method: "refuse", args: [exit, refusalToAbi(refusal)] };
}

// Pledges.

/** Gives a pledge back: its gate at any time, anybody from its end on. */
export async function releaseCall(sender: Signer, ledger: string, pledge: bigint): Promise<Call> {
  return { contract: await ledgerAt(ledger, sender), method: "release", args: [pledge] };
}

/** What the vault's contracts said in a transaction: the arguments of its first event of this name, or undefined. */
export async function eventOf(
  provider: Provider,
  contract: Contract,
  transaction: string,
  name: string,
): Promise<Record<string, unknown> | undefined> {
  const receipt = await provider.getTransactionReceipt(transaction);
  const address = (await contract.getAddress()).toLowerCase();
  for (const log of receipt?.logs ?? []) {
    if (log.address.toLowerCase() !== address) continue;
    const parsed = contract.interface.parseLog(log);
    if (parsed?.name === name) return parsed.args.toObject();
  }
  return undefined;
}

/** `ILedger.Withdrawal` as ethers takes it. */
export function withdrawalToAbi({ withdrawal }: SpendingProof): Record<string, unknown> {
  const { circuitId, recipient, place } = withdrawal;
  return {
    ...withdrawal,
    circuitId: toBeHex(circuitId, 32),
    recipient: addressOf(recipient),
    place: placeToAbi(place),
  };
}

/** `ILedger.Refusal` as ethers takes it. */
export function refusalToAbi(refusal: RefusalProof): Record<string, unknown> {
  return { ...refusal, circuitId: toBeHex(refusal.circuitId, 32), place: placeToAbi(refusal.place) };
}

function placeToAbi({ index, circuitId, transcript, path }: ReturnType<typeof placeOfBundle>) {
  return {
    ...{ index, circuitId: toBeHex(circuitId, 32), transcript },
    path: path.map((sibling) => toBeHex(sibling, 32)),
  };
}

function providerOf(sender: Signer): Provider {
  if (sender.provider === null) throw new TypeError("expected a signer with an endpoint, came one without");
  return sender.provider;
}
