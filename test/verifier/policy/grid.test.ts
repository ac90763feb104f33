import { expect, test } from "vitest";
import { scenarioGrid, scenarioLabel } from "../../../verifier/src/policy/grid.ts";

test("scenarios are named by signed moves and by the unsigned share of them that counts", () => {
  const names = scenarioGrid({ preset: "span-16", range: "0.15" }).scenarios.map(
    (of) => scenarioLabel(of).name,
  );
  expect(names).toContain("spot +5 %, volatility up");
  expect(names).toContain("spot -15 %, volatility down");
  expect(names).toContain("spot 0 %, volatility up");
  expect(names).toContain("spot -30 %, volatility same, 35 % of it counted");
});
