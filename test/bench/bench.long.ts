import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { chromiumPath } from "../support/browser.ts";

const BENCH = new URL("./bench.ts", import.meta.url).pathname;

const HAS_CHROMIUM = chromiumPath() !== undefined;
const SPEEDS = ["snarkjsMs", "ownMs", "ratio", "constraintsPerSecond"];
const IN_BROWSER = ["browserMs", "browserOwnMs", "browserAloneMs"].flatMap((name) =>
  HAS_CHROMIUM ? [`${name}1`, `${name}4`] : [],
);
const KEYS = {
  constraints: [
    "perBlock",
    "perAuxWord",
    "batchFixed",
    "perCoefficient",
    "perRow",
    "spotAccount",
    "perpAccount16",
  ],
  rates: [
    "completePerSecond",
    "commitPerSecond",
    "proveConstraintsPerSecond",
    "proveAccountsPerSecond",
    "verifyBundleMs",
  ],
  prover: [
    ...["", "At15"].flatMap((size) => [...SPEEDS, "peakMB"].map((name) => name + size)),
    ...SPEEDS.map((name) => `${name}Epoch`),
  ],
  withdrawal: [
    ...["constraints1", "constraints4", "snarkjsMs1", "snarkjsMs4", "ownMs1", "ownMs4", "ratio1", "ratio4"],
    ...IN_BROWSER,
  ],
  page: [
    "loadedMB",
    "gzipMB",
    "brotliMB",
    ...(HAS_CHROMIUM ? ["firstCheckMs", "hundredProofsMs", "longestTaskMs"] : []),
  ],
  risk: ["monitorAccountsPerSecondPerCore", "completeSpotPerSecondPerCore", "completeMarginPerSecondPerCore"],
  gas: [
    ...["perBatchAt1", "perBatchAt8", "perBatchAt32", "perBatchChunked", "epochFixed", "perAccount"],
    ...["instantWithdrawal", "instantWithdrawalNative", "forcedExit", "claim"],
  ],
};

// How fast this machine is just now is no matter of right and wrong: the table for people judges that.
test("--json prints one JSON object with every figure of every section", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BENCH, "--json", "--proofs", "1"], {
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  const printed: Record<string, Record<string, number>> = JSON.parse(stdout);
  expect(Object.keys(printed)).toEqual(Object.keys(KEYS));
  for (const [section, keys] of Object.entries(KEYS)) {
    expect(Object.keys(printed[section]!)).toEqual(keys);
    for (const [name, value] of Object.entries(printed[section]!)) expect(value, name).toBeGreaterThan(0);
  }
  // Proof work on the page's own thread would keep it silent all the while, on any machine.
  const { hundredProofsMs, longestTaskMs } = printed.page as Record<string, number>;
  if (HAS_CHROMIUM) expect(longestTaskMs).toBeLessThan(hundredProofsMs! / 3);
});
