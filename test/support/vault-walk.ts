// A vault over real withdrawal and refusal circuits, with epochs whose batches hold whatever leaves a test wants, and an
// endpoint for command lines.
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HDNodeWallet, Mnemonic } from "ethers";
import { expect } from "vitest";
import { instanceArtifacts } from "../../prover/src/build/artifacts.ts";
import { attestEpoch } from "../../prover/src/chain/registry.ts";
import { deployVault } from "../../prover/src/chain/vault-contract.ts";
import { balanceOf } from "../../prover/src/chain/vault-reads.ts";
import { runCommand } from "../../prover/src/cli/plimsoll.ts";
import { identityOf } from "../../prover/src/owner/identity.ts";
import { writeIdentity } from "../../prover/src/owner/identity-file.ts";
import { accountsPath, accountsRoot } from "../../verifier/src/encodings/challenges.ts";
import { accountRef, identity } from "../../verifier/src/encodings/identity.ts";
import { accountLeaf } from "../../verifier/src/encodings/leaf.ts";
import { batchPath, batchTree } from "../../verifier/src/encodings/tree.ts";
import { type Bundle, bundleToJson } from "../../verifier/src/formats/bundle.ts";
import { packKey } from "../../verifier/src/groth16/key.ts";
import type { OwnerHome } from "../../verifier/src/owner/typed-data.ts";
import { type LocalChain, localChain } from "./chain.ts";
import { serveChain } from "./rpc-server.ts";
import { draftEpoch, proveEpoch, type Stage, stageRegistry } from "./staged-epoch.ts";
import { openWith } from "./staged-ledger.ts";
import { TIMES } from "./staged-vault.ts";

// The accounts of every Hardhat network.
const MNEMONIC = Mnemonic.fromPhrase("test test test test test test test test test test test junk");

/** What an account's leaf says: units of asset 0, and free collateral in 10^-6 quote. */
export interface Leaf {
  readonly held: bigint;
  readonly free: bigint;
}

