// The tests of contracts once more, against contracts that say which of their statements ran.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  plugins: [
    {
      name: "instrumented-contracts",
      transform: (code, id) =>
        id.endsWith("/prover/src/chain/artifacts.ts")
          ? code.replace("/build/artifacts/", "/build/coverage/artifacts/")
          : undefined,
    },
  ],
  test: {
    include: ["test/contracts/**/*.test.ts"],
    // What costs gas or is read from other files says nothing here; the Solidity tests are measured by themselves.
    exclude: [
      "test/contracts/gas.test.ts",
      "test/contracts/refusals.test.ts",
      "test/contracts/solidity.test.ts",
    ],
    setupFiles: ["test/coverage/keep-hits.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
