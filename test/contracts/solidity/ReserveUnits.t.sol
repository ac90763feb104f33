// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {ReserveUnits} from "../../../contracts/lib/ReserveUnits.sol";
import {Fuzz} from "./support/Fuzz.sol";

/// @notice Units over the ranges that the library states: balances below 2^128, prices below 2^96, a row's decimals at most
/// 18 and a token's at most 38.
contract ReserveUnitsTest is Fuzz {
    /// hardhat-config: default.fuzz.runs = 500
    function testFuzz_UnitsAreTheMostThatTheBalanceCovers(uint128 balance, uint256 token, uint256 row) external pure {
        (token, row) = (within(token, 0, 38), within(row, 0, 18));
        uint256 units = ReserveUnits.down(balance, token, row);
        // units 10^-row <= balance 10^-token < (units + 1) 10^-row, without fractions and below 2^256.
        uint256 scale = 10 ** (token > row ? token - row : row - token);
        if (row >= token) {
            same(units, balance * scale, "units");
        } else {
            require(units * scale <= balance && balance < (units + 1) * scale, "not rounded down");
        }
        require(units < 1 << 188, "larger than stated");
    }

    /// hardhat-config: default.fuzz.runs = 500
    function testFuzz_ValueIsNeverAboveTheBalancesAtItsPrice(uint128 balance, uint96 price, uint256 token, uint256 row)
        external
        pure
    {
        (token, row) = (within(token, 0, 38), within(row, 0, 18));
        uint256 value = ReserveUnits.valueDown(balance, price, token, row);
        uint256 exact = uint256(balance) * price;
        require(value <= type(uint128).max, "a value that no claim reaches is cut");
        if (row < token) {
            uint256 scale = 10 ** (token - row);
            if (value < type(uint128).max) require(exact - value * scale < scale, "not the most");
            require(value * scale <= exact, "above the balance's worth");
            return;
        }
        // Divided instead of multiplied, since the product may be beyond 2^256.
        uint256 factor = 10 ** (row - token);
        bool isCut = exact > type(uint128).max / factor;
        same(value, isCut ? type(uint128).max : exact * factor, "value");
    }

    /// @dev What the exchange gains by splitting a balance over accounts or tokens: nothing.
    function testFuzz_PartsAreWorthNoMoreThanTheWhole(uint128 balance, uint128 part, uint96 price, uint256 token, uint256 row)
        external
        pure
    {
        (token, row) = (within(token, 0, 38), within(row, 0, 18));
        part = uint128(within(part, 0, balance));
        uint256 whole = ReserveUnits.down(balance, token, row);
        uint256 parts = ReserveUnits.down(part, token, row) + ReserveUnits.down(balance - part, token, row);
        require(parts <= whole && whole - parts <= 1, "parts");
        whole = ReserveUnits.valueDown(balance, price, token, row);
        if (whole == type(uint128).max) return;
        parts = ReserveUnits.valueDown(part, price, token, row) + ReserveUnits.valueDown(balance - part, price, token, row);
        require(parts <= whole && whole - parts <= 1, "parts' value");
    }

    function testFuzz_MoreIsNeverWorthLess(uint128 balance, uint128 more, uint96 price, uint256 token, uint256 row)
        external
        pure
    {
        (token, row) = (within(token, 0, 38), within(row, 0, 18));
        more = uint128(within(more, balance, type(uint128).max));
        require(ReserveUnits.down(balance, token, row) <= ReserveUnits.down(more, token, row), "units");
        require(
            ReserveUnits.valueDown(balance, price, token, row) <= ReserveUnits.valueDown(more, price, token, row), "value"
        );
    }
}
