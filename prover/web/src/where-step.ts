import { field, h } from "../../../verifier/web/src/dom.ts";
import { endpointsOf } from "../../../verifier/web/src/form.ts";
import { allowOnly } from "../../../verifier/web/src/network.ts";
import type { Settings } from "../../../verifier/web/src/settings.ts";
import { parseAddress } from "../../src/chain/address.ts";
import { PageError } from "./page-error.ts";
import { formOf, type PageStep, pageStep } from "./page-step.ts";
import type { Place, Session } from "./session.ts";
import { STRINGS } from "./strings.ts";
import { vaultHere } from "./vault-here.ts";
import { connect, type InjectedWallet, wallets } from "./wallet.ts";

const WORDS = STRINGS.where;

/** Which wallet, and which vault on its chain. */
export function whereStep(session: Session, settings: Settings): PageStep {
  const vault = h("input", { id: "vault", autocomplete: "off", spellcheck: "false" });
  vault.value = settings.vault;
  const endpoints = h("textarea", { id: "endpoints", rows: "2", spellcheck: "false" });
  endpoints.value = settings.endpoints.join("\n");
  const wallet = h("select", { id: "wallet" });
  const chooser = field(STRINGS.wallet.choose, STRINGS.wallet.chooseHint, wallet);
  chooser.hidden = true;
  const result = h("div");
  let found: readonly InjectedWallet[] = [];
  const look = async () => {
    found = await wallets();
    wallet.replaceChildren(...found.map(({ name }, i) => h("option", { value: `${i}` }, name)));
    chooser.hidden = found.length < 2;
  };
  const looked = look();

  const act = () => step.run(go);
  const go = async () => {
    session.forget("place");
    result.replaceChildren();
    const { turn } = session;
    const address = parseAddress(vault.value.trim());
    if (address === undefined) throw new PageError(WORDS.badVault);
    const more = endpointsOf(endpoints.value);
    // From here on the browser lets the page ask nobody but these, and its own host.
    allowOnly(more);
    await looked;
    // A wallet may have come, or been unlocked, since the page was opened.
    if (found.length === 0) await look();
    const chosen = found[Number(wallet.value)];
    if (chosen === undefined) throw new PageError(STRINGS.wallet.none);
    const connected = await connect(chosen, () => {
      if (session.part("place")?.wallet !== connected) return;
      session.forget("place");
      result.replaceChildren();
      step.say(STRINGS.superseded);
    });
    const expected = settings.chainId === "" ? undefined : BigInt(settings.chainId);
    const place = {
      wallet: connected,
      vault: await vaultHere(connected, address, expected),
      endpoints: more,
    };
    session.keep(turn, "place", place);
    result.replaceChildren(facts(place));
  };
  const step = pageStep({
    ...{ id: "step-where", heading: WORDS.heading, intro: WORDS.intro, result },
    content: [
      formOf(
        WORDS.connect,
        act,
        field(WORDS.vault, WORDS.vaultHint, vault),
        field(WORDS.endpoints, WORDS.endpointsHint, endpoints),
        chooser,
      ),
    ],
  });
  step.open(true);
  return step;
}

function facts({ wallet, vault: { address, state } }: Place): HTMLElement {
  const lines: [string, string][] = [
    [WORDS.facts.account, `${wallet.address} (${wallet.name})`],
    [WORDS.facts.chain, `${wallet.chainId}`],
    [WORDS.facts.vault, address],
    [WORDS.facts.registry, state.registry],
    [WORDS.facts.state, state.escape === undefined ? WORDS.open : WORDS.frozen(state.escape.epoch)],
  ];
  return h(
    "dl",
    { class: "facts", id: "place" },
    ...lines.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}
