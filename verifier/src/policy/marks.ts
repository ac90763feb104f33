import { type Marks, PolicyFileError, type RiskParameters } from "./schemas.ts";

/**
 * Throws a PolicyFileError when a mark is stale, from the future, or of something that the policy does not know (a
 * misspelt name) or its model does not ask for, or when the quote currency is not worth 1. What is missing shows when it is needed.
 */
export function checkMarks(policy: RiskParameters, marks: Marks): void {
  const problems: string[] = [];
  const known = {
    spot: new Set([...policy.collateral.map((c) => c.symbol), ...policy.groups.map((g) => g.underlying)]),
    perps: new Set(
      policy.groups.flatMap((g) => g.instruments.filter((n) => n.kind === "perp").map((n) => n.symbol)),
    ),
    expiries: new Set(policy.groups.map((g) => g.underlying)),
  };
  for (const part of ["spot", "perps", "expiries"] as const) {
    for (const name of Object.keys(marks[part])) {
      if (!known[part].has(name)) problems.push(`${part}.${name}: the policy does not know "${name}"`);
    }
  }
  const price = marks.spot[policy.quote]?.price;
  if (price !== undefined && !/^1(\.0+)?$/.test(price))
    problems.push(`spot.${policy.quote}.price: the quote currency is worth 1 of itself, came "${price}"`);

  problems.push(...riskArrayProblems(policy, marks));

  const now = Date.parse(marks.observedAt);
  const observed = [
    ...Object.entries(marks.spot).map(([name, mark]) => [`spot.${name}`, mark] as const),
    ...Object.entries(marks.perps).map(([name, mark]) => [`perps.${name}`, mark] as const),
    ...Object.entries(marks.expiries).flatMap(([name, expiries]) =>
      Object.entries(expiries).map(([expiry, mark]) => [`expiries.${name}.${expiry}`, mark] as const),
    ),
    ...Object.entries(marks.riskArrays ?? {}).map(([name, array]) => [`riskArrays.${name}`, array] as const),
  ];
  const doubts = policy.model === "derive-pmrm2";
  if (marks.stablePrice !== undefined && !doubts)
    problems.push(`stablePrice: model "${policy.model}" watches no peg`);
  for (const [path, { observedAt, confidence }] of observed) {
    if (confidence !== undefined && !doubts)
      problems.push(`${path}.confidence: model "${policy.model}" charges nothing for doubt`);
    if (observedAt === undefined) continue;
    const age = (now - Date.parse(observedAt)) / 1000;
    if (age < 0)
      problems.push(`${path}.observedAt: ${observedAt} is after the marks' own ${marks.observedAt}`);
    if (age > policy.stalenessSeconds)
      problems.push(
        `${path}.observedAt: ${age} s before the marks, the limit is ${policy.stalenessSeconds} s`,
      );
  }
  if (problems.length > 0) throw new PolicyFileError("marks", problems);
}

function riskArrayProblems({ model, groups }: RiskParameters, { riskArrays }: Marks): string[] {
  if (riskArrays === undefined) return [];
  if (model !== "span") return [`riskArrays: model "${model}" has none`];
  const listed = new Map(groups.flatMap((g) => g.instruments).map((terms) => [terms.symbol, terms]));
  return Object.entries(riskArrays).flatMap(([name, { value }]) => {
    const terms = listed.get(name);
    if (terms === undefined) return [`riskArrays.${name}: the policy does not know "${name}"`];
    const isOption = terms.kind === "call" || terms.kind === "put";
    if (isOption === (value !== undefined)) return [];
    return [`riskArrays.${name}.value: ${isOption ? "an option needs one" : `a ${terms.kind} has none`}`];
  });
}

/** Whether marks were observed at a snapshot's time (seconds since 1970), or before it by no more than the policy allows. */
export function marksAreOf(policy: RiskParameters, marks: Marks, snapshotTime: bigint): boolean {
  const age = Number(snapshotTime) - Date.parse(marks.observedAt) / 1000;
  return age >= 0 && age <= policy.stalenessSeconds;
}
