// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IReserveBook} from "../interfaces/IReserveBook.sol";

/// @title What attestors say to hold
library Statements {
    bytes32 internal constant TYPEHASH = keccak256(
        "Statement(address registry,uint64 epoch,uint64 snapshotTime,bytes32 rowTableHash,uint256[] assets,uint256[] amounts)"
    );

    function hash(
        address registry,
        uint64 epoch,
        uint64 snapshotTime,
        bytes32 rowTableHash,
        uint256[] calldata assets,
        uint256[] calldata amounts
    ) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                TYPEHASH,
                registry,
                epoch,
                snapshotTime,
                rowTableHash,
                keccak256(abi.encodePacked(assets)),
                keccak256(abi.encodePacked(amounts))
            )
        );
    }

    /// @notice Adds a statement's amounts to the sums by asset.
    function addTo(uint256[] memory sums, IReserveBook.Statement calldata statement) internal pure {
        (uint256[] calldata assets, uint256[] calldata amounts) = (statement.assets, statement.amounts);
        bool isGood = assets.length == amounts.length;
        for (uint256 i = 0; isGood && i < assets.length; i++) {
            isGood = assets[i] < sums.length && (i == 0 || assets[i] > assets[i - 1]) && amounts[i] <= type(uint128).max;
            // Attestors are fewer than 2^100, so the sum of amounts does not run over.
            if (isGood) sums[assets[i]] += amounts[i];
        }
        if (!isGood) revert IReserveBook.StatementMalformed(statement.attestor);
    }
}
