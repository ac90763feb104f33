import { field, h } from "../../../verifier/web/src/dom.ts";
import { download } from "../../../verifier/web/src/evidence.ts";
import { registrationToJson, signRegistration } from "../../src/owner/registration.ts";
import { PageError } from "./page-error.ts";
import { formOf } from "./page-step.ts";
import type { Session } from "./session.ts";
import { STRINGS } from "./strings.ts";
import { requireSame } from "./wallet.ts";

const WORDS = STRINGS.key;
const LONGEST_ID = 128;

/** What tells the exchange that an owner is this user's. Nothing in it is secret. */
export function registrationForm(session: Session, run: (act: () => Promise<void>) => void): HTMLElement {
  const exchange = h("input", { id: "exchange-id", autocomplete: "off", spellcheck: "false" });
  const user = h("input", { id: "user-id", autocomplete: "off", spellcheck: "false" });
  const result = h("div");
  const act = async () => {
    const { wallet } = session.need("place");
    const { chainId, registry, owner } = session.need("identity");
    const [exchangeId, userId] = [exchange.value.trim(), user.value.trim()];
    if ([exchangeId, userId].some(({ length }) => length < 1 || length > LONGEST_ID)) {
      throw new PageError(WORDS.unnamed);
    }
    await requireSame(wallet);
    const issuedAt = BigInt(Math.floor(Date.now() / 1000));
    const about = { chainId, registry, exchangeId, userId, owner, issuedAt };
    const text = registrationToJson(await signRegistration(wallet.signer, about));
    const shown = h("textarea", { id: "registration", class: "file", rows: "12", readonly: true });
    shown.value = text;
    const save = () => download(WORDS.registrationName, text);
    result.replaceChildren(
      h("label", { for: "registration" }, WORDS.registration),
      shown,
      h("p", {}, h("button", { type: "button", class: "quiet", click: save }, WORDS.save)),
    );
  };
  return h(
    "details",
    {},
    h("summary", {}, WORDS.register),
    h("p", { class: "hint" }, WORDS.registerIntro),
    formOf(
      WORDS.sign,
      () => run(act),
      field(WORDS.exchange, WORDS.exchangeHint, exchange),
      field(WORDS.user, WORDS.userHint, user),
    ),
    result,
  );
}
