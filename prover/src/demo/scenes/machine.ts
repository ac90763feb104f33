import { randomBytes } from "node:crypto";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Opening } from "../../chain/submission.ts";
import { loadConfig } from "../../cli/config-file.ts";
import type { EpochConfig } from "../../pipeline/config.ts";
import { keyOf } from "./local-network.ts";
import { ROLES } from "./people.ts";
import { ETH_PRICE, type Stage } from "./stage.ts";
import { TINY_CIRCUITS } from "./tiny-exchange.ts";

/** One secret for all epochs: an operator keeps it. */
const operatorSecret = randomBytes(32).toString("hex");

/** A computer of the operator: a folder with a configuration, all it names, and the epoch that is made from it. */
export interface Machine {
  readonly folder: string;
  readonly config: string;
  /** The epoch folder. */
  readonly epoch: string;
}

/** What of an epoch has to be copied to another machine for it to go on: see docs/running-an-epoch.md. */
const BACKUP = [
  "config.json",
  "risk-parameters.json",
  "marks.json",
  "balances.csv",
  "positions.csv",
  "reserves.json",
  "secrets",
  "epoch/private",
] as const;

export function machineAt(stage: Stage, name: string): Machine {
  const folder = join(stage.folder, name);
  return { folder, config: join(folder, "config.json"), epoch: join(folder, "epoch") };
}

/** A new machine with everything that an epoch is proved from: everybody of the example, `copies` times over. */
export async function prepareMachine(
  stage: Stage,
  name: string,
  { epoch, snapshotTime }: Opening,
  copies: number,
): Promise<Machine> {
  const machine = machineAt(stage, name);
  const { exchange, network, registry, people } = stage;
  const snapshot = exchange.snapshot(copies);
  const config = {
    format: "plimsoll.config.1",
    folder: "epoch",
    chainId: network.chainId.toString(),
    registry,
    exchange: people.exchange.address,
    exchangeId: "tiny-exchange",
    epoch: epoch.toString(),
    snapshotTime: snapshotTime.toString(),
    policy: { riskParameters: "risk-parameters.json", marks: "marks.json" },
    snapshot: { balances: ["balances.csv"], positions: ["positions.csv"] },
    reserves: "reserves.json",
    circuits: TINY_CIRCUITS,
    operatorSecretFile: "secrets/operator",
    chain: { rpc: network.url, senderKeyFile: "secrets/sender", exchangeKeyFile: "secrets/exchange" },
  };
  await rm(machine.folder, { recursive: true, force: true });
  await mkdir(join(machine.folder, "secrets"), { recursive: true });
  const files: Record<string, string> = {
    "config.json": JSON.stringify(config, null, 2),
    "risk-parameters.json": exchange.riskParameters,
    "marks.json": exchange.marksAt(snapshotTime, ETH_PRICE),
    "balances.csv": snapshot.balances,
    "positions.csv": snapshot.positions,
    "reserves.json": snapshot.reserves,
    "secrets/operator": operatorSecret,
    "secrets/sender": keyOf(ROLES.relayer),
    "secrets/exchange": keyOf(ROLES.exchange),
  };
  for (const [file, text] of Object.entries(files))
    await writeFile(join(machine.folder, file), text, { mode: file.startsWith("secrets/") ? 0o600 : 0o644 });
  return machine;
}

/** Copies a backup's files to another machine, and no others; nor the lock of the process that is gone. */
export async function restore(stage: Stage, from: Machine, name: string): Promise<Machine> {
  const machine = machineAt(stage, name);
  await rm(machine.folder, { recursive: true, force: true });
  for (const file of BACKUP) {
    await cp(join(from.folder, file), join(machine.folder, file), {
      recursive: true,
      filter: (path) => !/^lock/.test(basename(path)),
    });
  }
  return machine;
}

/** The machine is gone with everything on it. */
export async function lose({ folder }: Machine): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

export async function configOf(machine: Machine): Promise<EpochConfig> {
  return (await loadConfig(machine.config)).epoch;
}
