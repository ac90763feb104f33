// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {VaultCore} from "./base/VaultCore.sol";
import {VaultEscape} from "./base/VaultEscape.sol";
import {VaultInstant} from "./base/VaultInstant.sol";
import {ISolvencyRegistry} from "./interfaces/ISolvencyRegistry.sol";

/// @title Collateral of an exchange's customers
/// @dev Nobody can change the contract, and nobody owns it. Tokens leave in `VaultInstant.withdraw` and `VaultPurses._payPurse` only.
contract MarginVault is VaultInstant, VaultEscape {
    constructor(ISolvencyRegistry registry_, address operator_, Times memory times_)
        VaultCore(registry_, operator_, times_)
    {}
}
