/** Why a chain could not be read, in words that say what to do. */
export class ChainError extends Error {
  constructor(words: string, options?: { cause?: unknown }) {
    super(words, options);
    this.name = "ChainError";
  }
}
