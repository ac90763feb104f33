import { defineConfig } from "vitest/config";

// `npm test` is the quick project; `npm run test:long` is the long ones. They share two cores with WASM provers that use
// worker threads of their own, so test files run in two processes, and those that measure times or wait for a browser one
// after another.
const ALONE = [
  "test/bench/*.long.ts",
  "test/**/web/*.long.ts",
  "test/**/browser-*.long.ts",
  "test/docs/guide-*.long.ts",
  "test/prover/epoch-report/*.long.ts",
  "test/prover/cli/interrupt.long.ts",
];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "quick",
          include: ["test/**/*.test.ts"],
          pool: "forks",
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "long",
          include: ["test/**/*.long.ts"],
          exclude: [...ALONE, "**/node_modules/**"],
          pool: "forks",
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 1_200_000,
          hookTimeout: 1_200_000,
        },
      },
      {
        test: {
          name: "long-alone",
          include: [...ALONE],
          pool: "forks",
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          testTimeout: 1_200_000,
          hookTimeout: 1_200_000,
        },
      },
    ],
  },
});
