/** The folder holds a commit to other inputs. Going on would mix two epochs, or publish two roots for one. */
export class ChangedInputError extends Error {
  readonly code = "INPUT_CHANGED";
  readonly retryable = false;
  readonly changed: readonly string[];

  constructor(folder: string, changed: readonly string[]) {
    super(
      `${folder}: expected the inputs that this folder's commit was made with, came others (${changed.join(", ")}); ` +
        "restore them to resume, or prove the new ones as another epoch in an empty folder",
    );
    this.name = "ChangedInputError";
    this.changed = changed;
  }
}

/** The blinds of a commit were about to meet a second challenge, which would give the totals away. */
export class BlindReuseError extends Error {
  readonly code = "BLIND_REUSE";
  readonly retryable = false;
  readonly challenge: "gamma" | "beta";

  constructor(challenge: "gamma" | "beta") {
    super(
      `commit store: these blinds already belong to another ${challenge}; expected the same one. ` +
        "Commit again in an empty folder, which draws new blinds",
    );
    this.name = "BlindReuseError";
    this.challenge = challenge;
  }
}
