import { recoverSigner } from "../chain/recover.ts";
import {
  type AccountStatement,
  accountStatementDigest,
  SIDES,
  statedUnits,
} from "../formats/account-statement.ts";
import type { Bundle } from "../formats/bundle.ts";
import type { CompiledPolicy } from "../policy/compile.ts";
import type { Attestation, AttestationSource } from "./attestation.ts";
import { Checklist, type Report, type Step } from "./report.ts";

/** What a statement is compared with. Everything is optional; what is missing is reported as not run. */
export interface StatementContext {
  /** The bundle of the same account, if the exchange gave one. */
  readonly bundle?: Bundle;
  /** Her user id at the exchange, from herself. */
  readonly userId?: string;
  /** The exchange's address, from a source other than the statement. */
  readonly exchange?: bigint;
  /** Compiled from the epoch's public policy files. */
  readonly policy?: CompiledPolicy;
  readonly attestations?: AttestationSource;
}

/** The step that everything else rests on. */
export const SIGNATURE_STEP = "statement's signature";
const HOLDINGS_STEP = "statement's holdings";
const MOMENT_STEP = "statement's moment";

/** Checks, step by step, who signed a statement and what it says beside a bundle and the chain. Never throws for a bad one. */
export async function checkAccountStatement(
  statement: AccountStatement,
  context: StatementContext = {},
): Promise<Report> {
  const list = new Checklist();
  // With a bundle, of its epoch: whose exchange it is, one record tells as well as another.
  const record = await recordOf(context.bundle?.epoch ?? statement.epoch, context.attestations);
  checkAccount(list, statement, context);
  checkExchange(list, statement, context, record);
  await checkSignature(list, statement, context.attestations);
  checkEpoch(list, statement, context, record);
  checkNames(list, statement, context.policy);
  checkHoldings(list, statement, context.bundle);
  return list.report();
}

/** The attested record of the statement's epoch, null where there is none, or words why the chain didn't tell. */
type ChainsWord = Attestation | null | { readonly failure: string } | undefined;

