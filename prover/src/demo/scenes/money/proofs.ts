import { FREE_UNIT } from "@plimsoll/verifier/constants.ts";
import { ledgerKey } from "@plimsoll/verifier/encodings/identity.ts";
import type { Bundle } from "@plimsoll/verifier/formats/bundle.ts";
import { packKey } from "@plimsoll/verifier/groth16/key.ts";
import {
  type LedgerAction,
  pledgePayload,
  renewalPayload,
  withdrawalContext,
} from "@plimsoll/verifier/withdrawal/context.ts";
import { leafOfBundle } from "@plimsoll/verifier/withdrawal/leaf-opening.ts";
import { openBundle } from "@plimsoll/verifier/withdrawal/opening.ts";
import { balanceOf } from "@plimsoll/verifier/withdrawal/statement.ts";
import { AbiCoder, keccak256, toBeHex, ZeroAddress } from "ethers";
import { instanceArtifacts } from "../../../build/artifacts.ts";
import { circuitIdOf } from "../../../chain/registry.ts";
import { proveRefusal } from "../../../withdrawal/prove-refusal.ts";
import { proveWithdrawal } from "../../../withdrawal/prove-withdrawal.ts";
import { type MoneyStage, PER_UNIT, type Person } from "./money-stage.ts";

/** Who sends a proof and is paid for it; nobody where left out. */
export interface Relay {
  readonly relayer: string;
  readonly fee: bigint;
}

export const NOBODY: Relay = Object.freeze({ relayer: ZeroAddress, fee: 0n });

/** What a proof is good for alone. */
export interface Use {
  readonly action: LedgerAction;
  readonly consumer: string;
  readonly payload: bigint;
}

const PURPOSES = ["Withdraw", "Exit", "Answer", "Claim"] as const;

/** At a vault, as MarginVault.payloadOf binds it. */
export async function atVault(
  { vault }: Pick<MoneyStage, "vault">,
  purpose: (typeof PURPOSES)[number],
  { relayer, fee } = NOBODY,
  exit = 0n,
): Promise<Use> {
  const words = AbiCoder.defaultAbiCoder().encode(
    ["uint256", "uint256", "address", "uint256"],
    [PURPOSES.indexOf(purpose), exit, relayer, fee],
  );
  const action = purpose === "Withdraw" || purpose === "Claim" ? "Spend" : "Admit";
  return { action, consumer: await vault.getAddress(), payload: BigInt(keccak256(words)) };
}

/** At a gate: a pledge that the vault may pay out, or its renewal. */
export async function pledgedTo(
  { vault }: MoneyStage,
  consumer: string,
  payload: bigint,
  until: bigint,
): Promise<Use> {
  const bound = pledgePayload(payload, BigInt(await vault.getAddress()), until);
  return { action: "Pledge", consumer, payload: bound };
}

export const renewed = (consumer: string, id: bigint): Use => ({
  ...{ action: "Renew", consumer, payload: renewalPayload(id) },
});

/** What somebody asks for: `extra` units of the row beyond all that was paid and pledged. */
export interface Wish {
  readonly epoch: bigint;
  readonly asset: number;
  readonly extra: bigint;
  readonly recipient: string;
  readonly use: Use;
}

/** A proof as the contracts take it: ILedger.Withdrawal. */
export async function withdrawalOf(stage: MoneyStage, person: Person, wish: Wish) {
  const { ledger, network, backend, tokens } = stage;
  const { asset, extra, recipient, use } = wish;
  const bundle = bundleOf(person, wish.epoch);
  const opening = openBundle(bundle, person.secret);
  const key = keyOf(person);
  const needed = await ledger
    .getFunction("neededAt")
    .staticCall(key, wish.epoch, tokens[asset]!, extra * PER_UNIT[asset]!);
  const context = withdrawalContext({
    ...{ chainId: network.chainId, ledger: BigInt(await ledger.getAddress()) },
    ...{ action: use.action, consumer: BigInt(use.consumer), payload: use.payload },
  });
  const { amount, charge } = needed as { amount: bigint; charge: bigint };
  const request = { recipient: BigInt(recipient), asset, amount, charge, context };
  const { instance, signals, proof } = await proveWithdrawal(backend, opening, request, instanceArtifacts);
  const { root, epoch } = signals;
  return {
    ...{ circuitId: await circuitOf(instance), root, key, epoch, recipient, asset, amount, charge },
    ...{ place: placeOf(bundle), proof: [...proof] },
  };
}

export type Withdrawal = Awaited<ReturnType<typeof withdrawalOf>>;

/** That a leaf does not allow an amount and a charge: ILedger.Refusal. */
export async function refusalOf(
  { backend }: MoneyStage,
  bundle: Bundle,
  demand: { readonly asset: number; readonly amount: bigint; readonly charge: bigint },
) {
  const { instance, signals, proof } = await proveRefusal(backend, leafOfBundle(bundle), demand);
  const { root, epoch, amount, charge } = signals;
  return {
    ...{ circuitId: await circuitOf(instance), root, epoch, amount, charge },
    ...{ place: placeOf(bundle), proof: [...proof] },
  };
}

/** The most of an asset that an epoch's leaf still allows, in units of its row: what is held, or what margin lets go. */
export async function mostOf(
  stage: MoneyStage,
  person: Person,
  epoch: bigint,
  asset: number,
): Promise<bigint> {
  const { ledger, tokens } = stage;
  const { holdings, free } = bundleOf(person, epoch);
  const key = keyOf(person);
  const needed = (extra: bigint) =>
    ledger.getFunction("neededAt").staticCall(key, epoch, tokens[asset]!, extra);
  const [none, one] = [await needed(0n), await needed(PER_UNIT[asset]!)];
  const left = balanceOf(holdings, asset) - (none.amount as bigint);
  const byMargin =
    (FREE_UNIT * free - (none.charge as bigint)) / ((one.charge as bigint) - (none.charge as bigint));
  return [left, byMargin].sort((one, other) => (one < other ? -1 : 1))[0]!;
}

export function keyOf(person: Person): bigint {
  const { accountRef } = leafOfBundle([...person.bundles.values()].at(-1)!);
  return ledgerKey(accountRef, person.owner);
}

export function bundleOf({ userId, bundles }: Person, epoch: bigint): Bundle {
  const bundle = bundles.get(epoch);
  if (bundle === undefined) throw new RangeError(`${userId} has no bundle of epoch ${epoch}`);
  return bundle;
}

export function placeOf({ batch, circuitId, transcript, accountsPath }: Bundle) {
  const path = accountsPath.map((sibling) => toBeHex(sibling, 32));
  return { index: batch, circuitId: toBeHex(circuitId, 32), transcript, path };
}

export async function circuitOf(instance: string): Promise<string> {
  return toBeHex(circuitIdOf(packKey((await instanceArtifacts(instance)).vkey)), 32);
}
