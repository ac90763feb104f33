import { walletSecret } from "@plimsoll/verifier/owner/wallet-secret.ts";
import { toBeHex } from "ethers";
import { field, h } from "../../../verifier/web/src/dom.ts";
import { download } from "../../../verifier/web/src/evidence.ts";
import {
  type Identity,
  identityOf,
  randomSecret,
  SHORTEST_PASSPHRASE,
  sealIdentity,
  unsealIdentity,
} from "../../src/owner/identity.ts";
import { signerOf } from "../../src/owner/registration.ts";
import { PageError } from "./page-error.ts";
import { fieldset, formOf, type PageStep, pageStep } from "./page-step.ts";
import { registrationForm } from "./registration-form.ts";
import type { Place, Session } from "./session.ts";
import { STRINGS } from "./strings.ts";
import { requireSame } from "./wallet.ts";

const WORDS = STRINGS.key;

/** The owner's key: from the wallet, from a file, or new. */
export function keyStep(session: Session): PageStep {
  const result = h("div", { id: "key" });
  const take = (make: (place: Place) => Promise<Identity>) => () =>
    step.run(async () => {
      const { turn } = session;
      const place = session.need("place");
      const identity = await make(place);
      session.keep(turn, "identity", identity);
      result.replaceChildren(
        ...keyView(identity),
        registrationForm(session, (act) => step.run(act)),
      );
    });
  const step = pageStep({
    ...{ id: "step-key", heading: WORDS.heading, intro: WORDS.intro, result },
    content: [walletPart(take), filePart(take), freshPart(take)],
  });
  return step;
}

type Take = (make: (place: Place) => Promise<Identity>) => () => void;

const homeOf = ({ vault: { state } }: Place) => ({
  chainId: state.chainId,
  registry: BigInt(state.registry),
});

function walletPart(take: Take): HTMLElement {
  const number = h("input", { id: "number", inputmode: "numeric", autocomplete: "off" });
  number.value = "0";
  const act = take(async (place) => {
    if (!/^\d{1,10}$/.test(number.value) || Number(number.value) >= 2 ** 32)
      throw new PageError(WORDS.badNumber);
    await requireSame(place.wallet);
    const secret = await walletSecret(signerOf(place.wallet.signer), homeOf(place), Number(number.value));
    return identityOf(secret, homeOf(place), "wallet");
  });
  return fieldset(
    WORDS.wallet,
    h("p", { class: "hint" }, WORDS.walletIntro),
    formOf(WORDS.fromWallet, act, field(WORDS.number, WORDS.numberHint, number)),
  );
}

function filePart(take: Take): HTMLElement {
  const file = h("input", { id: "key-file", type: "file", accept: ".json,application/json" });
  const passphrase = h("input", { id: "passphrase", type: "password", autocomplete: "off" });
  const act = take(async (place) => {
    const chosen = file.files?.[0];
    if (chosen === undefined) throw new PageError(WORDS.noFile);
    const identity = await unsealIdentity(await chosen.text(), passphrase.value, WORDS.fileName);
    passphrase.value = "";
    const home = homeOf(place);
    if (identity.chainId !== home.chainId || identity.registry !== home.registry) {
      throw new PageError(WORDS.elsewhere);
    }
    return identity;
  });
  return fieldset(
    WORDS.file,
    h("p", { class: "hint" }, WORDS.fileIntro),
    formOf(
      WORDS.open,
      act,
      h("div", { class: "field" }, h("label", { for: "key-file" }, WORDS.choose), file),
      field(WORDS.passphrase, WORDS.passphraseHint, passphrase),
    ),
  );
}

function freshPart(take: Take): HTMLElement {
  const passphrase = h("input", { id: "new-passphrase", type: "password", autocomplete: "new-password" });
  const again = h("input", { id: "new-passphrase-again", type: "password", autocomplete: "new-password" });
  const act = take(async (place) => {
    if (passphrase.value.length < SHORTEST_PASSPHRASE) throw new PageError(WORDS.short(SHORTEST_PASSPHRASE));
    if (passphrase.value !== again.value) throw new PageError(WORDS.different);
    const identity = identityOf(randomSecret(), homeOf(place), "random");
    download(WORDS.fileOf(toBeHex(identity.owner, 32)), await sealIdentity(identity, passphrase.value));
    [passphrase.value, again.value] = ["", ""];
    return identity;
  });
  return h(
    "details",
    {},
    h("summary", {}, WORDS.fresh),
    h("p", { class: "hint" }, WORDS.freshIntro),
    formOf(
      WORDS.make,
      act,
      field(WORDS.newPassphrase, WORDS.newPassphraseHint(SHORTEST_PASSPHRASE), passphrase),
      field(WORDS.again, WORDS.againHint, again),
    ),
  );
}

function keyView({ owner, source }: Identity): HTMLElement[] {
  return [
    h("p", { class: "summary" }, WORDS.here[source]),
    h("p", {}, `${WORDS.ownerIs}: `, h("code", { id: "owner" }, toBeHex(owner, 32))),
  ];
}
