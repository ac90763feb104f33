// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IReserveBook} from "../interfaces/IReserveBook.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Whose book it is
/// @dev Made by its registry, whose owner is its owner.
abstract contract BookOfRegistry is IReserveBook, EIP712 {
    address public immutable registry;
    address public immutable exchange;

    modifier onlyRegistry() {
        if (msg.sender != registry) revert RegistryOnly(msg.sender);
        _;
    }

    modifier onlyOwner() {
        if (msg.sender != Ownable(registry).owner()) revert Ownable.OwnableUnauthorizedAccount(msg.sender);
        _;
    }

    constructor(address exchange_) {
        (registry, exchange) = (msg.sender, exchange_);
    }

    /// @dev A contract is asked by STATICCALL (ERC-1271): it cannot call back and write.
    function _isSigned(address account, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        return SignatureChecker.isValidSignatureNowCalldata(account, digest, signature);
    }
}
