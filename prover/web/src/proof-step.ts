import { spendingProofToJson } from "@plimsoll/verifier/formats/spending-proof.ts";
import { openBundle } from "@plimsoll/verifier/withdrawal/opening.ts";
import { withdrawalSignals } from "@plimsoll/verifier/withdrawal/statement.ts";
import { NO_RELAY } from "@plimsoll/verifier/withdrawal/vault-context.ts";
import { getAddress } from "ethers";
import { field, h } from "../../../verifier/web/src/dom.ts";
import { download } from "../../../verifier/web/src/evidence.ts";
import { parseAddress } from "../../src/chain/address.ts";
import { parseAmount } from "../../src/chain/amount.ts";
import { epochFault, type VaultAsk } from "../../src/chain/vault-epoch.ts";
import { placeOfVault, readNeeded, readPaidSince, readPledged } from "../../src/chain/vault-reads.ts";
import { addressOf } from "../../src/chain/vault-typed-data.ts";
import { keyOfBundle, requestOf, type SpendingWish } from "../../src/withdrawal/spending-proof.ts";
import { askProver } from "./ask-prover.ts";
import { PageError } from "./page-error.ts";
import { fieldset, formOf, type PageStep, pageStep } from "./page-step.ts";
import type { MadeProof } from "./protocol.ts";
import type { Session, Withdrawable } from "./session.ts";
import { type ShownAmount, shownAmount } from "./shown-amount.ts";
import { STRINGS } from "./strings.ts";

const WORDS = STRINGS.proof;

/** What is asked for, and its proof. */
export function proofStep(session: Session): PageStep & { fill(): void } {
  const radio = (ask: VaultAsk) =>
    h("input", { type: "radio", name: "purpose", id: `ask-${ask}`, value: ask });
  const radios = (["withdraw", "exit", "claim"] as const).map((ask) => radio(ask));
  const choices = radios.map((input) => {
    const { name, means } = WORDS.purposes[input.value as VaultAsk];
    return h("div", {}, input, " ", h("label", { for: input.id }, `${name}: ${means}`));
  });
  const token = h("select", { id: "token" });
  const amount = h("input", { id: "amount", inputmode: "decimal", autocomplete: "off" });
  const to = h("input", { id: "to", autocomplete: "off", spellcheck: "false" });
  const bar = h("progress", { hidden: true, "aria-label": WORDS.make });
  const result = h("div", { id: "proof" });

  const wishOf = async () => {
    const { wallet, vault } = session.need("place");
    const { bundle, newest, tokens } = session.need("account");
    const ask = radios.find(({ checked }) => checked)?.value as VaultAsk;
    const fault = epochFault(ask, vault.state, newest, bundle.epoch);
    if (fault !== undefined) throw new PageError(WORDS.epoch[fault]);
    const chosen = tokens[Number(token.value)];
    if (chosen === undefined) throw new PageError(WORDS.noTokens);
    const extra = parseAmount(amount.value.trim(), chosen.decimals);
    if (extra === undefined || extra === 0n) {
      throw new PageError(WORDS.badAmount(chosen.symbol, chosen.decimals));
    }
    const recipient = parseAddress(to.value.trim());
    if (recipient === undefined) throw new PageError(WORDS.badAddress);
    const { ledger } = vault.state;
    const about = { key: keyOfBundle(bundle), epoch: bundle.epoch, token: chosen.token };
    const { provider } = wallet;
    const [needed, paid, pledged] = await Promise.all([
      readNeeded(provider, ledger, { ...about, extra }),
      readPaidSince(provider, ledger, about.key, about.token, about.epoch),
      readPledged(provider, ledger, about.key, about.token),
    ]);
    const shown = shownAmount(bundle, chosen, needed, { asked: extra, paid, pledged });
    const wish: SpendingWish = {
      at: placeOfVault(vault.state),
      use: { for: ask, vault: BigInt(vault.address), relay: NO_RELAY },
      recipient: BigInt(recipient),
      token: BigInt(chosen.token),
      needed,
    };
    return { bundle, wish, shown };
  };

  const go = async () => {
    session.forget("proof");
    result.replaceChildren();
    const { turn } = session;
    const { secret } = session.need("identity");
    const { bundle, wish, shown } = await wishOf();
    // What the account may not have is refused before anything is fetched or proved.
    withdrawalSignals(openBundle(bundle, secret), requestOf(bundle, wish));
    const from = performance.now();
    bar.hidden = false;
    try {
      const made = await askProver({ bundle, secret, wish }, (words) => step.say(words));
      session.keep(turn, "proof", made.proof);
      step.say("");
      const seconds = ((performance.now() - from) / 1000).toFixed(1);
      result.replaceChildren(...proofView(made, shown, seconds));
    } finally {
      bar.hidden = true;
    }
  };

  const step = pageStep({
    ...{ id: "step-proof", heading: WORDS.heading, intro: WORDS.intro, result },
    content: [
      formOf(
        WORDS.make,
        () => step.run(go),
        fieldset(WORDS.purpose, ...choices),
        field(WORDS.token, WORDS.tokenHint, token),
        field(WORDS.amount, WORDS.amountHint, amount),
        field(WORDS.to, WORDS.toHint, to),
      ),
      bar,
    ],
  });
  const fill = () => {
    const frozen = session.part("place")?.vault.state.escape !== undefined;
    for (const [i, input] of radios.entries()) {
      choices[i]!.hidden = (input.value === "claim") !== frozen;
      input.checked = input.value === (frozen ? "claim" : "withdraw");
    }
    const tokens = session.part("account")?.tokens ?? [];
    token.replaceChildren(...tokens.map(optionOf));
    to.value = session.part("place")?.wallet.address ?? "";
  };
  return { ...step, fill };
}

function optionOf({ symbol, token }: Withdrawable, i: number): HTMLElement {
  return h("option", { value: `${i}` }, `${symbol} (${token})`);
}

function proofView(
  { proof, development, slowly }: MadeProof,
  shown: ShownAmount,
  seconds: string,
): HTMLElement[] {
  const file = WORDS.fileName(proof.use.for, proof.withdrawal.epoch);
  const save = () => download(file, spendingProofToJson(proof));
  return [
    h("p", { class: "summary" }, WORDS.made(seconds)),
    h("p", {}, WORDS.shows(shown, getAddress(addressOf(proof.withdrawal.recipient)))),
    ...(slowly === undefined ? [] : [h("p", { class: "hint" }, WORDS.slowly(slowly))]),
    ...(development ? [h("p", { class: "light" }, WORDS.development)] : []),
    ...(proof.use.for === "withdraw" ? [h("p", {}, WORDS.sign(file))] : []),
    h("p", {}, h("button", { type: "button", class: "quiet", id: "save-proof", click: save }, WORDS.save)),
  ];
}
