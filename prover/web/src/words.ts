import { WithdrawalError } from "@plimsoll/verifier/withdrawal/error.ts";
import { isError } from "ethers";
import { RegistryError } from "../../src/chain/errors.ts";
import { STRINGS } from "./strings.ts";

/** EIP-1193: the user declined. */
const DECLINED = 4001;

/** What went wrong, as the user is told: what it is and what to do next. No secret is in any of the errors that come here. */
export function wordsOf(error: unknown): string {
  if (isError(error, "ACTION_REJECTED") || hasCode(error, DECLINED)) return STRINGS.rejected;
  if (error instanceof RegistryError) {
    return error.next === undefined ? error.message : `${error.message}. ${capital(error.next)}.`;
  }
  if (error instanceof WithdrawalError) {
    return [`${capital(error.message)}.`, STRINGS.proof.refused[error.code]].join(" ").trim();
  }
  // ethers writes requests into its messages, and these are long: what it says shortly is enough.
  const short = (error as { readonly shortMessage?: unknown } | undefined)?.shortMessage;
  if (typeof short === "string") return STRINGS.broken(short);
  if (error instanceof Error) return error.message;
  const { message } = (error ?? {}) as { readonly message?: unknown };
  return STRINGS.broken(typeof message === "string" ? message.slice(0, 300) : String(error));
}

function hasCode(error: unknown, code: number): boolean {
  return typeof error === "object" && error !== null && (error as { readonly code?: unknown }).code === code;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
