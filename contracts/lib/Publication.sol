// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";

/// @title What publishers sign, as EIP-712 hashes it
library Publication {
    string private constant COLLATERAL =
        "Collateral(address token,uint8 decimals,uint96 price,uint96 weight,uint128 unitWeight)";
    string private constant POLICY =
        "Policy(uint64 observationTime,uint64 nextExpiry,uint256 policyHash,uint256 policyTree,bytes32 shapeHash,bytes32 riskParametersHash,bytes32 marksHash,bytes32 rowTableHash,Collateral[] collateral)";

    bytes32 private constant COLLATERAL_TYPEHASH = keccak256(bytes(COLLATERAL));
    bytes32 private constant POLICY_TYPEHASH = keccak256(abi.encodePacked(POLICY, COLLATERAL));
    bytes32 private constant PUBLICATION_TYPEHASH =
        keccak256(abi.encodePacked("Publication(Policy policy,uint64 deadline)", COLLATERAL, POLICY));

    function hash(IPolicyRegistry.Policy calldata policy, uint64 deadline) internal pure returns (bytes32) {
        bytes32 policyStruct = keccak256(
            abi.encode(
                POLICY_TYPEHASH,
                policy.observationTime,
                policy.nextExpiry,
                policy.policyHash,
                policy.policyTree,
                policy.shapeHash,
                policy.riskParametersHash,
                policy.marksHash,
                policy.rowTableHash,
                _collateralHash(policy.collateral)
            )
        );
        return keccak256(abi.encode(PUBLICATION_TYPEHASH, policyStruct, deadline));
    }

    /// @notice Of its three files: what an epoch's challenge binds.
    function descriptorHash(IPolicyRegistry.Policy calldata policy) internal pure returns (bytes32) {
        return keccak256(abi.encode(policy.riskParametersHash, policy.marksHash, policy.rowTableHash));
    }

    function _collateralHash(IPolicyRegistry.Collateral[] calldata collateral) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](collateral.length);
        for (uint256 k = 0; k < collateral.length; k++) {
            hashes[k] = keccak256(abi.encode(COLLATERAL_TYPEHASH, collateral[k]));
        }
        return keccak256(abi.encodePacked(hashes));
    }
}
