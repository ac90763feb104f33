// Runs with each test file: what its chains saw is written down when it ends.
import { markTestWorkerDone } from "hardhat/internal/coverage";
import { afterAll } from "vitest";

afterAll(() => markTestWorkerDone("typescript"));
