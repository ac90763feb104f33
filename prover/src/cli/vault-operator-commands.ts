import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Bundle } from "@plimsoll/verifier/formats/bundle.ts";
import { WithdrawalError } from "@plimsoll/verifier/withdrawal/error.ts";
import { toBeHex, VoidSigner, type Wallet } from "ethers";
import { estimateCall } from "../chain/sending.ts";
import { approveCall, refuseCall, signApproval, signOrder, spendingCall } from "../chain/vault.ts";
import { type ExitRecord, readExit, readNeededForExit, readPaidSince } from "../chain/vault-reads.ts";
import { addressOf } from "../chain/vault-typed-data.ts";
import { bundleFileName } from "../pipeline/bundle-stage.ts";
import { epochFolder } from "../pipeline/epoch-folder.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { makeRefusal } from "../withdrawal/refusal-proof.ts";
import { keyOfBundle } from "../withdrawal/spending-proof.ts";
import { type ExitApproval, readApproval, writeApproval } from "./approval-file.ts";
import type { Outcome } from "./outcome.ts";
import { readBundle, readProof, withBackend, writeProof } from "./spending-files.ts";
import {
  amountOption,
  amountWords,
  done,
  naturalOption,
  payer,
  type SendOptions,
  sendOrEstimate,
  timeWords,
  type VaultOptions,
  type VaultSession,
  withVault,
} from "./vault-session.ts";

export interface SignOrderOptions extends SendOptions {
  readonly rpc: string;
  readonly proof: string;
  readonly out: string;
  readonly validFor?: string;
}

/** `vault sign-order`: the operator's signature under an instant withdrawal, after the chain has tried the proof. */
export async function signOrderCommand(options: SignOrderOptions): Promise<Outcome> {
  const proof = await readProof(options.proof);
  const { use, withdrawal, token } = proof;
  if (use.for !== "withdraw") {
    throw new ConfigError(
      `${options.proof}: expected a proof of an instant withdrawal, came one for: ${use.for}`,
    );
  }
  const validFor = naturalOption(options.validFor ?? "600", "--valid-for");
  return withVault({ rpc: options.rpc, vault: addressOf(use.vault) }, async (session) => {
    const { provider, state } = session;
    if (state.chainId !== proof.chainId) {
      throw new ConfigError(
        `${options.proof}: expected a proof for chain ${state.chainId}, came one for ${proof.chainId}`,
      );
    }
    const operator = await operatorOf(session, options.keyFile);
    // The operator needs no signature: what it could pay itself, is proved.
    const { order: _, ...unsigned } = proof;
    await estimateCall(await spendingCall(new VoidSigner(operator.address, provider), unsigned));
    const coin = addressOf(token);
    const paidBefore = await readPaidSince(provider, state.ledger, withdrawal.key, coin, withdrawal.epoch);
    const { timestamp } = (await provider.getBlock("latest"))!;
    const deadline = BigInt(timestamp) + validFor;
    const signed = await signOrder(operator, unsigned, { paidBefore, deadline });
    await writeProof(options.out, signed);
    return done(
      `ledger key ${toBeHex(withdrawal.key, 32)}, epoch ${withdrawal.epoch}: signed until ${timeWords(deadline)}`,
      "debit the account when the vault's event Withdrawn says that it was paid",
      `next: plimsoll vault send --proof ${options.out}, which anybody may`,
    );
  });
}

export interface ApproveOptions extends VaultOptions, SendOptions {
  readonly exit: string;
  readonly most?: string;
  /** What the operator signed, where somebody else sends it. */
  readonly approval?: string;
}

/** `vault approve`: pays an exit into the recipient's purse, no more than is owed now or than the operator signed. */
export async function approveCommand(options: ApproveOptions): Promise<Outcome> {
  return withVault(options, async (session) => {
    const { provider, vault } = session;
    const exit = await readExit(provider, vault, naturalOption(options.exit, "--exit"));
    const approval =
      options.approval === undefined
        ? { exit: exit.id, most: await mostOf(session, exit, options.most) }
        : await approvalOf(session, exit, options.approval);
    const sender = await payer(options.keyFile, provider);
    const call = await approveCall(sender, vault, approval);
    const what = `pay exit ${exit.id}, ${await amountWords(provider, exit.token, exit.owed)} to the purse of ${exit.recipient}`;
    return done(...(await sendOrEstimate(what, [call], options.dryRun)).lines);
  });
}

