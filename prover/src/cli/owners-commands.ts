import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { newestOwners, ownerChanges, ownersCsv } from "../owner/owners-file.ts";
import { registrationFromJson } from "../owner/registration.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { writePrivate } from "../pipeline/files.ts";
import { accountId, columnsOf } from "../snapshot/columns.ts";
import { openTable } from "../snapshot/open-table.ts";
import { readOwners } from "../snapshot/owners.ts";
import type { Outcome } from "./outcome.ts";
import { addressOption, done, naturalOption } from "./vault-session.ts";

export interface OwnersBuildOptions {
  readonly registrations: string;
  readonly wallets: string;
  readonly chainId: string;
  readonly registry: string;
  readonly exchangeId: string;
  readonly out: string;
  readonly before?: string;
}

/** `owners build`: each registration is checked, and the newest of a user counts. Warns of changes, and writes them. */
export async function ownersBuildCommand(options: OwnersBuildOptions): Promise<Outcome> {
  const { registrations: folder, out } = options;
  const wallets = await readWallets(options.wallets);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  const filed = await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      return { file, registration: registrationFromJson(await readFile(file, "utf8"), file) };
    }),
  );
  const scope = {
    chainId: naturalOption(options.chainId, "--chain-id"),
    registry: BigInt(addressOption(options.registry, "--registry")),
    exchangeId: options.exchangeId,
  };
  const owners = newestOwners(filed, scope, wallets);
  const changes = options.before === undefined ? [] : ownerChanges(await ownersIn(options.before), owners);
  await writePrivate(out, ownersCsv(owners));
  return done(
    `${out}: ${owners.size} owners from ${filed.length} registrations`,
    ...changes.map(
      ({ account }) =>
        `WARNING: "${account}" changes its owner, and so its ledger key: allow that only while nothing of it is being exited or pledged, and keep the old owner in every epoch, with no holdings, while its older leaves can be exited from`,
    ),
  );
}

async function readWallets(file: string): Promise<Map<string, bigint>> {
  const table = await openTable(file);
  const at = columnsOf(table, ["account", "wallet"]);
  const wallets = new Map<string, bigint>();
  for await (const rows of table.rows) {
    for (const { line, cells } of rows) {
      const account = accountId(cells[at.account]!, file, line, "account");
      if (wallets.has(account)) throw new ConfigError(`${file}: line ${line}: "${account}" is listed twice`);
      wallets.set(account, BigInt(addressOption(cells[at.wallet]!, `${file}: line ${line}, wallet`)));
    }
  }
  return wallets;
}

async function ownersIn(file: string): Promise<Map<string, bigint>> {
  const owners = new Map<string, bigint>();
  for await (const { account, owner } of readOwners(file)) owners.set(account, owner);
  return owners;
}
