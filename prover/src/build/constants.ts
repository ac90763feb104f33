// Writes the constants that circuits and contracts read, from the one table of the verifier.
// Run it after a change of verifier/src/constants.json: `node prover/src/build/constants.ts`.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { keccak256, toUtf8Bytes } from "ethers";
import { ROOT } from "./paths.ts";

const SOURCE = "verifier/src/constants.json";
const SOLIDITY_VERSION = "0.8.37";

export interface ConstantTable {
  readonly field: string;
  readonly tags: Readonly<Record<string, number>>;
  readonly layout: Readonly<Record<string, number>>;
  readonly domains: Readonly<Record<string, string>>;
  readonly publicSignals: Readonly<Record<string, readonly string[]>>;
}

/** Paths from the root of the repository, with the text that belongs there. */
export function generatedConstants(table: ConstantTable = readTable()): Readonly<Record<string, string>> {
  return {
    "circuits/generated/constants.circom": constantsCircom(table),
    "contracts/generated/Constants.sol": constantsSolidity(table),
  };
}

/** One circom function per tag (`TAG_IDENTITY()`) and layout constant (`ROW_FREE()`). */
export function constantsCircom(table: ConstantTable): string {
  const values = { ...prefixed("TAG", table.tags), ...table.layout };
  return [
    `// Generated from ${SOURCE} by prover/src/build/constants.ts: never edit by hand.`,
    "pragma circom 2.2.0;",
    "",
    ...Object.entries(values).map(([name, value]) => `function ${name}() { return ${value}; }`),
    "",
  ].join("\n");
}

/** File-level constants; a domain is the keccak256 of its name, an index is a signal's place in `uint256[]`. */
export function constantsSolidity(table: ConstantTable): string {
  const number = (name: string, value: string | number): string => `uint256 constant ${name} = ${value};`;
  const section = (title: string, lines: readonly string[]): string[] => ["", `// ${title}`, ...lines];
  return [
    `// Generated from ${SOURCE} by prover/src/build/constants.ts: never edit by hand.`,
    "// SPDX-License-Identifier: MIT",
    `pragma solidity ${SOLIDITY_VERSION};`,
    ...section("Order of the BN254 scalar field.", [number("FIELD", table.field)]),
    ...section(
      "First inputs of tagged hashes.",
      Object.entries(prefixed("TAG", table.tags)).map(([name, value]) => number(name, value)),
    ),
    ...section(
      "Layout of words, rows, trees and claims.",
      Object.entries(table.layout).map(([name, value]) => number(name, value)),
    ),
    ...section(
      "Domains of hashes.",
      Object.entries(table.domains).flatMap(([name, text]) => [
        `// keccak256("${text}")`,
        `bytes32 constant DOMAIN_${name} = ${keccak256(toUtf8Bytes(text))};`,
      ]),
    ),
    ...section(
      "Places of the public signals, and how many there are.",
      Object.entries(table.publicSignals).flatMap(([circuit, names]) => [
        ...names.map((name, index) => number(`${circuit.toUpperCase()}_${upperSnake(name)}`, index)),
        number(`${circuit.toUpperCase()}_SIGNALS`, names.length),
      ]),
    ),
    "",
  ].join("\n");
}

function prefixed(prefix: string, values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}_${name}`, value]));
}

function upperSnake(name: string): string {
  return name.replace(/[A-Z]/g, "_$&").toUpperCase();
}

function readTable(): ConstantTable {
  return JSON.parse(readFileSync(join(ROOT, SOURCE), "utf8"));
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(generatedConstants())) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
    process.stdout.write(`${path}\n`);
  }
}
