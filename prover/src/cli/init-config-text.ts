/** Values of a configuration that `init` writes. Paths are relative to the configuration. */
export interface InitConfig {
  readonly chainId: string;
  readonly registry: string;
  readonly exchange: string;
  readonly exchangeId: string;
  readonly epoch: string;
  readonly snapshotTime: string;
  readonly riskParameters: string;
  readonly marks: string;
  readonly balances: readonly string[];
  readonly positions: readonly string[];
  readonly owners?: string;
  readonly dust?: "refuse" | "credit";
  readonly reserves: string;
  readonly batchCircuit: string;
  readonly epochCircuit: string;
  readonly operatorSecretFile: string;
  readonly chain?: {
    readonly rpc: string;
    readonly senderKeyFile: string;
    readonly exchangeKeyFile?: string;
  };
}

/** A configuration with a comment on every field: JSON but for comments. docs/running-an-epoch.md has all fields. */
export function configText(config: InitConfig): string {
  const { positions, owners, dust, chain } = config;
  const text = JSON.stringify;
  const list = (files: readonly string[]) => `[${files.map((file) => text(file)).join(", ")}]`;
  const snapshot = [
    `"balances": ${list(config.balances)}`,
    ...(positions.length > 0 ? [`"positions": ${list(positions)}`] : []),
    ...(owners === undefined ? [] : [`"owners": ${text(owners)}`]),
    ...(dust === undefined
      ? []
      : [
          `// digits below a row's unit: refuse them, or credit: round in the user's favour\n    "dust": ${text(dust)}`,
        ]),
  ];
  return `// One epoch of ${JSON.stringify(config.exchangeId)}. Paths are relative to this file; secrets are files of their own, mode 0600.
// For the next epoch: a copy with another "folder", "epoch", "snapshotTime", marks, snapshot and reserves.
{
  "format": "plimsoll.config.1",

  // Results go here: public/ may be copied anywhere, private/ is yours alone. One folder per epoch.
  "folder": ${text(`epochs/${config.epoch}`)},

  // Where it is settled and who signs. They are part of every challenge: proofs are good for this registry only.
  "chainId": ${text(config.chainId)},
  "registry": ${text(config.registry)},
  "exchange": ${text(config.exchange)},
  // Part of every account's reference: never change it.
  "exchangeId": ${text(config.exchangeId)},

  // As opened in the registry, seconds since 1970. The marks are of that time.
  "epoch": ${text(config.epoch)},
  "snapshotTime": ${text(config.snapshotTime)},

  // Published as they are. plimsoll policy lint judges them.
  "policy": {
    "riskParameters": ${text(config.riskParameters)},
    "marks": ${text(config.marks)}
  },

  // All accounts: CSV, NDJSON or Parquet, also gzipped; "-" is standard input.
  "snapshot": {
    ${snapshot.join(",\n    ")}
  },
  // What the exchange declares to hold of each asset, and its insurance.
  "reserves": ${text(config.reserves)},

  // The epoch circuit has the policy's shape; a batch circuit fits any.
  "circuits": { "batch": ${text(config.batchCircuit)}, "epoch": ${text(config.epochCircuit)} },

  // Salts derive from it. Lose it and old bundles can't be made again; leak it and leaves can be guessed.
  "operatorSecretFile": ${text(config.operatorSecretFile)},

  // To settle on a chain: its endpoint, the key that pays, and the exchange's if that is another.
  ${chainText(chain)}
}
`;
}

function chainText(chain: InitConfig["chain"]): string {
  const shown = chain ?? {
    rpc: "http://127.0.0.1:8545",
    senderKeyFile: "secrets/sender.key",
    exchangeKeyFile: "secrets/exchange.key",
  };
  const text = `"chain": ${JSON.stringify(shown, null, 2)}`;
  return text
    .split("\n")
    .map((line) => (chain === undefined ? `// ${line}` : line))
    .join("\n  ");
}
