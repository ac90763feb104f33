// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IPurse} from "./interfaces/IPurse.sol";
import {Tokens} from "./lib/Tokens.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

/// @title What a vault paid to one recipient
/// @dev Runs in clones that a vault makes, each with its recipient in its code.
contract Purse is IPurse {
    receive() external payable {}

    /// @inheritdoc IPurse
    function collect(address token) external returns (uint256 amount) {
        return _send(token, recipient());
    }

    /// @inheritdoc IPurse
    function collectTo(address token, address to) external returns (uint256 amount) {
        if (msg.sender != recipient()) revert RecipientOnly(recipient(), msg.sender);
        return _send(token, to);
    }

    /// @inheritdoc IPurse
    function recipient() public view returns (address) {
        return abi.decode(Clones.fetchCloneArgs(address(this)), (address));
    }

    /// @dev Whoever re-enters finds what is left, which is whosever it was.
    function _send(address token, address to) private returns (uint256 amount) {
        amount = Tokens.balanceOf(token, address(this));
        emit Collected(token, to, amount);
        Tokens.send(token, to, amount);
    }
}