async function mostOf({ provider }: VaultSession, exit: ExitRecord, text?: string): Promise<bigint> {
  return text === undefined ? exit.owed : amountOption(provider, exit.token, text, "--most");
}

async function approvalOf(
  { vault, state }: VaultSession,
  exit: ExitRecord,
  file: string,
): Promise<ExitApproval> {
  const approval = await readApproval(file);
  const isFor =
    approval.chainId === state.chainId && approval.vault === BigInt(vault) && approval.exit === exit.id;
  if (isFor) return approval;
  throw new ConfigError(
    `${file}: expected an approval of exit ${exit.id} of the vault ${vault} on chain ${state.chainId}, came one of another`,
  );
}

export interface SignApprovalOptions extends VaultOptions {
  readonly exit: string;
  readonly keyFile: string;
  readonly out: string;
  readonly most?: string;
  readonly validFor?: string;
}

/** `vault sign-approval`: the operator's signature that lets anybody have an exit paid. */
export async function signApprovalCommand(options: SignApprovalOptions): Promise<Outcome> {
  const validFor = naturalOption(options.validFor ?? "600", "--valid-for");
  return withVault(options, async (session) => {
    const { provider, vault, state } = session;
    const exit = await readExit(provider, vault, naturalOption(options.exit, "--exit"));
    const operator = await operatorOf(session, options.keyFile);
    const most = await mostOf(session, exit, options.most);
    const { timestamp } = (await provider.getBlock("latest"))!;
    const deadline = BigInt(timestamp) + validFor;
    const { chainId } = state;
    const approval = { exit: exit.id, most, deadline };
    const signature = await signApproval(operator, { chainId, vault }, approval);
    await writeApproval(options.out, {
      ...{ format: "plimsoll.exit-approval.1", chainId, vault: BigInt(vault) },
      ...{ ...approval, signature },
    });
    return done(
      `exit ${exit.id}: up to ${await amountWords(provider, exit.token, most)} may be paid until ${timeWords(deadline)}`,
      `next: plimsoll vault approve --exit ${exit.id} --approval ${options.out}, which anybody may`,
    );
  });
}

/** The key of the vault's operator. Throws ConfigError for another one. */
async function operatorOf({ provider, state }: VaultSession, keyFile: string): Promise<Wallet> {
  const operator = await payer(keyFile, provider);
  if (operator.address === state.operator) return operator;
  throw new ConfigError(
    `--key-file: expected the key of the vault's operator ${state.operator}, came another one`,
  );
}

export interface RefuseOptions extends VaultOptions, SendOptions {
  readonly exit: string;
  readonly epoch: string;
  readonly user?: string;
}

/** `vault refuse`: shows that the leaf of the newest epoch does not allow what an exit asks for. */
export async function refuseCommand(options: RefuseOptions): Promise<Outcome> {
  return withVault(options, async ({ provider, vault, state }) => {
    const exit = await readExit(provider, vault, naturalOption(options.exit, "--exit"));
    const bundle = await bundleOfExit(options, exit);
    const needed = await readNeededForExit(provider, state.ledger, exit, bundle.epoch);
    const refusal = await withBackend((backend) => makeRefusal(backend, bundle, needed)).catch(
      (error: unknown) => {
        if (!(error instanceof WithdrawalError) || error.code !== "allowed") throw error;
        throw Object.assign(error, {
          next: `pay it: plimsoll vault approve --exit ${exit.id}, before ${timeWords(exit.deadline)}`,
        });
      },
    );
    const sender = await payer(options.keyFile, provider);
    const call = await refuseCall(sender, vault, exit.id, refusal);
    const { lines } = await sendOrEstimate(
      `refuse exit ${exit.id} by epoch ${bundle.epoch}`,
      [call],
      options.dryRun,
    );
    return done(...lines);
  });
}

/** The account's bundle in an epoch folder: by its user where one is named, else by the ledger key in every bundle. */
async function bundleOfExit({ epoch, user }: RefuseOptions, { key, id }: ExitRecord): Promise<Bundle> {
  const { bundles } = epochFolder(epoch);
  const names =
    user === undefined
      ? (await readdir(bundles)).filter((name) => name.endsWith(".json")).sort()
      : [bundleFileName(user)];
  for (const name of names) {
    const bundle = await readBundle(join(bundles, name));
    if (keyOfBundle(bundle) === key) return bundle;
  }
  throw new ConfigError(
    `${epoch}: expected an account with the ledger key of exit ${id}, came none: what is not in an epoch can't be refused by it, so pay the exit`,
  );
}
