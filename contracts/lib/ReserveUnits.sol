// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Balances in units of policies: always rounded down, against the exchange
/// @dev Balances are below 2^128, prices below 2^96, a row's decimals at most 18 and a token's at most 38.
library ReserveUnits {
    /// @notice A balance in units of a row.
    function down(uint256 balance, uint256 tokenDecimals, uint256 rowDecimals) internal pure returns (uint256) {
        // 2^128 times 10^18 stays below 2^188.
        if (rowDecimals >= tokenDecimals) return balance * 10 ** (rowDecimals - tokenDecimals);
        return balance / 10 ** (tokenDecimals - rowDecimals);
    }

    /// @notice Value of a balance at the price of one unit of the row. A value that no claim reaches is cut.
    function valueDown(uint256 balance, uint256 price, uint256 tokenDecimals, uint256 rowDecimals)
        internal
        pure
        returns (uint256 value)
    {
        // Below 2^224.
        value = balance * price;
        value = rowDecimals >= tokenDecimals
            ? Math.saturatingMul(value, 10 ** (rowDecimals - tokenDecimals))
            : value / 10 ** (tokenDecimals - rowDecimals);
        // A claim is below 2^128, and fewer than 2^16 of these are added.
        if (value > type(uint128).max) value = type(uint128).max;
    }
}
