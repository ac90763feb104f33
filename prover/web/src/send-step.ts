import {
  type SpendingProof,
  spendingProofFromJson,
  spendingProofToJson,
} from "@plimsoll/verifier/formats/spending-proof.ts";
import { formatUnits, getAddress } from "ethers";
import { field, h } from "../../../verifier/web/src/dom.ts";
import { sendCall } from "../../src/chain/sending.ts";
import { eventOf, SPENDING_EVENT, spendingCall } from "../../src/chain/vault.ts";
import type { VaultAsk } from "../../src/chain/vault-epoch.ts";
import { readNeeded, readToken } from "../../src/chain/vault-reads.ts";
import { addressOf } from "../../src/chain/vault-typed-data.ts";
import { PageError } from "./page-error.ts";
import { type PageStep, pageStep } from "./page-step.ts";
import type { Place, Session } from "./session.ts";
import { STRINGS } from "./strings.ts";
import { requireSame } from "./wallet.ts";

const WORDS = STRINGS.send;
/** A wallet's user raises the fee there: one transaction, and an hour's wait for its block. */
const PATIENCE = Object.freeze({ milliseconds: 3_600_000, attempts: 1 });
const ASKS: readonly string[] = ["withdraw", "exit", "claim"];

/** Sends a proof that was made above, signed by the operator where it has to be, or one from a file. */
export function sendStep(session: Session): PageStep & { fill(): void } {
  const file = h("input", { id: "signed", type: "file", accept: ".json,application/json" });
  const pasted = h("textarea", { id: "signed-text", class: "file", rows: "3", spellcheck: "false" });
  const button = h("button", { type: "button", id: "send", disabled: true }, WORDS.send);
  const ready = h("p", { id: "ready" });
  const result = h("div", { id: "sent" });
  let proof: SpendingProof | undefined;

  const take = async (text: string) => {
    hold(undefined);
    const given = spendingProofFromJson(text, WORDS.fileName);
    const place = session.need("place");
    requireHere(given, place);
    const own = session.part("proof");
    if (own !== undefined && withoutOrder(own) !== withoutOrder(given)) throw new PageError(WORDS.otherProof);
    await requireToken(given, place);
    hold(given);
    ready.textContent = await readyWords(given, place);
  };
  const hold = (one: SpendingProof | undefined) => {
    proof = one;
    button.disabled = one === undefined;
    ready.textContent = "";
  };
  const go = async () => {
    const place = session.need("place");
    const { wallet } = place;
    if (proof === undefined) throw new PageError(STRINGS.wait);
    const { use } = proof;
    requireHere(proof, place);
    if (
      use.for === "withdraw" &&
      proof.order === undefined &&
      place.vault.state.operator !== wallet.address
    ) {
      throw new PageError(WORDS.needsOrder);
    }
    await requireSame(wallet);
    result.replaceChildren();
    const call = await spendingCall(wallet.signer, proof);
    step.say(WORDS.trying);
    // The wallet compares the chain when it sends: it may have changed since it was asked.
    const { hash, blockNumber } = await sendCall({ ...call, chainId: wallet.chainId }, PATIENCE, (under) => {
      result.replaceChildren(h("p", {}, `${WORDS.under}: `, h("code", { id: "hash" }, under)));
      step.say(WORDS.waiting);
    });
    step.say(WORDS.mined(blockNumber));
    const event = await eventOf(wallet.provider, call.contract, hash, SPENDING_EVENT[use.for]);
    result.append(h("p", { class: "summary", id: "done" }, await doneWords(proof, event ?? {}, place)));
  };
  button.addEventListener("click", () => step.run(go));
  file.addEventListener("change", () => {
    const chosen = file.files?.[0];
    if (chosen !== undefined) step.run(async () => take(await chosen.text()));
  });
  const takeText = () => step.run(() => take(pasted.value));
  const step = pageStep({
    ...{ id: "step-send", heading: WORDS.heading, intro: WORDS.intro, result },
    content: [
      field(WORDS.file, WORDS.fileHint, file),
      h(
        "details",
        {},
        h("summary", {}, WORDS.paste),
        field(WORDS.paste, WORDS.pasteHint, pasted),
        h("p", {}, h("button", { type: "button", class: "quiet", click: takeText }, WORDS.take)),
      ),
      ready,
      h("p", {}, button),
    ],
  });
  /** A proof that was just made needs no file, unless the operator has to sign it. */
  const fill = () => {
    const own = session.part("proof");
    result.replaceChildren();
    step.say("");
    if (own === undefined) hold(undefined);
    else step.run(() => take(spendingProofToJson(own)));
  };
  return { ...step, fill };
}

function requireHere({ chainId, registry, ledger, use }: SpendingProof, { vault }: Place): void {
  if (!ASKS.includes(use.for)) throw new PageError(WORDS.notHere);
  const { state, address } = vault;
  const here =
    chainId === state.chainId && registry === BigInt(state.registry) && ledger === BigInt(state.ledger);
  if (!here || !("relay" in use) || use.vault !== BigInt(address)) throw new PageError(WORDS.otherVault);
}

/** The ledger reads the asset's number and the page shows the token: a file may name another. */
async function requireToken({ ledger, token, withdrawal }: SpendingProof, { wallet }: Place): Promise<void> {
  const { key, epoch, asset } = withdrawal;
  const at = { key, epoch, token: addressOf(token), extra: 0n };
  const needed = await readNeeded(wallet.provider, addressOf(ledger), at);
  if (needed.asset !== asset) throw new PageError(WORDS.otherToken);
}

function withoutOrder({ order: _, ...proof }: SpendingProof): string {
  return spendingProofToJson(proof);
}

async function readyWords({ use, withdrawal, token }: SpendingProof, place: Place): Promise<string> {
  const { symbol } = await readToken(place.wallet.provider, addressOf(token));
  return WORDS.ready(
    STRINGS.proof.purposes[use.for as VaultAsk].name,
    symbol,
    getAddress(addressOf(withdrawal.recipient)),
  );
}

async function doneWords(
  { use, token }: SpendingProof,
  event: Record<string, unknown>,
  { wallet }: Place,
): Promise<string> {
  const { symbol, decimals } = await readToken(wallet.provider, addressOf(token));
  const amount = (units: unknown) => `${formatUnits(BigInt((units ?? 0n) as bigint), decimals)} ${symbol}`;
  if (use.for === "withdraw") return WORDS.done.withdraw(amount(event.amount), `${event.recipient}`);
  if (use.for === "exit") return WORDS.done.exit(`${event.id}`, amount(event.owed));
  const { amount: claimed } = (event.claim ?? {}) as { readonly amount?: unknown };
  return WORDS.done.claim(`${event.id}`, amount(claimed));
}
