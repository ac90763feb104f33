import { accountRef, ledgerKey } from "@plimsoll/verifier/encodings/identity.ts";
import type { Bundle } from "@plimsoll/verifier/formats/bundle.ts";
import type { SpendingProof } from "@plimsoll/verifier/formats/spending-proof.ts";
import { circuitId } from "@plimsoll/verifier/groth16/key.ts";
import { WithdrawalError } from "@plimsoll/verifier/withdrawal/error.ts";
import { openBundle } from "@plimsoll/verifier/withdrawal/opening.ts";
import type { WithdrawalRequest } from "@plimsoll/verifier/withdrawal/statement.ts";
import { contextOfUse, type ProofUse } from "@plimsoll/verifier/withdrawal/use.ts";
import type { ProvingArtifacts, ProvingBackend } from "../proving/backend.ts";
import { proveWithdrawal } from "./prove-withdrawal.ts";

/** Where free collateral is spent. Addresses as integers. */
export interface LedgerPlace {
  readonly chainId: bigint;
  readonly registry: bigint;
  readonly ledger: bigint;
}

/** What a proof for an epoch has to show, cumulative, as `ILedger.neededAt` says: amount in units of the asset's row. */
export interface Needed {
  readonly asset: number;
  readonly amount: bigint;
  /** Money units, 10^-12 of the quote currency. */
  readonly charge: bigint;
}

/** What is to be proved for whom. */
export interface SpendingWish {
  readonly at: LedgerPlace;
  readonly use: ProofUse;
  /** Addresses as integers. Of a pledge or a renewal, the pledge's recipient. */
  readonly recipient: bigint;
  readonly token: bigint;
  readonly needed: Needed;
}

/** The ledger key of a bundle's account, by which the ledger says what is needed. */
export function keyOfBundle({ exchangeId, userId, owner }: Bundle): bigint {
  return ledgerKey(accountRef(exchangeId, userId), owner);
}

/** What is asked of the circuit. Throws WithdrawalError when the bundle is of another chain or registry than the ledger. */
export function requestOf(
  bundle: Pick<Bundle, "chainId" | "registry">,
  { at, use, recipient, needed }: Omit<SpendingWish, "token">,
): WithdrawalRequest {
  if (bundle.chainId !== at.chainId || bundle.registry !== at.registry) {
    throw new WithdrawalError(
      "request",
      "the bundle is of another chain or registry than the vault or gate: nothing of it is paid there",
    );
  }
  const { asset, amount, charge } = needed;
  return { recipient, asset, amount, charge, context: contextOfUse(at, use) };
}

/**
 * Proves what a wish needs, from a bundle and its owner's secret. Throws WithdrawalError when the account may not have it;
 * neither the result nor what is thrown has a balance or a secret in it.
 */
export async function makeSpendingProof(
  backend: ProvingBackend,
  bundle: Bundle,
  secret: bigint,
  wish: SpendingWish,
  artifactsOf: (name: string) => Promise<ProvingArtifacts>,
): Promise<SpendingProof> {
  const request = requestOf(bundle, wish);
  let used: ProvingArtifacts | undefined;
  const { signals, proof } = await proveWithdrawal(
    backend,
    openBundle(bundle, secret),
    request,
    async (name) => {
      used = await artifactsOf(name);
      return used;
    },
  );
  if (signals.root !== bundle.root) {
    throw new WithdrawalError(
      "request",
      "the bundle does not lead to its own root: check it with `plimsoll verify bundle`",
    );
  }
  const { root, key, epoch } = signals;
  return {
    format: "plimsoll.spending-proof.1",
    ...wish.at,
    use: wish.use,
    token: wish.token,
    withdrawal: {
      ...{ circuitId: circuitId(used!.vkey), root, key, epoch },
      recipient: request.recipient,
      ...wish.needed,
      place: placeOfBundle(bundle),
      proof: [...proof],
    },
  };
}

/** Where a bundle's batch stands in its epoch, as the ledger looks it up. */
export function placeOfBundle({ batch, circuitId, transcript, accountsPath }: Bundle) {
  return { index: batch, circuitId, transcript, path: [...accountsPath] };
}
