import type { Difference } from "./policy-differences.ts";

/** More additions or removals in one place than this become one line. */
const MANY = 8;

/** Differences with those of a place that gained or lost many things as one that names the first; `all` says where all are named. */
export function differencesInBrief(list: readonly Difference[], all: string): Difference[] {
  const place = ({ change, parent }: Difference) => `${change}/${parent}`;
  const told = new Set<string>();
  return list.flatMap((difference) => {
    const { change, parent } = difference;
    const alike = list.filter((other) => place(other) === place(difference));
    if (change === "changed" || alike.length <= MANY) return [difference];
    if (told.has(place(difference))) return [];
    told.add(place(difference));
    const names = alike.slice(0, MANY).map(({ name }) => `"${name}"`);
    const words = `${alike.length} ${change}: ${names.join(", ")} and others (${all})`;
    return [{ ...difference, where: parent, words }];
  });
}
