import { defineConfig } from "vitest/config";

// `npm test` is the quick project; `npm run test:long` is the long one. Both share two cores with WASM provers
// that use worker threads of their own, so test files run in few processes.
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
          pool: "forks",
          maxWorkers: 1,
          testTimeout: 1_200_000,
          hookTimeout: 1_200_000,
        },
      },
    ],
  },
});
