// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {BATCH_SIGNALS, EPOCH_SIGNALS} from "../generated/Constants.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";
import {Groth16Batch} from "../lib/Groth16Batch.sol";
import {VerificationKeys} from "../lib/VerificationKeys.sol";

/// @notice Opens the combined check to tests, with keys that no registry would take.
contract Groth16Harness {
    function check(
        ISolvencyRegistry.Batch[] calldata batches,
        uint256[8] calldata epochProof,
        uint256[EPOCH_SIGNALS] calldata signals,
        address batchKey,
        address epochKey
    ) external view {
        Groth16Batch.check(
            batches,
            epochProof,
            signals,
            VerificationKeys.read(batchKey, BATCH_SIGNALS),
            VerificationKeys.read(epochKey, EPOCH_SIGNALS),
            keccak256(msg.data)
        );
    }

    function inspect(address key, uint256 signals) external view returns (bytes32, bytes32) {
        return VerificationKeys.inspect(key, signals);
    }
}
