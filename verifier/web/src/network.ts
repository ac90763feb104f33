import type { Fetch } from "../../src/chain/json-rpc.ts";
import { STRINGS } from "./strings.ts";

let allowed: ReadonlySet<string> | undefined;

/**
 * From the first check on, the page may talk to these addresses only, and to its own: the browser holds it to that by a
 * policy of the document, which can be made stricter and never laxer. Throws for an address that is not among them.
 */
export function allowOnly(urls: readonly string[]): void {
  const origins = new Set(urls.map(originOf));
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

/**
 * The origin of an address on the web. Throws an Error in words for any other (`data:`, `blob:`, `javascript:`), and for a
 * host with signs that mean something in a Content-Security-Policy: "https://*" would name every host.
 */
function originOf(address: string): string {
  const { protocol, host, origin } = new URL(address);
  if (/^https?:$/.test(protocol) && /^[a-z0-9.:[\]_-]+$/.test(host)) return origin;
  throw new Error(STRINGS.settings.badAddress(address.slice(0, 100)));
}

/** Longest silence of a host that is sending something, in milliseconds. */
const PATIENCE = 30_000;

/**
 * What stands at an address that the user named, of at most `most` bytes: whatever a host sends, it fills no memory and keeps
 * nobody waiting for ever. Undefined where there is nothing, or too much.
 */
export async function namedBytes(url: string, most: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), PATIENCE);
  try {
    const response = await namedFetch(url, { signal: abort.signal });
    if (!response.ok) return undefined;
    return await bounded(response, most, () => {
      clearTimeout(timer);
      timer = setTimeout(() => abort.abort(), PATIENCE);
    });
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

/** Most bytes of an answer to a JSON-RPC request: those of a registry have less than a hundredth. */
const LARGEST_ANSWER = 1 << 20;

/** `namedFetch` for questions to a chain: answers are bounded. */
export const askedFetch: Fetch = async (url, init) => {
  const response = await namedFetch(url, init);
  const { status, headers } = response;
  return new Response(await bounded(response, LARGEST_ANSWER), { status, headers });
};

async function bounded(
  response: Response,
  most: number,
  heard: () => void = () => {},
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    heard();
    size += next.value.length;
    if (size > most) {
      void reader?.cancel();
      throw new Error(`more than ${most} bytes`);
    }
    parts.push(next.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** `fetch` for what the user named, and for nothing else. */
export const namedFetch: Fetch = (url, init) => {
  const { origin } = new URL(url, location.href);
  if (origin !== location.origin && allowed?.has(origin) !== true) {
    return Promise.reject(new Error(`${origin} was not named`));
  }
  return fetch(url, { credentials: "omit", referrerPolicy: "no-referrer", redirect: "error", ...init });
};
