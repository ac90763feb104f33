// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Purse} from "../Purse.sol";
import {IMarginVault} from "../interfaces/IMarginVault.sol";
import {Tokens} from "../lib/Tokens.sol";
import {VaultCore} from "./VaultCore.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

/// @title Where exits and escapes pay to
/// @dev A purse is a clone at an address that follows from vault and recipient, so it is paid before anybody makes it.
abstract contract VaultPurses is VaultCore {
    address private immutable _purse = address(new Purse());

    /// @inheritdoc IMarginVault
    function openPurse(address recipient) external returns (address purse) {
        purse = purseOf(recipient);
        if (purse.code.length > 0) return purse;
        Clones.cloneDeterministicWithImmutableArgs(_purse, abi.encode(recipient), 0);
        emit PurseOpened(recipient, purse);
    }

    /// @inheritdoc IMarginVault
    function purseOf(address recipient) public view returns (address) {
        return Clones.predictDeterministicAddressWithImmutableArgs(_purse, abi.encode(recipient), 0);
    }

    /// @dev Pays into purses, the relayer first. Returns the fee, which is at most the amount.
    function _payPurse(address token, address recipient, uint256 amount, Relay memory relay)
        internal
        returns (uint256 fee)
    {
        fee = relay.fee < amount ? relay.fee : amount;
        if (fee > 0) Tokens.send(token, purseOf(relay.relayer), fee);
        Tokens.send(token, purseOf(recipient), amount - fee);
    }
}
