// Conversions between tokens and rows: the solver in the Solidity compiler proves that their ranges are those that they state.
// It has no powers with a variable exponent. So the sources are compiled with the exponent's value in its place, for both
// ends of its range and around zero: what is multiplied or divided by a power of ten between them lies between.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../prover/src/build/paths.ts";
import { checkModels } from "../support/model-checker.ts";

const MAX_TOKEN_DECIMALS = 38;
const MAX_ROW_DECIMALS = 18;

/** Decimals of the row less those of the token. */
const DIFFERENCES = [
  -MAX_TOKEN_DECIMALS,
  -MAX_TOKEN_DECIMALS + 1,
  -1,
  0,
  1,
  MAX_ROW_DECIMALS - 1,
  MAX_ROW_DECIMALS,
];

/** What OpenZeppelin's functions of these names return, without the assembly that the solver knows nothing of. */
const MATH = `
// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;
library Math {
    function saturatingMul(uint256 a, uint256 b) internal pure returns (uint256) {
        return b != 0 && a > type(uint256).max / b ? type(uint256).max : a * b;
    }
    function ceilDiv(uint256 a, uint256 b) internal pure returns (uint256) {
        return a == 0 ? 0 : (a - 1) / b + 1;
    }
}`;

/** The library as it is, for one difference. */
function library(name: string, difference: number): string {
  const power = (exponent: number): string => `10 ** ${Math.max(exponent, 0)}`;
  const source = readFileSync(join(ROOT, `contracts/lib/${name}.sol`), "utf8");
  return source
    .replace(/import \{Math\} from "[^"]+";/, 'import {Math} from "Math.sol";')
    .replace(/^import .*(PolicyTable|IERC20Metadata).*\n/gm, "")
    .replaceAll("10 ** (rowDecimals - tokenDecimals)", power(difference))
    .replaceAll("10 ** (tokenDecimals - rowDecimals)", power(-difference))
    .replace(/ {4}\/\/\/ @notice What the token says[\s\S]*$/, "}\n");
}

/** Claims about ranges, for balances below 2^`bits`. */
function claims(difference: number, bits: number): string {
  const token = Math.max(MAX_ROW_DECIMALS, -difference) - Math.max(difference, 0);
  const decimals = `${token}, ${token + difference}`;
  return `
// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;
import {ReserveUnits} from "ReserveUnits.sol";
import {TokenUnits} from "TokenUnits.sol";
contract Claims {
    function reserveUnits(uint256 balance) external pure {
        require(balance < 1 << ${bits});
        assert(ReserveUnits.down(balance, ${decimals}) < 1 << 188);
    }
    function reserveValue(uint256 balance, uint256 price) external pure {
        require(balance < 1 << ${bits} && price < 1 << 96);
        assert(ReserveUnits.valueDown(balance, price, ${decimals}) < 1 << 128);
    }
    function unitsUp(uint256 amount) external pure {
        require(amount < 1 << ${bits + 2});
        assert(TokenUnits.unitsUp(amount, ${decimals}) < 1 << 190);
    }
    function tokensDown(uint256 units) external pure {
        require(units < 1 << ${bits});
        assert(TokenUnits.tokensDown(units, ${decimals}) < 1 << 255);
    }
}`;
}

const prove = (difference: number, bits: number) =>
  checkModels({
    "Math.sol": MATH,
    "ReserveUnits.sol": library("ReserveUnits", difference),
    "TokenUnits.sol": library("TokenUnits", difference),
    "Claims.sol": claims(difference, bits),
  });

test.each(DIFFERENCES)(
  "no balance, price or amount in its range overflows, or leaves the result's, for %i decimals more",
  async (difference) => {
    const { proved, unproved } = await prove(difference, 128);
    expect(unproved).toEqual([]);
    // Four assertions and the operations before them.
    expect(proved).toBeGreaterThan(10);
  },
);

test("a balance beyond its range is found to", async () => {
  const { unproved } = await prove(MAX_ROW_DECIMALS, 200);
  expect(unproved.join("\n")).toMatch(/Overflow[\s\S]*Assertion violation/);
});
