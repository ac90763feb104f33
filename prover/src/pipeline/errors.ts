/** The chain has another accounts root for this epoch than this folder: one of the two must not be used. */
export class SecondRootError extends Error {
  readonly code = "SECOND_ROOT";
  readonly retryable = false;

  constructor(epoch: bigint, folder: string) {
    super(
      `epoch ${epoch}: expected the chain to have no accounts root or the one of ${folder}, came another; ` +
        "this folder can't be attested under that number",
    );
    this.name = "SecondRootError";
  }
}

/** An input that does not go with another one: found before any work. */
export class ConfigError extends Error {
  readonly code = "CONFIG";
  readonly retryable = false;

  constructor(message: string) {
    super(message);
    this.name = "ConfigError";
  }
}
