import { MAX_QUANTITY } from "../constants.ts";
import { batchLeaf, rootOfAccountsPath } from "../encodings/challenges.ts";
import type { Entry } from "../encodings/entry.ts";
import { accountRef, home, identity, owner as ownerOf } from "../encodings/identity.ts";
import { accountLeaf, signedFree } from "../encodings/leaf.ts";
import { rootOfPath } from "../encodings/tree.ts";
import type { Bundle } from "../formats/bundle.ts";
import type { CompiledPolicy } from "../policy/compile.ts";
import { completeAccount } from "../policy/complete.ts";
import { marksAreOf } from "../policy/marks.ts";
import type { AttestationSource } from "./attestation.ts";
import { Checklist, type Report } from "./report.ts";

/** What the person who checks knows herself. Everything is optional; what is missing is reported as not run. */
export interface OwnKnowledge {
  readonly userId?: string;
  /** Her holdings by full row index, in row units. */
  readonly holdings?: ReadonlyMap<number, bigint>;
  /** Her owner secret, if she registered one. */
  readonly secret?: bigint;
}

/** What a bundle is checked against. Everything is optional; what is missing is reported as not run. */
export interface BundleContext {
  readonly own?: OwnKnowledge | undefined;
  /** Compiled from the epoch's public policy files. */
  readonly policy?: CompiledPolicy | undefined;
  readonly attestations?: AttestationSource | undefined;
}

/** Checks, step by step, that the account of a bundle was counted as it says. Never throws for a bad bundle. */
export async function checkBundle(bundle: Bundle, context: BundleContext = {}): Promise<Report> {
  const list = new Checklist();
  checkOwn(list, bundle, context.own ?? {});
  const leaf = checkLeaf(list, bundle);
  list.step(
    "batch",
    `slot ${bundle.slot} of batch ${bundle.batch} holds this account`,
    "the account is not in the batch that the bundle names: the path does not lead to the batch root",
    () => rootOfPath(leaf, bundle.slot, bundle.path) === bundle.root,
  );
  list.step(
    "epoch",
    "the batch is one of those that the epoch's accounts root was made from",
    "the batch is not in the accounts root of the bundle",
    () => rootOfAccountsPath(batchLeaf(bundle), bundle.batch, bundle.accountsPath) === bundle.accountsRoot,
  );
  checkPolicy(list, bundle, context.policy);
  await checkAttestation(list, bundle, context.attestations);
  return list.report();
}

function checkOwn(list: Checklist, bundle: Bundle, own: OwnKnowledge): void {
  if (own.userId === undefined) {
    list.notRun("account", `the bundle names account "${bundle.userId}": check that this is you`);
  } else {
    list.step(
      "account",
      "the bundle is of this account",
      "the bundle is of another account: ask the exchange for your own",
      () => own.userId === bundle.userId,
    );
  }
  if (own.holdings === undefined) {
    list.notRun(
      "holdings",
      "compare the holdings in the bundle with what you had at the time of the snapshot",
    );
  } else {
    const held = own.holdings;
    list.step(
      "holdings",
      "the holdings are yours",
      "the holdings are not what you had: keep the bundle and your statement as evidence",
      () => sameHoldings(held, bundle.holdings),
    );
  }
  if (own.secret === undefined) {
    if (bundle.owner === 0n) {
      list.notRun("owner", "no owner key stands in the account; right if you never registered one");
    } else {
      list.notRun("owner", "an owner key stands in the account: give your secret to check that it is yours");
    }
  } else {
    const { secret } = own;
    list.step(
      "owner",
      "the owner key is yours",
      "the owner key is not yours: whoever has it could use your free collateral. Write to the exchange",
      () => ownerOf(secret, home(bundle.chainId, bundle.registry)) === bundle.owner,
    );
  }
}

function sameHoldings(held: ReadonlyMap<number, bigint>, entries: readonly Entry[]): boolean {
  const sums = new Map<number, bigint>();
  for (const { row, quantity } of entries) {
    if (quantity > 0n) sums.set(row, (sums.get(row) ?? 0n) + quantity);
  }
  const wanted = [...held].filter(([, quantity]) => quantity > 0n);
  return wanted.length === sums.size && wanted.every(([row, quantity]) => sums.get(row) === quantity);
}

function checkLeaf(list: Checklist, bundle: Bundle): bigint {
  const ref = accountRef(bundle.exchangeId, bundle.userId);
  const { owner, salt, epoch, free, under } = bundle;
  list.step(
    "identity",
    "the account has an identity of its own for this epoch",
    "the salt is too short to hide the account: tell the exchange",
    () => salt >= 1n << 96n,
  );
  list.step(
    "canonical",
    "holdings are listed once each, in order",
    "holdings are not in canonical order: the exchange's software is at fault",
    () => isCanonical(bundle.holdings),
  );
  return accountLeaf(identity({ accountRef: ref, owner, salt, epoch }), bundle.holdings, { free, under });
}

/** Ascending rows, one entry per row (a larger one repeats it, full but the last), zeros last. */
function isCanonical(entries: readonly Entry[]): boolean {
  return entries.every((entry, i) => {
    const before = entries[i - 1];
    if (entry.quantity === 0n) return entry.row === 0;
    if (before === undefined) return true;
    const continues = entry.row === before.row && before.quantity === MAX_QUANTITY;
    return before.quantity !== 0n && (entry.row > before.row || continues);
  });
}

function checkPolicy(list: Checklist, bundle: Bundle, policy: CompiledPolicy | undefined): void {
  if (policy === undefined) {
    list.notRun("policy", "give the epoch's policy files to check that free collateral was computed right");
    return;
  }
  const same = list.step(
    "policy",
    "the policy files are those of the epoch",
    "the policy files are not those that the epoch was proved under",
    () => policy.policyHash === bundle.policyHash && policy.descriptorHash === bundle.descriptorHash,
  );
  if (!same) return;
  list.step(
    "marks",
    "the policy's marks are of the time of the snapshot",
    "the policy's marks are older than it allows at the time of the snapshot, or from after it",
    () => marksAreOf(policy.riskParameters, policy.marks, bundle.snapshotTime),
  );
  list.step(
    "free collateral",
    "free collateral is the best that these holdings have under the policy",
    "free collateral is less than these holdings have under the policy, or more: keep the bundle as evidence",
    () => {
      const holdings = bundle.holdings.filter((entry) => entry.quantity > 0n);
      // Magnitude and sign each: 0 with the sign set reads as 0, but nothing may leave an account that is under.
      const best = signedFree(completeAccount(policy, holdings).free);
      return best.free === bundle.free && best.under === bundle.under;
    },
  );
}

async function checkAttestation(list: Checklist, bundle: Bundle, source?: AttestationSource): Promise<void> {
  const name = "attestation";
  if (source === undefined) {
    list.notRun(name, "give an endpoint and a registry to check that this accounts root is the one on chain");
    return;
  }
  await list.stepAsync(
    name,
    "the registry on chain attests this accounts root, policy and time",
    "the chain does not attest what the bundle says: you may have been shown another root than everybody else",
    async () => {
      const record = await source.attestation(bundle.epoch);
      return (
        source.chainId === bundle.chainId &&
        source.registry === bundle.registry &&
        record !== null &&
        record.exchange === bundle.exchange &&
        record.accountsRoot === bundle.accountsRoot &&
        record.policyHash === bundle.policyHash &&
        record.descriptorHash === bundle.descriptorHash &&
        record.snapshotTime === bundle.snapshotTime
      );
    },
  );
}
