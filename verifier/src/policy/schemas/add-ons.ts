import { checkRising, type Fail, isBelow } from "./checks.ts";
import { addDecimals, repeated } from "./fields.ts";

type Levels = { readonly maintenance: string; readonly initial: string };

interface GroupAddOns {
  readonly name: string;
  readonly underlying: string;
  readonly hedge?: unknown;
  readonly nakedShort?: Levels | undefined;
  readonly delta?:
    | { readonly as: "charge"; readonly net: Levels; readonly hedged: Levels }
    | { readonly as: "floor"; readonly net: string; readonly hedged: string }
    | undefined;
}

interface ClusterFields {
  readonly name: string;
  readonly groups: readonly string[];
  readonly hedge?: unknown;
}

const twice = (a: string) => addDecimals(a, a);
const NOT_CONVEX =
  "net must be at least half of hedged: otherwise adding a position could lower the charge of the others without hedging them, which no linear policy can say";

/** Charges are never less in initial margin, and a delta charge is convex. */
export function checkAddOns({ groups }: { readonly groups: readonly GroupAddOns[] }, fail: Fail): void {
  for (const [g, { nakedShort, delta }] of groups.entries()) {
    if (nakedShort) checkRising(nakedShort, ["groups", g, "nakedShort"], fail);
    if (delta === undefined) continue;
    const at = ["groups", g, "delta"];
    if (delta.as === "floor") {
      if (isBelow(twice(delta.net), delta.hedged)) fail(at, NOT_CONVEX);
      continue;
    }
    const { net, hedged } = delta;
    for (const level of ["maintenance", "initial"] as const)
      if (isBelow(twice(net[level]), hedged[level])) fail([...at, "net", level], NOT_CONVEX);
    checkRising(hedged, [...at, "hedged"], fail);
    // The charge is (net - hedged / 2) |D| + hedged / 2 gross: both parts must rise.
    const rises = !isBelow(
      addDecimals(twice(net.initial), hedged.maintenance),
      addDecimals(twice(net.maintenance), hedged.initial),
    );
    if (!rises) fail([...at, "net"], "expected net less half of hedged to be at least as much in initial");
  }
}

/** Clusters name groups that exist, each at most once, which leave hedging to the cluster. */
export function checkClusters(
  policy: {
    readonly groups: readonly GroupAddOns[];
    readonly clusters?: readonly ClusterFields[] | undefined;
  },
  fail: Fail,
): void {
  const { groups, clusters = [] } = policy;
  const names = [...groups, ...clusters].map(({ name }) => name);
  for (const [i, name] of repeated(names))
    if (i >= groups.length)
      fail(["clusters", i - groups.length, "name"], `"${name}" is the name of another group`);
  const memberOf = new Map<string, string>();
  for (const [c, cluster] of clusters.entries()) {
    const members = cluster.groups.flatMap((name, i) => {
      const at = ["clusters", c, "groups", i];
      const group = groups.find((of) => of.name === name);
      const taken = memberOf.get(name);
      memberOf.set(name, cluster.name);
      if (group === undefined) fail(at, `there is no group "${name}"`);
      else if (taken !== undefined) fail(at, `group "${name}" is in cluster "${taken}" already`);
      else if (group.hedge !== undefined)
        fail(
          at,
          `group "${name}" has a hedge: a member hands its scenarios on, so what hedges it is named by the cluster`,
        );
      return group ?? [];
    });
    if (cluster.hedge === undefined) continue;
    if (new Set(members.map(({ underlying }) => underlying)).size > 1)
      fail(
        ["clusters", c, "hedge"],
        "the groups have several underlyings: one asset moves with one of them, and hedging a member alone has no closed form",
      );
  }
}
