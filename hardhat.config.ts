import { fileURLToPath } from "node:url";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import { defineConfig } from "hardhat/config";

const compiler = { version: "0.8.37", path: fileURLToPath(import.meta.resolve("solc/soljson.js")) };
const plain = { optimizer: { enabled: true, runs: 1_000 }, evmVersion: "cancun" };
const mocks = ["ChallengesHarness", "FeedMock", "Groth16Harness", "PoliciesMock", "TokenMock", "WalletMock"];

// The compiler comes from npm, so that nothing is downloaded from anywhere else. viaIR: without it the combined
// verifier is too deep for the stack, and it is worth about a tenth of the gas.
export default defineConfig({
  plugins: [hardhatEthers],
  paths: {
    sources: "./contracts",
    artifacts: "./build/artifacts",
    cache: "./.cache/hardhat",
    tests: "./test/contracts",
  },
  solidity: {
    compilers: [
      {
        ...compiler,
        settings: { viaIR: true, optimizer: { enabled: true, runs: 1_000_000 }, evmVersion: "cancun" },
      },
    ],
    // Mocks are for tests and the demo's local chain: they need to compile fast, not to run cheaply.
    overrides: Object.fromEntries(
      mocks.map((name) => [`contracts/mocks/${name}.sol`, { ...compiler, settings: plain }]),
    ),
  },
});
