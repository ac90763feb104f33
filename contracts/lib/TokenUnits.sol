// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {PolicyTable} from "./PolicyTable.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Amounts of a token in units of a policy's row, and back
/// @dev A row has at most 18 decimals, a token at most 38; amounts of tokens are below 2^130, of units below 2^128.
library TokenUnits {
    /// @notice Of a token: 10^38 is below 2^127.
    uint8 internal constant MAX_DECIMALS = 38;
    uint8 private constant NATIVE_DECIMALS = 18;

    /// @notice What of a row an amount of tokens takes: more rather than less.
    function unitsUp(uint256 amount, uint256 tokenDecimals, uint256 rowDecimals) internal pure returns (uint256) {
        // Below 2^130 times 2^60.
        if (rowDecimals >= tokenDecimals) return amount * 10 ** (rowDecimals - tokenDecimals);
        return Math.ceilDiv(amount, 10 ** (tokenDecimals - rowDecimals));
    }

    /// @notice The tokens that units of a row are good for: less rather than more.
    function tokensDown(uint256 units, uint256 tokenDecimals, uint256 rowDecimals) internal pure returns (uint256) {
        // Below 2^128 times 2^127.
        if (tokenDecimals >= rowDecimals) return units * 10 ** (tokenDecimals - rowDecimals);
        return units / 10 ** (rowDecimals - tokenDecimals);
    }

    /// @notice What the token says, if it can be used here.
    function read(address token) internal view returns (bool isUsable, uint256 decimals) {
        if (token == PolicyTable.NATIVE) return (true, NATIVE_DECIMALS);
        (bool answered, bytes memory answer) = token.staticcall(abi.encodeCall(IERC20Metadata(token).decimals, ()));
        decimals = answered && answer.length >= 0x20 ? abi.decode(answer, (uint256)) : type(uint256).max;
        isUsable = decimals <= MAX_DECIMALS;
    }
}
