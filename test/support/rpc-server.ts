import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { LocalChain } from "./chain.ts";

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: unknown[];
}

/** A chain of this process as a JSON-RPC endpoint for others. `before` may act, or throw to lose a request's answer. */
export async function serveChain(
  { provider }: LocalChain,
  before: (method: string) => Promise<void> | void = () => {},
): Promise<{ url: string; close(): Promise<void> }> {
  const answer = async ({ id, method, params }: Request) => {
    await before(method);
    try {
      return { jsonrpc: "2.0", id, result: await provider.send(method, params) };
    } catch (error) {
      const { code, message, data } = error as { code?: number; message: string; data?: unknown };
      return { jsonrpc: "2.0", id, error: { code: code ?? -32603, message, data } };
    }
  };
  const server = createServer(async (request, response) => {
    try {
      const body = JSON.parse(await textOf(request)) as Request | Request[];
      const result = Array.isArray(body) ? await Promise.all(body.map(answer)) : await answer(body);
      response.setHeader("content-type", "application/json").end(JSON.stringify(result));
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
