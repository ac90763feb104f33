import "../../../verifier/web/src/no-eval.ts";
import { h } from "../../../verifier/web/src/dom.ts";
import { lookLikeReports } from "../../../verifier/web/src/look.ts";
import { readSettings } from "../../../verifier/web/src/settings.ts";
import { accountStep } from "./account-step.ts";
import { keyStep } from "./key-step.ts";
import { proofStep } from "./proof-step.ts";
import { sendStep } from "./send-step.ts";
import { Session } from "./session.ts";
import { STRINGS } from "./strings.ts";
import { whereStep } from "./where-step.ts";

// The page: a wallet and a vault, one's key, one's account, a proof, and its transaction.

const settings = await readSettings();
const session = new Session(() => shown());
const where = whereStep(session, settings);
const key = keyStep(session);
const account = accountStep(session);
const proof = proofStep(session);
const send = sendStep(session);
const page = document.getElementById("page")!;

lookLikeReports();
document.title = STRINGS.title;
page.append(
  h("h1", {}, STRINGS.title),
  h("p", {}, STRINGS.intro),
  h("p", {}, h("a", { href: "./index.html" }, STRINGS.back)),
  ...[where, key, account, proof, send].map(({ element }) => element),
  h(
    "section",
    {},
    h("h2", {}, STRINGS.limits.heading),
    h("ul", {}, ...STRINGS.limits.lines.map((line) => h("li", {}, line))),
  ),
);

let had: Partial<Record<"account" | "proof", unknown>> = {};

/** Opens the steps whose ground is there, and closes those whose ground is gone. */
function shown(): void {
  const now = { account: session.part("account"), proof: session.part("proof") };
  const hasPlace = session.part("place") !== undefined;
  key.open(hasPlace);
  account.open(session.part("identity") !== undefined);
  proof.open(now.account !== undefined);
  send.open(hasPlace);
  if (now.account !== had.account) proof.fill();
  if (now.proof !== had.proof) send.fill();
  had = now;
}
