/** The two margin levels: below `maintenance` an account is liquidated, above `initial` it may take new risk. */
export type Level = "maintenance" | "initial";

export const LEVELS: readonly Level[] = Object.freeze(["maintenance", "initial"]);

export type Levels<T> = { readonly [level in Level]: T };

/** One value for each level. */
export function eachLevel<T>(of: (level: Level) => T): Levels<T> {
  return { maintenance: of("maintenance"), initial: of("initial") };
}
