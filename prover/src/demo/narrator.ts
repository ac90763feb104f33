/** Tells the demo's story on standard output: headings, lines, and stages with their seconds. */
export class Narrator {
  readonly #from = performance.now();
  readonly #live = process.stdout.isTTY === true;

  heading(text: string): void {
    process.stdout.write(`\n${this.#live ? `\u001b[1m${text}\u001b[0m` : text}\n`);
  }

  line(text = ""): void {
    process.stdout.write(`  ${text}\n`);
  }

  /** Runs one stage and shows its seconds; `update` replaces the words while it runs, where somebody watches. */
  async stage<T>(title: string, run: (update: (words: string) => void) => Promise<T>): Promise<T> {
    const from = performance.now();
    const seconds = () => `${((performance.now() - from) / 1000).toFixed(1)} s`;
    let words = "";
    const draw = () => this.#live && process.stdout.write(`\r\u001b[K  ${title} ${words} ${seconds()}`);
    const timer = setInterval(draw, 200);
    draw();
    try {
      const result = await run((text) => {
        words = text;
      });
      this.#close(`${title}${words === "" ? "" : `: ${words}`}`, seconds());
      return result;
    } finally {
      clearInterval(timer);
    }
  }

  table(rows: readonly (readonly [string, string])[]): void {
    const width = Math.max(...rows.map(([name]) => name.length));
    for (const [name, value] of rows) this.line(`${name.padEnd(width)}  ${value}`);
  }

  /** Seconds since the demo began. */
  elapsed(): number {
    return (performance.now() - this.#from) / 1000;
  }

  #close(text: string, seconds: string): void {
    const start = this.#live ? "\r\u001b[K" : "";
    process.stdout.write(`${start}  ${text.padEnd(72)} ${seconds.padStart(8)}\n`);
  }
}

/** 12345.6 as "12,345.6". */
export function figure(value: number, digits = 0): string {
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