async function recordOf(epoch: bigint, source?: AttestationSource): Promise<ChainsWord> {
  if (source === undefined) return undefined;
  try {
    return await source.attestation(epoch);
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

function checkAccount(list: Checklist, statement: AccountStatement, context: StatementContext): void {
  const { bundle, userId } = context;
  if (bundle === undefined && userId === undefined) {
    list.notRun(
      "statement's account",
      `the statement names account "${statement.userId}": check that this is you`,
    );
    return;
  }
  list.step(
    "statement's account",
    "the statement is of this account",
    "the statement is of another account or another exchange's: it says nothing of this one, whatever it holds",
    () =>
      (userId === undefined || userId === statement.userId) &&
      (bundle === undefined ||
        (bundle.userId === statement.userId && bundle.exchangeId === statement.exchangeId)),
  );
}

function checkExchange(
  list: Checklist,
  statement: AccountStatement,
  { bundle, exchange, attestations }: StatementContext,
  record: ChainsWord,
): void {
  const name = "statement's exchange";
  const { chainId, registry } = statement;
  const attested = record && "exchange" in record ? record.exchange : undefined;
  const known = [exchange, attested].filter((one) => one !== undefined);
  const isHere = [bundle, attestations].every(
    (place) => place === undefined || (place.chainId === chainId && place.registry === registry),
  );
  const isOfBundle = bundle === undefined || bundle.exchange === statement.exchange;
  // Whoever makes up a statement makes up a bundle that names the same signer: the bundle can't vouch for it.
  if (known.length === 0 && isHere && isOfBundle) {
    const signer = `0x${statement.exchange.toString(16).padStart(40, "0")}`;
    const words = `the statement is in the name of ${signer}: compare it with the address that the exchange announces`;
    list.notRun(name, words);
    return;
  }
  list.step(
    name,
    "the statement is in the exchange's name, for this chain and registry",
    "the statement is in the name of another exchange, or for another chain or registry: it does not bind this one",
    () => isHere && isOfBundle && known.every((one) => one === statement.exchange),
  );
}

async function checkSignature(
  list: Checklist,
  statement: AccountStatement,
  source: AttestationSource | undefined,
): Promise<void> {
  const { exchange, signature } = statement;
  const [success, failure] = [
    "the exchange signed every word of it",
    "the exchange did not sign this: something in it was changed, or somebody else signed. It proves nothing",
  ];
  let digest: bigint | undefined;
  try {
    digest = accountStatementDigest(statement);
  } catch {
    // Numbers that no signed message has room for.
  }
  if (digest === undefined || recoverSigner(digest, signature) === exchange) {
    list.step(SIGNATURE_STEP, success, failure, () => digest !== undefined);
    return;
  }
  const asked = digest;
  const ask = source?.contractSigned?.bind(source);
  if (ask === undefined) {
    const isByKey = signature.length === 132;
    if (isByKey) {
      const offline = `${failure}; should the exchange be a contract, name an endpoint, and it is asked`;
      list.step(SIGNATURE_STEP, success, offline, () => false);
    } else {
      const words =
        "the signature is a contract's, which only the chain can check: name an endpoint and the registry";
      list.notRun(SIGNATURE_STEP, words);
    }
    return;
  }
  await list.stepAsync(
    SIGNATURE_STEP,
    success,
    failure,
    async () => (await ask(exchange, asked, signature)) === true,
  );
}

function checkEpoch(
  list: Checklist,
  { epoch, snapshotTime }: AccountStatement,
  { bundle, attestations }: StatementContext,
  record: ChainsWord,
): void {
  const name = "statement's epoch";
  // The step of the holdings says that the two are of different epochs.
  if (bundle !== undefined && bundle.epoch !== epoch) return;
  if (attestations === undefined || record === undefined) {
    list.notRun(name, `give an endpoint and a registry to see what was attested for epoch ${epoch}`);
  } else if (record === null) {
    list.notRun(name, `epoch ${epoch} is not attested: nobody can be missing from it yet`);
  } else {
    list.step(
      name,
      `epoch ${epoch} is attested for the very moment of the statement: all accounts of that moment belong in it`,
      `the chain does not have epoch ${epoch} at the statement's moment: the statement can't be held against it`,
      () => {
        if ("failure" in record) throw new Error(record.failure);
        return record.snapshotTime === snapshotTime;
      },
    );
  }
}

function checkNames(
  list: Checklist,
  { holdings, descriptorHash }: AccountStatement,
  policy?: CompiledPolicy,
): void {
  const name = "statement's names";
  if (policy === undefined) {
    list.notRun(
      name,
      "give the epoch's policy files to check that the statement names things as the policy does",
    );
    return;
  }
  list.step(
    name,
    "the statement names assets and instruments as the policy does",
    "the statement is under another policy, or names a row otherwise than the policy does",
    () => {
      const rows = new Map(policy.rowTable.map((row) => [row.row, row]));
      return (
        policy.descriptorHash === descriptorHash &&
        holdings.every(({ row, symbol, side, decimals }) => {
          const named = rows.get(row);
          return (
            named !== undefined &&
            named.symbol === symbol &&
            SIDES[named.kind] === side &&
            named.decimals === decimals
          );
        })
      );
    },
  );
}

function checkHoldings(list: Checklist, statement: AccountStatement, bundle?: Bundle): void {
  const { epoch, snapshotTime } = statement;
  if (bundle === undefined) return;
  if (bundle.epoch !== epoch) {
    const when = epoch < bundle.epoch ? "an earlier" : "a later";
    list.notRun(
      HOLDINGS_STEP,
      `the statement is of ${when} epoch, ${epoch}: it says what you had then, not at the snapshot of epoch ${bundle.epoch}. Ask for the statement of that one`,
    );
    return;
  }
  list.step(
    MOMENT_STEP,
    "statement and bundle are of one moment and one policy",
    "statement and bundle name another time or another policy for one epoch: the exchange contradicts itself",
    () => bundle.snapshotTime === snapshotTime && bundle.descriptorHash === statement.descriptorHash,
  );
  list.step(
    HOLDINGS_STEP,
    "the statement has the same holdings as the bundle, to the last unit",
    "the exchange signed other holdings than it put into the bundle, for the same moment: keep both",
    () => sameHoldings(statement, bundle),
  );
}

function sameHoldings({ holdings }: AccountStatement, bundle: Bundle): boolean {
  const sums = new Map<number, bigint>();
  for (const { row, quantity } of bundle.holdings)
    if (quantity > 0n) sums.set(row, (sums.get(row) ?? 0n) + quantity);
  return (
    sums.size === holdings.length && holdings.every((stated) => sums.get(stated.row) === statedUnits(stated))
  );
}

/** In words, what a checked statement is good for, beside the report of the account's bundle where there is one. */
export function whatItProves(checked: Report, bundle: Report | undefined): string {
  const stated = outcomesOf(checked);
  if (stated.get(SIGNATURE_STEP) !== "passed") return WORDS.unsigned;
  const about = ["statement's account", "statement's exchange"].map((name) => stated.get(name));
  if (about.includes("failed")) return WORDS.another;
  if (stated.get("statement's exchange") === "not run") return WORDS.stranger;
  if (bundle === undefined) return WORDS.alone;
  if (stated.get(HOLDINGS_STEP) === "not run") return WORDS.otherEpoch;
  // Nobody signs a bundle: one that does not lead to the attested root may be made up by whoever shows it.
  const counted = outcomesOf(bundle);
  const isInRoot = ["batch", "epoch"].every((name) => counted.get(name) === "passed");
  if (!isInRoot || counted.get("attestation") === "failed") return `${WORDS.badBundle} ${WORDS.alone}`;
  if (checked.passed) return WORDS.agreement;
  // Policy files that whoever checks has named are not the exchange's word, unless they are those of the epoch.
  const contradicts = stated.get(HOLDINGS_STEP) === "failed" || stated.get(MOMENT_STEP) === "failed";
  if (!contradicts && counted.get("policy") !== "passed") return WORDS.otherPolicy;
  return counted.get("attestation") === "passed" ? WORDS.contradiction : WORDS.likelyContradiction;
}

function outcomesOf({ steps }: Report): ReadonlyMap<string, Step["outcome"]> {
  return new Map(steps.map(({ name, outcome }) => [name, outcome]));
}

const TO_WHOM = "It has your holdings in it, so choose to whom: an auditor, a regulator, a court.";
const CONTRADICTION =
  "The exchange signed one thing and put another into its proof. Statement and bundle together show that to anybody, without trusting you.";
const WORDS = Object.freeze({
  unsigned: "This statement proves nothing: nothing shows that the exchange signed it.",
  another: "This statement is signed, but not by this exchange about this account: it proves nothing here.",
  stranger:
    "This statement is signed by the address that it names itself. Whose that is, you must know from elsewhere.",
  alone:
    "The exchange signed that the account had this at that moment. Whether it was counted, a statement does not show: a bundle does. " +
    "Ask the exchange for the bundle of this epoch: if it counted you, it can give you one that passes its check, and has no excuse not to. " +
    `If it does not, show this statement. ${TO_WHOM}`,
  otherEpoch: "Statement and bundle are of different epochs: they can't be held against each other.",
  badBundle: "The bundle does not hold, and since nobody signs bundles, it proves nothing by itself.",
  otherPolicy:
    "The statement has the bundle's holdings; what failed is its comparison with policy files that are not the epoch's. Get those of the epoch.",
  contradiction: `${CONTRADICTION} ${TO_WHOM}`,
  likelyContradiction: `${CONTRADICTION} First check the bundle against the chain.`,
  agreement: "The exchange signed what it put into its proof.",
});
