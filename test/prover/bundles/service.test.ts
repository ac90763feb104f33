import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { bundleToken, TOKEN } from "../../../prover/src/bundles/link.ts";
import { bundleService, type ServiceOptions } from "../../../prover/src/bundles/service.ts";
import type { Shelf } from "../../../prover/src/bundles/shelf.ts";

const SECRET = new Uint8Array(32).fill(7);
const EPOCH = { chainId: 31337n, registry: 1n, exchangeId: "tiny", epoch: 3n };

const folder = mkdtempSync(join(tmpdir(), "plimsoll-service-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shelf: Shelf = {
  epoch: 3n,
  size: 64,
  statementSize: 0,
  bundles: ["alice", "bob", "cid"].map((userId) => {
    const file = join(folder, `${userId}.json`);
    writeFileSync(file, JSON.stringify({ userId }));
    return { userId, file, token: bundleToken(SECRET, EPOCH, userId) };
  }),
};
const [alice, bob] = shelf.bundles;

const lines: string[] = [];
let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((settle) => server?.close(settle) ?? settle(undefined));
  server = undefined;
});

async function serve(
  options: Partial<ServiceOptions> = {},
): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  lines.length = 0;
  server = bundleService({
    ...{ shelves: [shelf], requestsPerSecond: 1_000_000, missesPerMinute: 1_000_000 },
    ...{ log: (line: string) => lines.push(line), ...options },
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init);
}

const wrong = (i: number) => Buffer.alloc(32, i + 1).toString("base64url");

describe("a link to a bundle", () => {
  it("has 256 bits, and others for another user, epoch, registry, chain, exchange or operator", () => {
    const others = [
      bundleToken(SECRET, EPOCH, "alicf"),
      bundleToken(SECRET, { ...EPOCH, epoch: 4n }, "alice"),
      bundleToken(SECRET, { ...EPOCH, registry: 2n }, "alice"),
      bundleToken(SECRET, { ...EPOCH, chainId: 1n }, "alice"),
      bundleToken(SECRET, { ...EPOCH, exchangeId: "other" }, "alice"),
      bundleToken(new Uint8Array(32).fill(8), EPOCH, "alice"),
    ];
    expect(new Set([alice!.token, ...others]).size).toBe(7);
    for (const token of others) expect(token).toMatch(TOKEN);
  });
});

describe("the bundle service (attack row 31)", () => {
  it("gives a bundle to whoever has its link, padded to the largest, for no cache to keep", async () => {
    const get = await serve();
    const response = await get(`/b/${alice!.token}.json`);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
    const body = await response.text();
    expect(body).toHaveLength(64);
    expect(JSON.parse(body)).toEqual({ userId: "alice" });
    const head = await get(`/b/${bob!.token}.json`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "64", ""]);
  });

  it("answers wrong, malformed and neighbouring paths alike, and lists nothing", async () => {
    const get = await serve();
    const wrongs = [wrong(0), "short", `${alice!.token}x`, `${"a".repeat(43)}`, "..%2Falice", "alice", ""];
    const answers = await Promise.all(
      wrongs.map(async (token) => {
        const response = await get(`/b/${token}.json`);
        return [response.status, await response.text()];
      }),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]![0]).toBe(404);
    for (const path of [
      "/",
      "/b",
      "/b/",
      "/../alice.json",
      `/${alice!.token}.json`,
      "/b/..%2f..%2falice.json",
    ]) {
      expect((await get(path)).status, path).toBe(404);
    }
    expect((await get(`/b/${alice!.token}.json`, { method: "POST" })).status).toBe(405);
  });

  it("says that it is well, and no more", async () => {
    const get = await serve();
    expect(await (await get("/health")).json()).toEqual({ status: "ok" });
  });

  it("writes neither tokens nor users nor addresses to its log (attack row 35)", async () => {
    const get = await serve();
    for (const token of [alice!.token, wrong(1), "alice"]) await get(`/b/${token}.json?user=alice`);
    await get(`/x/${alice!.token}`);
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line).toMatch(/^(\/b|\/|\?) \d{3} \d+ ms$/);
  });

  it("serves 200 clients at once, right and wrong links among each other", async () => {
    const get = await serve();
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const bundle = shelf.bundles[i % 3]!;
        const response = await get(`/b/${i % 2 === 0 ? bundle.token : wrong(i)}.json`);
        const body = await response.text();
        if (i % 2 === 0) expect(JSON.parse(body)).toEqual({ userId: bundle.userId });
        return response.status;
      }),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(100);
    expect(statuses.filter((status) => status === 404)).toHaveLength(100);
  });

  it("lets nobody guess: after some wrong links an address gets no answer, others do", async () => {
    const get = await serve({ missesPerMinute: 3, addressHeader: "X-Forwarded-For" });
    const ask = async (token: string, from: string) =>
      (await get(`/b/${token}.json`, { headers: { "X-Forwarded-For": from } })).status;
    // What the client wrote itself, before the proxy's own word, does not make it another address.
    const tries = [];
    for (let i = 0; i < 5; i++) tries.push(await ask(wrong(i), `10.0.0.${i}, 192.0.2.1`));
    expect(tries).toEqual([404, 404, 404, 429, 429]);
    expect(await ask(alice!.token, "192.0.2.1")).toBe(429);
    expect(await ask(alice!.token, "192.0.2.2")).toBe(200);
  });

  it("counts the addresses of one IPv6 network together, and those of others apart", async () => {
    const get = await serve({ missesPerMinute: 2, addressHeader: "X-Forwarded-For" });
    const status = async (from: string) =>
      (await get(`/b/${wrong(1)}.json`, { headers: { "X-Forwarded-For": from } })).status;
    expect(await status("2001:db8:0:7::1")).toBe(404);
    expect(await status("2001:0db8::7:1:2:3:4")).toBe(404);
    expect(await status("2001:db8:0:7:ffff::")).toBe(429);
    expect(await status("2001:db8:0:8::1")).toBe(404);
    expect(await status("::ffff:192.0.2.1")).toBe(404);
    expect(await status("::ffff:192.0.2.2")).toBe(404);
    expect(await status("::ffff:192.0.2.3")).toBe(404);
  });

  it("lets nobody hold a connection by sending or reading slowly", async () => {
    await serve();
    expect(server!.headersTimeout).toBeLessThanOrEqual(10_000);
    expect(server!.requestTimeout).toBeLessThanOrEqual(15_000);
    expect(server!.timeout).toBeGreaterThan(0);
    expect(server!.maxConnections).toBeLessThanOrEqual(10_000);
  });

  it("bounds requests of an address in a second, but not its health", async () => {
    const get = await serve({ requestsPerSecond: 2 });
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await get(`/b/${alice!.token}.json`)).status);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    expect((await get("/health")).status).toBe(200);
  });

  it("serves a page beside, when there is one, and nothing outside of it", async () => {
    const page = mkdtempSync(join(tmpdir(), "plimsoll-page-"));
    try {
      writeFileSync(join(page, "index.html"), "<p>check</p>");
      const get = await serve({ page });
      expect(await (await get("/")).text()).toBe("<p>check</p>");
      expect((await get("/none.js")).status).toBe(404);
      expect((await get("/..%2falice.json")).status).toBe(404);
    } finally {
      rmSync(page, { recursive: true });
    }
  });
});
