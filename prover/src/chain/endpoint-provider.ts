import { type JsonRpcPayload, JsonRpcProvider, type JsonRpcResult } from "ethers";

/** An endpoint that did not answer as JSON-RPC does. Names its scheme and host: keys stand in the rest of an address. */
export class EndpointError extends Error {
  readonly code = "ENDPOINT";
  readonly retryable = true;

  constructor(origin: string, came: string, options?: ErrorOptions) {
    super(`${origin}: expected an answer of JSON-RPC, came ${came}`, options);
    this.name = "EndpointError";
  }
}

/** As ethers has it, but for errors: ethers writes an endpoint's whole address into their messages, which people pass on. */
export class EndpointProvider extends JsonRpcProvider {
  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    try {
      return await super._send(payload);
    } catch (cause) {
      const { shortMessage, code } = cause as { shortMessage?: string; code?: string };
      const { origin } = new URL(this._getConnection().url);
      throw new EndpointError(origin, shortMessage ?? code ?? "none", { cause });
    }
  }
}
