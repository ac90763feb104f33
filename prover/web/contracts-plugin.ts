import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { type ContractName, contractArtifact } from "../src/chain/artifacts.ts";

/** The contracts that the page talks to, and those whose refusals come through them. */
const CONTRACTS: readonly ContractName[] = [
  "MarginVault",
  "Ledger",
  "SolvencyRegistry",
  "Purse",
  "PolicyRegistry",
  "ReserveBook",
];
const READER = fileURLToPath(new URL("../src/chain/artifacts.ts", import.meta.url));

/** A page reads no files: it comes with the interfaces of its contracts, which `chain/artifacts.ts` reads elsewhere. */
export function contractsPlugin(): Plugin {
  return {
    name: "plimsoll-contracts",
    enforce: "pre",
    load: {
      filter: { id: READER },
      async handler() {
        const entries = CONTRACTS.map(async (name) => [name, (await contractArtifact(name)).abi] as const);
        const interfaces = JSON.stringify(Object.fromEntries(await Promise.all(entries)));
        return `const INTERFACES = ${interfaces};
export async function contractArtifact(name) {
  if (!(name in INTERFACES)) throw new Error("the page has no interface of " + name);
  return { abi: INTERFACES[name], bytecode: "0x" };
}`;
      },
    },
  };
}
