import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import { defineConfig } from "hardhat/config";

const compiler = { version: "0.8.37", path: fileURLToPath(import.meta.resolve("solc/soljson.js")) };
const plain = { optimizer: { enabled: true, runs: 1_000 }, evmVersion: "cancun" };
const mocks = [
  "ChallengesHarness",
  "FeedMock",
  "GateHarness",
  "Groth16Harness",
  "HostileTokenMock",
  "PoliciesMock",
  "ReceiverMock",
  "SilentTokenMock",
  "TokenMock",
  "WalletMock",
];

// The compiler comes from npm, so that nothing is downloaded from anywhere else. viaIR: without it the combined
// verifier is too deep for the stack, and it is worth about a tenth of the gas.
export default defineConfig({
  plugins: [hardhatEthers],
  paths: {
    sources: "./contracts",
    artifacts: "./build/artifacts",
    cache: "./build/cache",
    tests: "./test/contracts/solidity",
  },
  // One seed for the quick tests, so that they pass or fail whoever runs them; another one each time for the long ones.
  test: {
    solidity: {
      profiles: {
        default: { fuzz: { runs: 100 }, invariant: { runs: 10, depth: 30, failOnRevert: true } },
        long: {
          fuzz: { runs: 2_000, seed: `0x${randomBytes(32).toString("hex")}` },
          invariant: { runs: 200, depth: 60, failOnRevert: true },
        },
      },
    },
  },
  solidity: {
    splitTestsCompilation: true,
    profiles: {
      default: {
        compilers: [
          {
            ...compiler,
            settings: { viaIR: true, optimizer: { enabled: true, runs: 1_000_000 }, evmVersion: "cancun" },
          },
        ],
        overrides: {
          // Mocks are for tests and the demo's local chain: they need to compile fast, not to run cheaply.
          ...Object.fromEntries(
            mocks.map((name) => [`contracts/mocks/${name}.sol`, { ...compiler, settings: plain }]),
          ),
          // Optimised for many runs the vault is larger than a contract may be.
          "contracts/MarginVault.sol": {
            ...compiler,
            settings: { viaIR: true, optimizer: { enabled: true, runs: 600 }, evmVersion: "cancun" },
          },
        },
      },
      // Solidity tests compile what they test once more, with themselves and in one go: 8 s, which an optimizer makes 27.
      tests: { compilers: [{ ...compiler, settings: { evmVersion: "cancun" } }] },
    },
  },
});
