import { computeAddress, SigningKey, toBeHex } from "ethers";
import { writeAccountStatements } from "../account-statements/write-statements.ts";
import { epochFolder } from "../pipeline/epoch-folder.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { type Progress, StageClock } from "../pipeline/progress.ts";
import { type LoadedConfig, loadConfig, secretText } from "./config-file.ts";
import { EXIT, type Outcome } from "./outcome.ts";

export interface StatementSignOptions {
  readonly config: string;
  readonly users?: readonly string[];
  readonly out?: string;
  readonly keyFile?: string;
  readonly forContract?: boolean;
}

/** `statement sign`: one file for each account, for its user alone. */
export async function statementSignCommand(
  options: StatementSignOptions,
  progress: Progress,
): Promise<Outcome> {
  const loaded = await loadConfig(options.config);
  const { epoch: config, policy } = loaded;
  const key = await exchangeKey(loaded, options);
  const { users } = options;
  const out = options.out ?? epochFolder(config.folder).statements;
  const clock = new StageClock(progress, "sign statements", "accounts");
  const written = await writeAccountStatements({
    ...{ config, policy, key, out, tick: () => clock.tick() },
    ...(users === undefined ? {} : { users }),
  });
  clock.finish();
  const text = [
    `epoch ${config.epoch}: ${written} account statements signed by ${toBeHex(config.exchange, 20)}: ${out}`,
    "each has its user's balances in it: hand it to her, and to nobody else",
    `next: plimsoll serve --config ${options.config}, or plimsoll bundles export`,
    "",
  ].join("\n");
  return { text, exitCode: EXIT.done };
}

async function exchangeKey(
  { epoch, chain }: LoadedConfig,
  { config, keyFile, forContract = false }: StatementSignOptions,
): Promise<SigningKey> {
  const text = keyFile === undefined ? (chain?.exchangeKey ?? chain?.senderKey) : await secretText(keyFile);
  if (text === undefined) {
    throw new ConfigError(`${config}: expected "chain" with the exchange's key, or --key-file, came neither`);
  }
  const key = new SigningKey(text.startsWith("0x") ? text : `0x${text}`);
  if (!forContract && BigInt(computeAddress(key)) !== epoch.exchange) {
    throw new ConfigError(
      `expected the key of the exchange ${toBeHex(epoch.exchange, 20)}, came another one; --for-contract where that is a contract`,
    );
  }
  return key;
}