export interface VaultWalk {
  readonly chain: LocalChain;
  readonly stage: Stage;
  readonly vault: string;
  readonly token: string;
  readonly at: (name: string) => string;
  /** Address of a signer; its key is in the file `N.key`. */
  readonly address: (signer: number) => string;
  /** Attests an epoch with these leaves, all of one account, and writes a bundle for each: `EPOCH.N.json`. */
  readonly attest: (epoch: bigint, leaves: readonly Leaf[]) => Promise<void>;
  /** An epoch folder that holds one of those bundles. */
  readonly folderOf: (epoch: bigint, leaf: number) => Promise<string>;
  /** Runs `plimsoll`; a line in one text, split at blanks. */
  readonly run: (line: string) => ReturnType<typeof runCommand>;
  /** A command that must do what it says: its words. */
  readonly done: (line: string) => Promise<string>;
  /** A command that must fail: its words. */
  readonly refused: (line: string) => Promise<string>;
  readonly held: (account: string) => Promise<bigint>;
  /** Writes a file that only its owner may read. */
  readonly secret: (name: string, text: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

const OWNER_SECRET = 987_654_321n;
const UNIT_WEIGHT = 5n;

/**
 * Signers: 5 operator, 6 the user, who has 20 of the token. The identity file is `alice.identity`, its passphrase in `pass`.
 * `secretAt`: the secret of her owner key, for a home.
 */
export async function vaultWalk(
  seed: string,
  secretAt: (home: OwnerHome) => Promise<bigint> = async () => OWNER_SECRET,
): Promise<VaultWalk> {
  const chain = await localChain();
  const keysOf = async (...names: string[]) =>
    Promise.all(names.map(async (name) => packKey((await instanceArtifacts(name)).vkey)));
  const ledgerKeys = { withdrawal: await keysOf("withdrawal-1"), refusal: await keysOf("refusal-1") };
  const stage = await stageRegistry(chain, { seed, ledgerKeys });
  const address = (signer: number) => chain.signers[signer]!.address;
  const { address: vault } = await deployVault(stage.owner, stage.registry, address(5), TIMES);
  const token = await stage.tokens[0]!.getAddress();
  await (await stage.tokens[0]!.getFunction("mint").send(address(6), 20n * 10n ** 18n)).wait();
  const server = await serveChain(chain);
  const folder = await mkdtemp(join(tmpdir(), "plimsoll-vault-"));
  const at = (name: string) => join(folder, name);
  const home = { chainId: chain.chainId, registry: BigInt(stage.registry) };
  const owned = identityOf(await secretAt(home), home, "random");
  await secretFile(at("pass"), "correct horse battery");
  await writeIdentity(at("alice.identity"), owned, "correct horse battery", { scryptCost: 2 });
  for (const signer of [4, 5, 6, 7, 8]) {
    const { privateKey } = HDNodeWallet.fromMnemonic(MNEMONIC, `m/44'/60'/0'/0/${signer}`);
    await secretFile(at(`${signer}.key`), privateKey);
  }

  const attest = async (epoch: bigint, leaves: readonly Leaf[]) => {
    const row = { token, decimals: 8, unitWeight: UNIT_WEIGHT };
    const opened = await openWith(stage, epoch, [row]);
    const draft = draftEpoch(stage, epoch, 1, [0n, 0n, 0n]);
    const parts = { accountRef: accountRef("tiny", "alice"), owner: owned.owner, epoch };
    const accounts = leaves.map(({ held, free }, i) => {
      const holdings = [
        { row: 0, quantity: held },
        ...Array.from({ length: 5 }, () => ({ row: 0, quantity: 0n })),
      ];
      const salt = (1n << 130n) + epoch * 100n + BigInt(i);
      return {
        holdings,
        free,
        salt,
        leaf: accountLeaf(identity({ ...parts, salt }), holdings, { free, under: 0 }),
      };
    });
    const levels = batchTree(accounts.map(({ leaf }) => leaf));
    const batch = { ...draft.batches[0]!, root: levels[3]![0]! };
    const submission = proveEpoch(stage, { ...draft, batches: [batch] }, opened.snapshotTime);
    await attestEpoch(stage.exchange, stage.registry, submission);
    for (const [i, { holdings, free, salt }] of accounts.entries()) {
      const { circuitId, root, transcript } = submission.batches[0]!;
      const bundle: Bundle = {
        ...{ format: "plimsoll.bundle.1", ...home, exchange: BigInt(stage.exchangeAddress) },
        ...{ exchangeId: "tiny", epoch, userId: "alice", owner: owned.owner, salt },
        ...{ snapshotTime: opened.snapshotTime, ...stage.policy },
        ...{ holdings, free, under: 0, batch: 0, slot: i, path: batchPath(levels, i) },
        ...{
          circuitId,
          root,
          transcript,
          accountsPath: accountsPath(submission.batches, 0),
          accountsRoot: accountsRoot(submission.batches),
        },
      };
      await writeFile(at(`${epoch}.${i}.json`), bundleToJson(bundle));
    }
  };

  const folderOf = async (epoch: bigint, leaf: number) => {
    const root = at(`epoch-${epoch}-${leaf}`);
    await mkdir(join(root, "private/bundles"), { recursive: true });
    await writeFile(join(root, "private/bundles/alice.json"), await readFile(at(`${epoch}.${leaf}.json`)));
    return root;
  };

  const run = (line: string) =>
    runCommand(
      line
        .replaceAll("RPC", `--rpc ${server.url}`)
        .replaceAll("VAULT", `--vault ${vault}`)
        .replaceAll("TOKEN", `--token ${token}`)
        .replaceAll("ALICE", `--identity ${at("alice.identity")} --passphrase-file ${at("pass")}`)
        .replaceAll("@", `${folder}/`)
        .split(" ")
        .filter((word) => word !== ""),
    );

  return {
    ...{ chain, stage, vault, token, at, address, attest, folderOf, run },
    held: (account) => balanceOf(chain.provider, token, account),
    secret: (name, text) => secretFile(at(name), text),
    done: async (line) => {
      const { text, exitCode } = await run(line);
      expect([exitCode, text]).toEqual([0, text]);
      return text;
    },
    refused: async (line) => {
      const { text, exitCode } = await run(line);
      expect(exitCode, text).not.toBe(0);
      return text;
    },
    close: async () => {
      await server.close();
      await chain.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function secretFile(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  await chmod(file, 0o600);
}
