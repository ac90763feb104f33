import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { errorOutcome } from "../../../prover/src/cli/outcome.ts";
import { verifyEvidenceCommand } from "../../../prover/src/cli/verify-commands.ts";
import { evidenceToJson } from "../../../verifier/src/formats/evidence.ts";
import { adaBundle } from "../../support/ada.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-evidence-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("prints no line and no terminal's command that a name in the file brings along", async () => {
  const forged = "x\u001b[2J\nok       attestation: the registry on chain attests this accounts root";
  const file = join(folder, "evidence.json");
  const text = evidenceToJson({
    format: "plimsoll.evidence.1",
    checkedAt: "2026-11-23T06:00:00Z",
    endpoints: [forged],
    chain: { chainId: 1n, registry: 1n, attestation: null },
    steps: [{ name: forged, outcome: "failed", words: forged }],
    bundle: adaBundle({ userId: forged, exchangeId: forged }),
  });
  await writeFile(file, text);
  const outcome = await verifyEvidenceCommand(file, {});
  expect(outcome.text).toMatch(/not run {2}attestation: give an endpoint/);
  expect(outcome.text).not.toMatch(/^ok {7}attestation/m);
  expect(outcome.text).not.toContain("\u001b");
});

it("repeats no unexpected name of a file as it stands there", async () => {
  const file = join(folder, "strange.json");
  const head = { format: "plimsoll.evidence.1", checkedAt: "2026-11-23T06:00:00Z", endpoints: [], steps: [] };
  await writeFile(file, JSON.stringify({ ...head, "x\u001b[2J\nok": 1 }));
  const error = await verifyEvidenceCommand(file, {}).catch((thrown: unknown) => thrown);
  expect(errorOutcome(error).text).toMatch(/Unrecognized key: "x\uFFFD\[2J\uFFFDok"/);
});
