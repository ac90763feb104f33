import { jsonRpc } from "@plimsoll/verifier/chain/json-rpc.ts";
import { registrySource } from "@plimsoll/verifier/chain/registry-source.ts";
import { checkBundle } from "@plimsoll/verifier/check/bundle.ts";
import { formatQuantity } from "@plimsoll/verifier/encodings/quantity.ts";
import { type Bundle, bundleFromJson } from "@plimsoll/verifier/formats/bundle.ts";
import { h } from "../../../verifier/web/src/dom.ts";
import { LARGEST_BUNDLE } from "../../../verifier/web/src/limits.ts";
import { askedFetch } from "../../../verifier/web/src/network.ts";
import { stepsView } from "../../../verifier/web/src/steps-view.ts";
import { STRINGS as CHECK } from "../../../verifier/web/src/strings.ts";
import { readAttestation } from "../../src/chain/registry.ts";
import { PageError } from "./page-error.ts";
import { type PageStep, pageStep } from "./page-step.ts";
import type { OwnAccount, Place, Session } from "./session.ts";
import { STRINGS } from "./strings.ts";
import { walletEndpoint } from "./wallet-endpoint.ts";
import { withdrawables } from "./withdrawables.ts";

const WORDS = STRINGS.account;
/** Free collateral is in 10^-6 of the quote currency. */
const FREE_DECIMALS = 6;

/** The user's bundle: fits together, is attested, and is owned by her key. */
export function accountStep(session: Session): PageStep {
  const chooser = h("input", { id: "bundle", type: "file", accept: ".json,application/json" });
  const result = h("div", { id: "account" });
  const take = async (file: File) => {
    session.forget("account");
    result.replaceChildren();
    const { turn } = session;
    const place = session.need("place");
    const { secret } = session.need("identity");
    if (file.size > LARGEST_BUNDLE) throw new PageError(CHECK.bundle.tooLarge(Math.round(file.size / 1e6)));
    const bundle = parsed(await file.text());
    const { registry, chainId } = place.vault.state;
    if (bundle.chainId !== chainId || bundle.registry !== BigInt(registry)) {
      throw new PageError(WORDS.otherPlace);
    }
    if (bundle.owner === 0n) throw new PageError(WORDS.noOwner);
    const report = await checkBundle(bundle, { own: { secret }, attestations: await sourceOf(place) });
    result.replaceChildren(stepsView(report.steps));
    const failed = report.steps.filter(({ outcome }) => outcome === "failed").map(({ name }) => name);
    if (failed.includes("owner")) throw new PageError(WORDS.otherOwner);
    if (failed.length > 0) throw new PageError(WORDS.failed);
    const { provider } = place.wallet;
    const [newest, tokens] = await Promise.all([
      readAttestation(provider, registry).then((latest) => latest?.epoch),
      withdrawables(provider, registry, bundle),
    ]);
    const account = { bundle, newest, tokens };
    session.keep(turn, "account", account);
    result.replaceChildren(...accountView(account), stepsView(report.steps));
  };
  const start = (file: File | undefined) => {
    if (file !== undefined) step.run(() => take(file));
  };
  chooser.addEventListener("change", () => start(chooser.files?.[0]));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    if (session.part("identity") !== undefined) start(event.dataTransfer?.files[0]);
  });
  const step = pageStep({
    ...{ id: "step-account", heading: WORDS.heading, intro: WORDS.intro, result },
    content: [h("div", { class: "field" }, h("label", { for: "bundle" }, WORDS.choose), chooser)],
  });
  return step;
}

function parsed(text: string): Bundle {
  try {
    return bundleFromJson(text, "the file");
  } catch (error) {
    throw new PageError(CHECK.bundle.notABundle(error instanceof Error ? error.message : String(error)));
  }
}

/** The wallet's endpoint and the named ones: they must tell the same. */
function sourceOf({ wallet, vault, endpoints }: Place) {
  const others = endpoints.map((url) => jsonRpc(url, askedFetch));
  return registrySource([walletEndpoint(wallet.injected), ...others], BigInt(vault.state.registry));
}

function accountView({ bundle, newest }: OwnAccount): HTMLElement[] {
  const { userId, exchangeId, epoch, snapshotTime, under, free } = bundle;
  const time = new Date(Number(snapshotTime) * 1000).toISOString().replace(/\.000Z$/, "Z");
  const age =
    newest === undefined || newest === epoch
      ? h("p", {}, WORDS.newest)
      : h("p", { class: "light" }, WORDS.older(epoch, newest));
  return [
    h("p", { class: "summary" }, WORDS.usable),
    h("p", {}, CHECK.bundle.of(userId, exchangeId, epoch, time)),
    age,
    h("p", {}, WORDS.free(`${under === 1 ? "-" : ""}${formatQuantity(free, FREE_DECIMALS)}`)),
  ];
}
