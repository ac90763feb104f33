import { pledgePayload, renewalPayload, withdrawalContext } from "./context.ts";
import { type Relay, vaultContext } from "./vault-context.ts";

/** What a withdrawal proof is made for, and where: it is good for nothing else. Addresses as integers. */
export type ProofUse =
  | { readonly for: "withdraw" | "exit" | "claim"; readonly vault: bigint; readonly relay: Relay }
  /** To an exit that was refused. */
  | { readonly for: "answer"; readonly vault: bigint; readonly exit: bigint; readonly relay: Relay }
  /** `payload` is the gate's own; `vault` may pay the pledge out (0 for none), `until` is its end in seconds. */
  | {
      readonly for: "pledge";
      readonly gate: bigint;
      readonly payload: bigint;
      readonly vault: bigint;
      readonly until: bigint;
    }
  | { readonly for: "renew"; readonly gate: bigint; readonly pledge: bigint };

const PURPOSE = Object.freeze({
  withdraw: "Withdraw",
  exit: "Exit",
  answer: "Answer",
  claim: "Claim",
} as const);

/** The signal `context` that binds a proof to its use at a ledger. */
export function contextOfUse(
  { chainId, ledger }: { readonly chainId: bigint; readonly ledger: bigint },
  use: ProofUse,
): bigint {
  if (use.for === "pledge") {
    const payload = pledgePayload(use.payload, use.vault, use.until);
    return withdrawalContext({ chainId, ledger, action: "Pledge", consumer: use.gate, payload });
  }
  if (use.for === "renew") {
    const payload = renewalPayload(use.pledge);
    return withdrawalContext({ chainId, ledger, action: "Renew", consumer: use.gate, payload });
  }
  const exit = use.for === "answer" ? use.exit : 0n;
  return vaultContext({ chainId, ledger, vault: use.vault }, PURPOSE[use.for], exit, use.relay);
}
