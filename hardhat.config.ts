import { fileURLToPath } from "node:url";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import { defineConfig } from "hardhat/config";

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
        version: "0.8.37",
        path: fileURLToPath(import.meta.resolve("solc/soljson.js")),
        settings: { viaIR: true, optimizer: { enabled: true, runs: 1_000_000 }, evmVersion: "cancun" },
      },
    ],
  },
});
