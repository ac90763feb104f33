import type { Fetch } from "../../src/chain/json-rpc.ts";
import { STRINGS } from "./strings.ts";

let allowed: ReadonlySet<string> | undefined;

/**
 * From the first check on, the page may talk to these addresses only, and to its own: the browser holds it to that by a
 * policy of the document, which can be made stricter and never laxer. Throws for an address that is not among them.
 */
export function allowOnly(urls: readonly string[]): void {
  const origins = new Set(urls.map((url) => new URL(url).origin));
  if (allowed !== undefined) {
    if ([...origins].every((origin) => allowed?.has(origin))) return;
    throw new Error(STRINGS.settings.reload);
  }
  allowed = new Set([...origins, location.origin]);
  const meta = document.createElement("meta");
  meta.httpEquiv = "Content-Security-Policy";
  meta.content = `connect-src ${["'self'", ...origins].join(" ")}`;
  document.head.append(meta);
}

/** `fetch` for what the user named, and for nothing else. */
export const namedFetch: Fetch = (url, init) => {
  const { origin } = new URL(url, location.href);
  if (origin !== location.origin && allowed?.has(origin) !== true) {
    return Promise.reject(new Error(`${origin} was not named`));
  }
  return fetch(url, { credentials: "omit", referrerPolicy: "no-referrer", redirect: "error", ...init });
};
