import { ChainError } from "./error.ts";

/** One endpoint of a chain: over HTTP by `jsonRpc`, or whatever else answers, a wallet for instance. */
export interface Endpoint {
  /** What it is called in words: host and scheme, since keys stand in the rest of an address. */
  readonly name: string;
  /** The answer to a JSON-RPC request. Throws CallReverted for a call that reverts, ChainError in words for whatever else went wrong. */
  ask(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** What `fetch` is for an endpoint: a page passes one that names where it may go. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The chain answered that a call reverts: data as 0x hex, "0x" where the endpoint keeps it back. */
export class CallReverted extends ChainError {
  readonly data: string;

  constructor(endpoint: string, data: string) {
    super(`${endpoint}: the contract refuses this call`);
    this.name = "CallReverted";
    this.data = data;
  }
}

/** How long an endpoint may take for one answer, in milliseconds. */
const PATIENCE = 20_000;

/** An endpoint that speaks JSON-RPC 2.0. */
export function jsonRpc(url: string, send: Fetch = fetch): Endpoint {
  let id = 0;
  const name = endpointName(url);
  return {
    name,
    ask: async (method, params) => {
      const body = JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params });
      const response = await answered(name, () =>
        send(url, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body,
          // Nothing but the question goes out: no cookies, and not where the page stands.
          ...{ credentials: "omit", referrerPolicy: "no-referrer", signal: AbortSignal.timeout(PATIENCE) },
        }),
      );
      const answer = await answered(name, () => response.json() as Promise<RpcAnswer>);
      if (answer.error !== undefined) throw refusal(name, answer.error);
      if (!("result" in answer))
        throw new ChainError(`${name}: expected an answer to ${method}, came another text`);
      return answer.result;
    },
  };
}

/** The part of an endpoint's address that may be shown to others. */
export function endpointName(url: string): string {
  return new URL(url).origin;
}

interface RpcAnswer {
  readonly result?: unknown;
  readonly error?: { readonly code?: number; readonly message?: string; readonly data?: unknown };
}

async function answered<T>(endpoint: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const why = error instanceof Error && error.name === "TimeoutError" ? "no answer in time" : "no answer";
    throw new ChainError(`${endpoint}: ${why}: check the address and your connection`, { cause: error });
  }
}

/** What an endpoint's error means: CallReverted where the contract refuses, ChainError for anything else. */
export function refusal(endpoint: string, error: NonNullable<RpcAnswer["error"]>): ChainError {
  const data = revertData(error.data);
  // Codes and places differ from one node to the next; a revert has code 3, or data, or says so.
  if (data !== undefined || error.code === 3 || /revert/i.test(error.message ?? "")) {
    return new CallReverted(endpoint, data ?? "0x");
  }
  return new ChainError(
    `${endpoint}: the endpoint refuses: ${(error.message ?? "without a reason").slice(0, 200)}`,
  );
}

function revertData(data: unknown): string | undefined {
  if (typeof data === "string" && /^0x([0-9a-f]{2})+$/i.test(data)) return data;
  if (typeof data === "object" && data !== null && "data" in data) return revertData(data.data);
  return undefined;
}
