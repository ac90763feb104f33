// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IReserveBook} from "../interfaces/IReserveBook.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";
import {ReserveSet} from "../lib/ReserveSet.sol";
import {BookOfRegistry} from "./BookOfRegistry.sol";

/// @title Where the exchange says to look, and who consents
/// @dev The set is never edited: registering and revoking write another one, which the next opening takes. So a reading
/// costs nothing for consents, and an opening keeps the set that it began with.
abstract contract Consents is BookOfRegistry {
    bytes32 public constant CUSTODY_TYPEHASH = keccak256(
        "Custody(address registry,address account,bool isInsurance,uint64 fromEpoch,uint64 toEpoch,uint64 revocations)"
    );
    bytes32 public constant REVOKE_TYPEHASH =
        keccak256("Revoke(address registry,address account,uint64 revocations)");
    bytes32 public constant REGISTER_TYPEHASH =
        keccak256("Register(address registry,uint64 registrations,bytes32 content)");

    address public registered;
    uint64 public registrations;
    mapping(address account => uint64) public revocations;

    /// @inheritdoc IReserveBook
    function register(Token[] calldata tokens, Account[] calldata accounts, bytes calldata signature)
        external
        returns (address data)
    {
        bytes32 order = registerDigest(registrations, tokens, accounts);
        if (msg.sender != exchange && !_isSigned(exchange, order, signature)) {
            revert ISolvencyRegistry.ExchangeSignatureInvalid(exchange, order);
        }
        for (uint256 i = 0; i < accounts.length; i++) {
            Account calldata one = accounts[i];
            bytes32 digest = custodyDigest(one.account, one.isInsurance, one.fromEpoch, one.toEpoch);
            if (!_isSigned(one.account, digest, one.signature)) revert CustodySignatureInvalid(one.account, digest);
        }
        data = ReserveSet.write(tokens, accounts);
        registered = data;
        registrations++;
        emit ReservesRegistered(data, tokens, accounts);
    }

    /// @inheritdoc IReserveBook
    function revoke(address account, bytes calldata signature) external returns (address data) {
        bytes32 digest = revokeDigest(account);
        if (msg.sender != account && !_isSigned(account, digest, signature)) {
            revert CustodySignatureInvalid(account, digest);
        }
        // From here on what the account signed before is not its consent any more.
        uint64 number = ++revocations[account];
        data = ReserveSet.without(registered, account);
        registered = data;
        emit CustodyRevoked(account, data, number);
    }

    /// @inheritdoc IReserveBook
    function custodyDigest(address account, bool isInsurance, uint64 fromEpoch, uint64 toEpoch)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    CUSTODY_TYPEHASH, registry, account, isInsurance, fromEpoch, toEpoch, revocations[account]
                )
            )
        );
    }

    /// @inheritdoc IReserveBook
    function revokeDigest(address account) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(REVOKE_TYPEHASH, registry, account, revocations[account])));
    }

    /// @inheritdoc IReserveBook
    function registerDigest(uint64 registrations_, Token[] calldata tokens, Account[] calldata accounts)
        public
        view
        returns (bytes32)
    {
        bytes32 content = keccak256(abi.encode(tokens, accounts));
        return _hashTypedDataV4(keccak256(abi.encode(REGISTER_TYPEHASH, registry, registrations_, content)));
    }
}
