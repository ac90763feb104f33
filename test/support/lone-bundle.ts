import { accountRef, home, identity, owner } from "../../verifier/src/encodings/identity.ts";
import { accountLeaf } from "../../verifier/src/encodings/leaf.ts";
import { batchTree } from "../../verifier/src/encodings/tree.ts";
import type { Bundle } from "../../verifier/src/formats/bundle.ts";

export const LONE_SECRET = 123_456_789n;
/** Where the owner of the bundle is at home. */
export const LONE_HOME = { chainId: 31_337n, registry: 0x11n };

/** The bundle of "alice", alone in her batch, with 700 of asset 2; without a secret she never registered an owner. */
export function loneBundle(secret: bigint | undefined): Bundle {
  const { chainId, registry } = LONE_HOME;
  const [salt, epoch, userId, exchangeId] = [1n << 100n, 3n, "alice", "tiny"];
  const registered = secret === undefined ? 0n : owner(secret, home(chainId, registry));
  const holdings = [
    { row: 4, quantity: 700n },
    ...Array.from({ length: 5 }, () => ({ row: 0, quantity: 0n })),
  ];
  const parts = { accountRef: accountRef(exchangeId, userId), owner: registered, salt, epoch };
  const leaf = accountLeaf(identity(parts), holdings, { free: 5n, under: 0 });
  return {
    ...{ format: "plimsoll.bundle.1", chainId, registry, exchange: 1n, exchangeId, epoch },
    ...{ snapshotTime: 1n, policyHash: 1n, descriptorHash: 1n, userId, owner: registered, salt, holdings },
    ...{ free: 5n, under: 0, batch: 0, slot: 0, path: [0, 1, 2].map(() => Array<bigint>(15).fill(0n)) },
    ...{ circuitId: 1n, root: batchTree([leaf])[3]![0]!, transcript: 1n, accountsPath: [], accountsRoot: 1n },
  };
}
