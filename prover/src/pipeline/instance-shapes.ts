import type { Feeding, GroupShape, Shape } from "@plimsoll/verifier/policy/shape.ts";
import { findInstance } from "../build/instances.ts";
import type { AccountSize } from "../plan/account-words.ts";

/** Blocks and words of an instance of the batch circuit. Throws when the name is of another circuit. */
export function batchCapacity(name: string): AccountSize {
  const { template, parameters } = findInstance(name);
  if (template !== "Batch")
    throw new RangeError(`expected an instance of Batch, came "${name}" of ${template}`);
  const [blocks, words] = parameters as [number, number];
  return { blocks, words };
}

/** Shape of an instance of the epoch circuit, whose parameters end in hedge counts, hedged assets (flat), links, number of tiered assets, and those. */
export function epochShape(name: string): Shape {
  const { template, parameters } = findInstance(name);
  if (template !== "Epoch")
    throw new RangeError(`expected an instance of Epoch, came "${name}" of ${template}`);
  type Parameters = [
    number,
    number,
    number[],
    number[],
    number[],
    number[],
    number[][],
    number,
    [number, number][],
  ];
  const [assets, groups, instruments, scenarios, hedgeCounts, hedged, links, tiered, tiers] =
    parameters as Parameters;
  let next = 0;
  return {
    assets,
    ...(tiered === 0 ? {} : { tiers: tiers.map(([asset, portions]) => ({ asset, portions })) }),
    groups: Array.from({ length: groups }, (_, g) => {
      const from = next;
      next += hedgeCounts[g]!;
      return {
        instruments: instruments[g]!,
        scenarios: scenarios[g]!,
        hedges: hedged.slice(from, next),
        ...linkOf(links[g]!),
      };
    }),
  };
}

/** The inverse of `linkNumbers`. */
function linkOf(link: readonly number[]): Pick<GroupShape, "feeds" | "extras" | "extraColumns"> {
  const [by, parent, column, extras, extraColumns] = link as [number, number, number, number, number];
  const feeds: Feeding = by === 1 ? { by: "scenarios", parent } : { by: "max", parent, column };
  return {
    ...(by === 0 ? {} : { feeds }),
    ...(extras === 0 ? {} : { extras }),
    ...(extraColumns === 0 ? {} : { extraColumns }),
  };
}
