import type { ProofUse } from "@plimsoll/verifier/withdrawal/use.ts";
import type { Relay } from "@plimsoll/verifier/withdrawal/vault-context.ts";
import { readAttestation } from "../chain/registry.ts";
import { vaultCall } from "../chain/vault.ts";
import { epochFault, type VaultAsk } from "../chain/vault-epoch.ts";
import { placeOfVault, readExit, readNeeded, readNeededForAnswer } from "../chain/vault-reads.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { keyOfBundle } from "../withdrawal/spending-proof.ts";
import type { Outcome } from "./outcome.ts";
import { type AccountOptions, proveToFile, readBundle } from "./spending-files.ts";
import {
  addressOption,
  amountOption,
  amountWords,
  done,
  naturalOption,
  payer,
  type SendOptions,
  sendOrEstimate,
  tokenOption,
  type VaultOptions,
  type VaultSession,
  withVault,
} from "./vault-session.ts";

interface RelayOptions {
  readonly relayer?: string;
  readonly fee?: string;
}

export interface AskOptions extends VaultOptions, AccountOptions, RelayOptions {
  readonly token: string;
  readonly amount: string;
  readonly to: string;
}

const NEXT = Object.freeze({
  withdraw: (file: string) =>
    `next: have the operator sign it, who does: plimsoll vault sign-order --proof ${file} --out SIGNED; then plimsoll vault send --proof SIGNED`,
  exit: (file: string) => `next: plimsoll vault send --proof ${file}`,
  claim: (file: string) => `next: plimsoll vault send --proof ${file}`,
});

/** `vault withdraw`, `vault exit` and `vault claim`: prove, for this vault and purpose, that an amount is free. */
export async function proveForVaultCommand(purpose: VaultAsk, options: AskOptions): Promise<Outcome> {
  return withVault(options, async (session) => {
    const { provider, state } = session;
    const token = tokenOption(options.token);
    const extra = await amountOption(provider, token, options.amount, "--amount");
    const bundle = await readBundle(options.bundle);
    await requireEpoch(purpose, session, bundle.epoch, options.bundle);
    const relay = await relayOption(session, token, options);
    const needed = await readNeeded(provider, state.ledger, {
      ...{ key: keyOfBundle(bundle), epoch: bundle.epoch, token, extra },
    });
    const use: ProofUse = { for: purpose, vault: BigInt(session.vault), relay };
    const recipient = BigInt(addressOption(options.to, "--to"));
    const at = placeOfVault(state);
    await proveToFile(bundle, options, { at, use, recipient, token: BigInt(token), needed });
    return done(
      `proved for epoch ${bundle.epoch}: ${await amountWords(provider, token, extra)} to ${options.to}${feeWords(relay, options)}`,
      `${options.out} can be sent by anybody, and changed by nobody`,
      NEXT[purpose](options.out),
    );
  });
}

export interface AnswerOptions
  extends VaultOptions,
    Partial<AccountOptions>,
    Partial<SendOptions>,
    RelayOptions {
  readonly exit: string;
}

/** `vault answer`: to a false refusal; by a proof of the refusal's own epoch, or of a pledge's exit by its renewal. */
export async function answerCommand(options: AnswerOptions): Promise<Outcome> {
  return withVault(options, async (session) => {
    const { provider, state, vault } = session;
    const exit = await readExit(provider, vault, naturalOption(options.exit, "--exit"));
    if (exit.pledgeId !== 0n) {
      if (options.keyFile === undefined) {
        throw new ConfigError(
          `exit ${exit.id} is a pledge's: expected --key-file, after \`plimsoll pledge renew --pledge ${exit.pledgeId}\` in epoch ${exit.denial?.epoch}`,
        );
      }
      const sender = await payer(options.keyFile, provider);
      const call = await vaultCall(sender, vault, "answerByRenewal", exit.id);
      return done(...(await sendOrEstimate(`answer exit ${exit.id}`, [call], options.dryRun)).lines);
    }
    const { bundle: file, identity, out } = options;
    if (file === undefined || identity === undefined || out === undefined) {
      throw new ConfigError("expected --bundle, --identity and --out, came not all of them");
    }
    const needed = await readNeededForAnswer(provider, state.ledger, vault, exit);
    const bundle = await readBundle(file);
    if (bundle.epoch !== exit.denial?.epoch) {
      throw new ConfigError(
        `${file}: expected your bundle of epoch ${exit.denial?.epoch}, which the refusal is about; came one of epoch ${bundle.epoch}`,
      );
    }
    const relay = await relayOption(session, exit.token, options);
    const use: ProofUse = { for: "answer", vault: BigInt(vault), exit: exit.id, relay };
    const wish = {
      at: placeOfVault(state),
      use,
      recipient: BigInt(exit.recipient),
      token: BigInt(exit.token),
    };
    await proveToFile(bundle, { ...options, bundle: file, identity, out }, { ...wish, needed });
    return done(
      `proved that your leaf of epoch ${bundle.epoch} allows what was refused of exit ${exit.id}`,
      `next: plimsoll vault send --proof ${out}; with the refusal it is evidence of two leaves of one account`,
    );
  });
}

/** An epoch that the vault would not take is refused before anything is proved. */
async function requireEpoch(
  purpose: VaultAsk,
  { provider, state }: VaultSession,
  epoch: bigint,
  file: string,
): Promise<void> {
  const newest = (await readAttestation(provider, state.registry))?.epoch;
  const fault = epochFault(purpose, state, newest, epoch);
  if (fault === undefined) return;
  const words = {
    "not-frozen": "the vault is not frozen: expected `plimsoll vault withdraw` or `vault exit`",
    frozen: `the vault is frozen: expected \`plimsoll vault claim\`, with your bundle of epoch ${state.escape?.epoch} if you have it`,
    "not-newest": `${file}: expected a bundle of the newest attested epoch, ${newest ?? "none yet"}; came one of epoch ${epoch}: get the new one, or ask for an exit`,
  };
  throw new ConfigError(words[fault]);
}

async function relayOption(
  { provider }: VaultSession,
  token: string,
  { relayer, fee }: RelayOptions,
): Promise<Relay> {
  if ((relayer === undefined) !== (fee === undefined)) {
    throw new ConfigError("expected both --relayer and --fee, or neither");
  }
  if (relayer === undefined || fee === undefined) return { relayer: 0n, fee: 0n };
  return {
    relayer: BigInt(addressOption(relayer, "--relayer")),
    fee: await amountOption(provider, token, fee, "--fee"),
  };
}

function feeWords({ fee }: Relay, options: RelayOptions): string {
  return fee === 0n ? "" : `, of which ${options.fee} goes to the relayer ${options.relayer}`;
}
