import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../../prover/src/build/paths.ts";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";

/** A user of each example, and a line of its report that its model's own rule decides. */
const EXAMPLES = [
  // The worked example of test/vectors/span.json: scan risk 6,620 of a covered write, before the call's premium.
  ["span", "covered-write", /together \(cross margin\) +6,620\.00 +7,652\.00\n/],
  // A box: 5.9 % of what an expiry is worth after any scenario do not count.
  ["derive-pmrm2", "box", /together \(cross margin\) +112\.41 +140\.51\n/],
  // Ten indices bought and sold: 0.9 of what one gains where the other loses most.
  ["tims", "pair", /together \(cross margin\) +18,182\.81 +22,728\.52\n/],
  // 30,000 BTC are 3.47 billion: of 2.5 billion 1,242.1 million count, beyond that nothing; 95 % of it in initial margin.
  ["haircut", "whale", /Effective collateral \(initial\) +1,179,995,000\.00 /],
] as const;

describe.each(EXAMPLES)("the example of model %s", (model, user, words) => {
  const file = (name: string) => join(ROOT, "examples", model, name);
  const policy = ["--risk-parameters", file("risk-parameters.json"), "--marks", file("marks.json")];
  const positions = existsSync(file("positions.csv")) ? ["--positions", file("positions.csv")] : [];
  const accounts = ["--balances", file("margin-accounts.csv"), ...positions];

  it("is built, and the linter accepts it", async () => {
    const built = await runCommand(["policy", "build", ...policy]);
    expect(built).toMatchObject({ exitCode: 0, text: expect.stringMatching(/policy hash +0x[0-9a-f]{64}/) });
    const linted = await runCommand(["policy", "lint", ...policy]);
    expect(linted).toMatchObject({ exitCode: 0, text: expect.stringContaining("accepted: ") });
    const same = await runCommand([
      "policy",
      "diff",
      join(ROOT, "examples", model),
      join(ROOT, "examples", model),
    ]);
    expect(same).toMatchObject({ exitCode: 0, text: expect.stringContaining("risk parameters: the same") });
  });

  it("shows the margin of an account and of the exchange", async () => {
    const one = await runCommand(["margin", "account", ...policy, ...accounts, "--user", user]);
    expect(one).toMatchObject({ exitCode: 0, text: expect.stringMatching(words) });
    const all = await runCommand(["margin", "exchange", ...policy, ...accounts]);
    expect(all).toMatchObject({ exitCode: 0, text: expect.stringMatching(/Under maintenance +1 /) });
  });
});
