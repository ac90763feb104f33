import { readAttestation } from "../chain/registry.ts";
import { type ExitRecord, readClaim, readExit, readPurse } from "../chain/vault-reads.ts";
import type { Outcome } from "./outcome.ts";
import {
  addressOption,
  amountWords,
  done,
  naturalOption,
  timeWords,
  tokenOption,
  type VaultOptions,
  type VaultSession,
  withVault,
} from "./vault-session.ts";

export interface VaultStatusOptions extends VaultOptions {
  readonly exit?: string;
  readonly claim?: string;
  readonly recipient?: string;
  readonly token?: string;
}

/** `vault status`: how the vault stands, and an exit, a claim or a purse in it; what to do next. */
export async function vaultStatusCommand(options: VaultStatusOptions): Promise<Outcome> {
  return withVault(options, async (session) => {
    const { provider, vault } = session;
    const lines = await vaultLines(session);
    if (options.exit !== undefined) {
      lines.push(...(await exitLines(session, naturalOption(options.exit, "--exit"))));
    }
    if (options.claim !== undefined) {
      lines.push(await claimLine(session, naturalOption(options.claim, "--claim")));
    }
    if (options.recipient !== undefined && options.token !== undefined) {
      const [recipient, token] = [
        addressOption(options.recipient, "--recipient"),
        tokenOption(options.token),
      ];
      const { purse, balance } = await readPurse(provider, vault, recipient, token);
      const next = balance === 0n ? "" : "; next: plimsoll vault collect";
      lines.push(`purse   ${purse} of ${recipient}: ${await amountWords(provider, token, balance)}${next}`);
    }
    return done(...lines);
  });
}

async function vaultLines({ provider, vault, state }: VaultSession): Promise<string[]> {
  const { registry, ledger, operator, isPaused, escape: frozen } = state;
  const latest = await readAttestation(provider, registry);
  return [
    `vault   ${vault} on chain ${state.chainId}, registry ${registry}, ledger ${ledger}`,
    `epoch   ${latest === null ? "nothing attested yet" : `${latest.epoch}, snapshot of ${timeWords(latest.snapshotTime)}`}`,
    `operator ${operator}${isPaused ? "; deposits are paused" : ""}`,
    frozen === undefined
      ? "not frozen"
      : `FROZEN at epoch ${frozen.epoch}; claims are registered until ${timeWords(frozen.claimUntil)}`,
  ];
}

async function exitLines({ provider, vault }: VaultSession, id: bigint): Promise<string[]> {
  const exit = await readExit(provider, vault, id);
  const now = BigInt((await provider.getBlock("latest"))!.timestamp);
  return [
    `exit ${id} ${exit.state}, epoch ${exit.epoch}, to ${exit.recipient}: owes ${await amountWords(provider, exit.token, exit.owed)}`,
    `next: ${nextOf(exit, now)}`,
  ];
}

/** What anybody can do about an exit as it stands. */
export function nextOf(
  { id, state, deadline, owed }: Pick<ExitRecord, "id" | "state" | "deadline" | "owed">,
  now: bigint,
): string {
  const isOver = now > deadline;
  const until = timeWords(deadline);
  switch (state) {
    case "Requested":
    case "Answered":
      if (!isOver) {
        const refusing = state === "Requested" ? " or refuses" : "";
        return `the operator pays${refusing} until ${until}: plimsoll vault approve --exit ${id}`;
      }
      return owed === 0n
        ? "nothing: it owes nothing any more"
        : `anybody freezes the vault: plimsoll vault freeze --exit ${id}`;
    case "Refused":
      return isOver
        ? "nothing: the refusal was not answered; ask for less with another exit"
        : `if the refusal is false, answer it until ${until}: plimsoll vault answer --exit ${id}`;
    case "Paid":
      return "collect what is in the purse: plimsoll vault collect";
    default:
      return "nothing: it is over";
  }
}

async function claimLine({ provider, vault }: VaultSession, id: bigint): Promise<string> {
  const { token, amount, paid, isFirst, recipient } = await readClaim(provider, vault, id);
  const [due, got] = [await amountWords(provider, token, amount), await amountWords(provider, token, paid)];
  return `claim ${id} of ${recipient}, ${isFirst ? "first" : "second"} class: ${got} of ${due} paid`;
}
