import { join } from "node:path";
import { accountStatementToJson } from "@plimsoll/verifier/formats/account-statement.ts";
import type { CompiledPolicy } from "@plimsoll/verifier/policy/compile.ts";
import type { SigningKey } from "ethers";
import { bundleFileName } from "../pipeline/bundle-stage.ts";
import type { EpochConfig } from "../pipeline/config.ts";
import { epochFolder } from "../pipeline/epoch-folder.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { writePrivateQuickly, writeWholeFolder } from "../pipeline/files.ts";
import { AccountsDigest, readPlan } from "../pipeline/plan-stage.ts";
import { accountStatement, signAccountStatement } from "./sign.ts";

export interface StatementsRequest {
  readonly config: EpochConfig;
  readonly policy: CompiledPolicy;
  readonly key: SigningKey;
  /** Folder to make, for the operator's eyes only; there must be none of that name. */
  readonly out: string;
  /** Account ids; everybody's when left out. */
  readonly users?: readonly string[];
  readonly tick: () => void;
}

/**
 * Signs a statement for every account of an epoch's snapshot, or for some, as files named as bundles are. The folder is there
 * whole or not at all. Accounts stream: memory does not grow with their number. Throws ConfigError where the epoch was planned
 * from other accounts: the exchange would sign one thing and prove another.
 */
export async function writeAccountStatements(request: StatementsRequest): Promise<number> {
  const { config, policy, key, out, users, tick } = request;
  const wanted = users === undefined ? undefined : new Set(users);
  const digest = new AccountsDigest();
  let written = 0;
  await writeWholeFolder(out, async (folder) => {
    for await (const account of config.accounts()) {
      digest.add(account);
      if (wanted !== undefined && !wanted.delete(account.userId)) continue;
      const signed = signAccountStatement(key, accountStatement(config, policy, account));
      writePrivateQuickly(join(folder, bundleFileName(account.userId)), accountStatementToJson(signed));
      written++;
      tick();
    }
    const [missing] = wanted ?? [];
    if (missing !== undefined) {
      throw new ConfigError(
        `--users: expected accounts of the snapshot, came "${missing}"; nothing was written`,
      );
    }
    const plan = await readPlan(epochFolder(config.folder));
    if (plan !== undefined && plan.accounts !== digest.hex()) {
      throw new ConfigError(
        `${config.folder}: expected the accounts that the epoch was planned from, came others: what is signed must be what is proved; nothing was written`,
      );
    }
  });
  return written;
}
