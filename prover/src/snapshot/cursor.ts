/** A stream with one item in sight, for joining streams that are in the same order. */
export class Cursor<T> {
  readonly #items: AsyncGenerator<T>;
  #current: T | undefined;

  constructor(items: AsyncGenerator<T>) {
    this.#items = items;
  }

  /** The item in sight; undefined at the end, and before the first `advance`. */
  get current(): T | undefined {
    return this.#current;
  }

  async advance(): Promise<void> {
    const next = await this.#items.next();
    this.#current = next.done ? undefined : next.value;
  }

  /** Lets go of what the stream holds open. */
  async close(): Promise<void> {
    await this.#items.return(undefined);
  }
}
