// A thread that multiplies the generators by scalars.
import { parentPort, workerData } from "node:worker_threads";
import { type Group, instantiateBn254 } from "./bn254-wasm.ts";
import { FixedBaseTables } from "./fixed-base-tables.ts";

export interface FixedBaseTask {
  readonly id: number;
  readonly group: Group;
  /** At most BATCH scalars, 32 bytes little-endian each, canonical. */
  readonly scalars: Uint8Array<ArrayBuffer>;
}

export interface FixedBaseResult {
  readonly id: number;
  /** Affine, Montgomery form, little-endian; infinity is all zeros. */
  readonly points: Uint8Array<ArrayBuffer>;
}

// The same file gives the main thread its types; only a worker has a port.
if (parentPort) {
  const port = parentPort;
  const bn254 = instantiateBn254();
  const { window } = workerData as { window: number };
  const tables: Partial<Record<Group, FixedBaseTables>> = {};
  port.on("message", ({ id, group, scalars }: FixedBaseTask) => {
    tables[group] ??= new FixedBaseTables(bn254, group, window);
    const points = tables[group].multiply(scalars);
    port.postMessage({ id, points } satisfies FixedBaseResult, [points.buffer]);
  });
}
