import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isIPv6 } from "node:net";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import sirv from "sirv";
import { TOKEN, tokenDigest } from "./link.ts";
import { paddedBundle, paddedStatement, type Shelf, type ShelvedBundle } from "./shelf.ts";

export interface ServiceOptions {
  readonly shelves: readonly Shelf[];
  /** Folder of the page that checks bundles. */
  readonly page?: string;
  /** Most requests of one address in a second. */
  readonly requestsPerSecond: number;
  /** Most wrong links of one address in a minute. */
  readonly missesPerMinute: number;
  /** Header in which the proxy in front says whose request it is; without one, the connection's address counts. */
  readonly addressHeader?: string;
  /** A line for each request. It never has a token, an account or an address in it. */
  readonly log: (line: string) => void;
}

/** Nobody holds a connection by sending or reading slowly: milliseconds, and most connections at once. */
const LIMITS = Object.freeze({ headers: 10_000, request: 15_000, idle: 30_000, connections: 10_000 });

/** What everybody may know of a service. */
const HEALTH = JSON.stringify({ status: "ok" });

/**
 * Serves bundles, and signed statements beside them, to whoever has their link, the page that checks them, and `/health`. Nothing is listed; a link that is
 * wrong and one that is malformed get the same answer; how long the answer takes says nothing of any token, since what
 * is looked for is its hash.
 */
export function bundleService(options: ServiceOptions): Server {
  const { shelves, requestsPerSecond, missesPerMinute, addressHeader, log } = options;
  const found = new Map<string, { readonly bundle: ShelvedBundle; readonly shelf: Shelf }>();
  for (const shelf of shelves) {
    for (const bundle of shelf.bundles) found.set(tokenDigest(bundle.token), { bundle, shelf });
  }
  const requests = new RateLimiterMemory({ points: requestsPerSecond, duration: 1 });
  const misses = new RateLimiterMemory({ points: missesPerMinute, duration: 60 });
  const page = options.page === undefined ? undefined : sirv(options.page, { etag: true });

  /** Name of what was asked for, and what was answered. */
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<[string, number]> => {
    const address = addressOf(request, addressHeader);
    if (request.method !== "GET" && request.method !== "HEAD")
      return ["?", text(request, response, 405, "GET only")];
    const path = request.url?.split("?", 1)[0] ?? "";
    if (path === "/health") return ["/health", json(request, response, Buffer.from(HEALTH))];
    await requests.consume(address);
    const [, what, token] = /^\/([bs])\/(.*)\.json$/.exec(path) ?? [];
    if (token === undefined) {
      if (page === undefined) return ["/", text(request, response, 404, "nothing here")];
      await new Promise<void>((settle) => {
        response.on("close", settle);
        page(request, response, () => {
          text(request, response, 404, "nothing here");
        });
      });
      return ["/", response.statusCode];
    }
    const limit = await misses.get(address);
    if (limit !== null && limit.consumedPoints >= missesPerMinute) throw limit;
    const hit = TOKEN.test(token) ? found.get(tokenDigest(token)) : undefined;
    const read = what === "b" ? paddedBundle : paddedStatement;
    const file = hit && (await read(hit.bundle, hit.shelf));
    if (file !== undefined) return [`/${what}`, json(request, response, file)];
    await misses.consume(address);
    return [`/${what}`, text(request, response, 404, "nothing under this link: ask your exchange for yours")];
  };

  const limits = {
    ...{ headersTimeout: LIMITS.headers, requestTimeout: LIMITS.request, keepAliveTimeout: 5_000 },
    ...{ connectionsCheckingInterval: 2_000, maxHeaderSize: 8_192 },
  };
  const server = createServer(limits, (request, response) => {
    const from = performance.now();
    answer(request, response)
      .catch((error: unknown): [string, number] => {
        if (!(error instanceof RateLimiterRes)) return ["?", text(request, response, 500, "try again later")];
        response.setHeader("Retry-After", Math.ceil(error.msBeforeNext / 1000));
        return ["?", text(request, response, 429, "too many requests: try again later")];
      })
      .then(([what, status]) => log(`${what} ${status} ${Math.round(performance.now() - from)} ms`));
  });
  server.setTimeout(LIMITS.idle);
  server.maxConnections = LIMITS.connections;
  return server;
}

function addressOf(request: IncomingMessage, header: string | undefined): string {
  const named = header === undefined ? undefined : request.headers[header.toLowerCase()];
  // A proxy appends whom it saw; what stands before that, the client may have made up.
  const last = (Array.isArray(named) ? named.at(-1) : named)?.split(",").at(-1)?.trim();
  return network(last || (request.socket.remoteAddress ?? ""));
}

/** One customer has a whole /64 of IPv6 addresses, so that is what is counted; anything else counts as it is. */
function network(address: string): string {
  if (!isIPv6(address) || address.includes(".")) return address;
  const [front = "", back] = address.split("%", 1)[0]!.split("::", 2);
  const groups = (text: string) => (text === "" ? [] : text.split(":"));
  const [first, last] = [groups(front), groups(back ?? "")];
  const zeros = back === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...Array<string>(zeros).fill("0"), ...last]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}

function json(request: IncomingMessage, response: ServerResponse, body: Buffer): number {
  return send(request, response, 200, "application/json", body);
}

function text(request: IncomingMessage, response: ServerResponse, status: number, words: string): number {
  return send(request, response, status, "text/plain; charset=utf-8", Buffer.from(`${words}\n`));
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  body: Buffer,
): number {
  if (response.headersSent) return response.statusCode;
  response.writeHead(status, {
    "Content-Type": type,
    "Content-Length": body.length,
    // A bundle is for one person, and its link must not travel on.
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    // The page may stand on another host; only who knows the link has anything to ask for.
    "Access-Control-Allow-Origin": "*",
  });
  response.end(request.method === "HEAD" ? undefined : body);
  return status;
}
