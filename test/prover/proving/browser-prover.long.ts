import { createHash } from "node:crypto";
import { bn254 } from "@noble/curves/bn254";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instanceArtifacts } from "../../../prover/src/build/artifacts.ts";
import { proverModule } from "../../../prover/src/groth16/module.ts";
import type { BrowserProof } from "../../../prover/src/proving/browser-prover.ts";
import type { G1Point, G2Point, VerificationKey } from "../../../verifier/src/groth16/key.ts";
import { proofFromWords } from "../../../verifier/src/groth16/proof.ts";
import { withdrawalInputs } from "../../../verifier/src/withdrawal/inputs.ts";
import { withdrawalSignalList, withdrawalSignals } from "../../../verifier/src/withdrawal/statement.ts";
import { chromiumFor, launchBrowser } from "../../support/browser.ts";
import type { Question } from "../../support/proving-page/question.ts";
import { type Part, type ProvingSite, proveOn, provingSite } from "../../support/proving-site.ts";
import { seeded } from "../../support/random.ts";
import { accountInBatch, randomRequest } from "../../support/withdrawal.ts";

// Withdrawal proofs in a real browser, under the policy that Plimsoll's pages have.

const CHROMIUM = chromiumFor("the prover");

const INSTANCE = "withdrawal-1";
const random = seeded("browser prover");
const opening = accountInBatch(random, { holdings: [{ row: 4, quantity: 700n }], free: 10n });
const request = randomRequest(random, { asset: 2, amount: 700n, charge: 10_000_000n });
const signals = withdrawalSignalList(withdrawalSignals(opening, request));
const question: Question = { name: INSTANCE, inputs: withdrawalInputs(opening, request, 1) };

describe.skipIf(CHROMIUM === undefined)("the prover in a browser", () => {
  let site: ProvingSite;
  let browser: Browser;
  let vkey: VerificationKey;

  beforeAll(async () => {
    site = await provingSite([INSTANCE]);
    browser = await launchBrowser(CHROMIUM!);
    ({ vkey } = await instanceArtifacts(INSTANCE));
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  /** Asks a page with or without isolation; fails when the browser complains of anything. */
  const prove = async (part: Part, asked: Question) => {
    const page = await browser.newPage();
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    try {
      await page.goto(`${site.url}/${part}/`);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(part !== "plain");
      return await proveOn(page, asked);
    } finally {
      await page.close();
      expect(said).toEqual([]);
    }
  };
  const expectValid = ({ proof, publicSignals }: BrowserProof): void => {
    expect(publicSignals).toEqual(signals);
    expect(holds(vkey, publicSignals, proof)).toBe(true);
    expect(holds(vkey, publicSignals.with(0, publicSignals[0]! + 1n), proof)).toBe(false);
  };

  it("makes a proof with several workers where the page is isolated, another one the next time", async () => {
    const processors = await browser
      .newPage()
      .then((page) => page.evaluate(() => navigator.hardwareConcurrency));
    const [first, second] = [await prove("isolated", question), await prove("isolated", question)];
    expect(first.made).toMatchObject({ prover: "own", threads: Math.min(8, processors) });
    expect(first.stages).toEqual(["witness", "self-test", "key", "proof", "check"]);
    expectValid(first.made);
    expectValid(second.made);
    for (const [i, word] of first.made.proof.entries()) expect(second.made.proof[i]).not.toBe(word);
  });

  it("makes a proof in one worker where the page is not isolated, with the module that Node generates too", async () => {
    const { made, module } = await prove("plain", question);
    expect(made).toMatchObject({ prover: "own", threads: 1 });
    expectValid(made);
    const { bytes, constants } = proverModule();
    expect(module).toBe(createHash("sha256").update(bytes).update(constants).digest("hex"));
  });

  it.each([
    ["its self-test fails", "isolated", true, /not the known one/],
    ["the host does not serve its workers' script", "workerless", false, /a thread of the prover stopped/],
  ] as const)("leaves the proof to snarkjs when %s, and says why", async (_, part, broken, why) => {
    const { made, stages } = await prove(part, { ...question, broken });
    expect(made).toMatchObject({ prover: "snarkjs", why: expect.stringMatching(why) });
    expect(stages).toEqual(["witness", "self-test", "snarkjs", "check"]);
    expectValid(made);
  });
});

/** The pairing equation by noble's curves: none of the code that checked the proof in the browser. */
function holds(key: VerificationKey, publicSignals: readonly bigint[], words: readonly bigint[]): boolean {
  const { a, b, c } = proofFromWords(words);
  const g1 = ([x, y]: G1Point) => bn254.G1.ProjectivePoint.fromAffine({ x, y });
  const g2 = ([[x0, x1], [y0, y1]]: G2Point) =>
    bn254.G2.ProjectivePoint.fromAffine({ x: { c0: x0, c1: x1 }, y: { c0: y0, c1: y1 } });
  const inputs = publicSignals.reduce(
    (sum, signal, i) => sum.add(g1(key.ic[i + 1]!).multiplyUnsafe(signal)),
    g1(key.ic[0]!),
  );
  const product = bn254.pairingBatch([
    { g1: g1(a).negate(), g2: g2(b) },
    { g1: inputs, g2: g2(key.gamma2) },
    { g1: g1(c), g2: g2(key.delta2) },
    { g1: g1(key.alpha1), g2: g2(key.beta2) },
  ]);
  return bn254.fields.Fp12.eql(product, bn254.fields.Fp12.ONE);
}
