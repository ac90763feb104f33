// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IPurse} from "../interfaces/IPurse.sol";
import {PolicyTable} from "./PolicyTable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title ERC-20s and the chain's own coin alike
library Tokens {
    using SafeERC20 for IERC20;

    function balanceOf(address token, address account) internal view returns (uint256) {
        return token == PolicyTable.NATIVE ? account.balance : IERC20(token).balanceOf(account);
    }

    /// @notice Sends tokens, or nothing of none. Hands on all gas: callers let nobody re-enter.
    function send(address token, address to, uint256 amount) internal {
        if (amount == 0) return;
        if (token != PolicyTable.NATIVE) {
            IERC20(token).safeTransfer(to, amount);
            return;
        }
        (bool taken,) = to.call{value: amount}("");
        if (!taken) revert IPurse.CoinRefused(to, amount);
    }
}
