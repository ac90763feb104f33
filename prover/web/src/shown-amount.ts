import type { Bundle } from "@plimsoll/verifier/formats/bundle.ts";
import { balanceOf } from "@plimsoll/verifier/withdrawal/statement.ts";
import { formatUnits } from "ethers";
import type { Needed } from "../../src/withdrawal/spending-proof.ts";
import { PageError } from "./page-error.ts";
import type { Withdrawable } from "./session.ts";
import { STRINGS } from "./strings.ts";

/** What a proof shows to everybody, as people read it: amounts in the token, and the part of the account's holding. */
export interface ShownAmount {
  readonly symbol: string;
  readonly all: string;
  readonly paid: string;
  readonly pledged: string;
  /** Of what the bundle has of the asset, in per cent: an endpoint that lies about decimals or payments shows here. */
  readonly percent: string;
}

/**
 * What the ledger says that a proof must show, as its parts: the user proves what she asked for, and not whatever an
 * endpoint says. Throws a PageError where the two differ. Amounts of `parts` are in the token's units.
 */
export function shownAmount(
  { holdings }: Pick<Bundle, "holdings">,
  { asset, symbol, decimals, rowDecimals }: Withdrawable,
  needed: Pick<Needed, "asset" | "amount">,
  parts: { readonly asked: bigint; readonly paid: bigint; readonly pledged: bigint },
): ShownAmount {
  const { asked, paid, pledged } = parts;
  const all = asked + paid + pledged;
  if (needed.asset !== asset || needed.amount !== unitsUp(all, decimals, rowDecimals)) {
    throw new PageError(STRINGS.proof.otherAmount);
  }
  const held = balanceOf(holdings, asset);
  return {
    symbol,
    ...{ all: formatUnits(all, decimals), paid: formatUnits(paid, decimals) },
    pledged: formatUnits(pledged, decimals),
    percent: held === 0n ? "over 100" : `${Number((1000n * needed.amount) / held) / 10}`,
  };
}

/** Tokens in units of the asset's row, rounded up, as contracts/lib/TokenUnits.sol does. */
function unitsUp(amount: bigint, tokenDecimals: number, rowDecimals: number): bigint {
  if (rowDecimals >= tokenDecimals) return amount * 10n ** BigInt(rowDecimals - tokenDecimals);
  const one = 10n ** BigInt(tokenDecimals - rowDecimals);
  return (amount + one - 1n) / one;
}
