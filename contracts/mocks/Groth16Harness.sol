// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {BATCH_SIGNALS, EPOCH_BETA, EPOCH_GAMMA, EPOCH_SIGNALS} from "../generated/Constants.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";
import {Groth16Batch} from "../lib/Groth16Batch.sol";
import {Groth16Single} from "../lib/Groth16Single.sol";
import {VerificationKeys} from "../lib/VerificationKeys.sol";

/// @notice Opens the combined check to tests, with keys that no registry would take.
contract Groth16Harness {
    /// @notice Neighbouring batches under the key of a data contract.
    struct KeyRun {
        address key;
        uint256 count;
    }

    /// @notice An epoch proof with the batches of its runs.
    function check(
        KeyRun[] calldata runs,
        ISolvencyRegistry.Batch[] calldata batches,
        uint256[8] calldata epochProof,
        uint256[EPOCH_SIGNALS] calldata signals,
        address epochKey
    ) external view {
        Groth16Batch.Work memory work = Groth16Batch.start(batches.length + 1, runs.length + 1);
        _addRuns(work, runs, batches, signals[EPOCH_GAMMA], signals[EPOCH_BETA]);
        bytes memory key = VerificationKeys.read(epochKey, EPOCH_SIGNALS);
        Groth16Batch.addEpoch(work, epochProof, signals, key);
        Groth16Batch.finish(work, key);
    }

    /// @notice Batches only.
    function checkBatches(
        KeyRun[] calldata runs,
        ISolvencyRegistry.Batch[] calldata batches,
        uint256 gamma,
        uint256 beta
    ) external view {
        Groth16Batch.Work memory work = Groth16Batch.start(batches.length, runs.length);
        Groth16Batch.finish(work, _addRuns(work, runs, batches, gamma, beta));
    }

    /// @notice One epoch proof by itself.
    function checkEpoch(uint256[8] calldata proof, uint256[EPOCH_SIGNALS] calldata signals, address epochKey) external view {
        Groth16Batch.Work memory work = Groth16Batch.start(1, 1);
        bytes memory key = VerificationKeys.read(epochKey, EPOCH_SIGNALS);
        Groth16Batch.addEpoch(work, proof, signals, key);
        Groth16Batch.finish(work, key);
    }

    /// @notice One proof of any circuit.
    function checkSingle(uint256[8] calldata proof, uint256[] calldata signals, address key) external view {
        Groth16Single.requireProof(VerificationKeys.read(key, signals.length), signals, proof);
    }

    function inspect(address key, uint256 signals) external view returns (bytes32, bytes32) {
        return VerificationKeys.inspect(key, signals);
    }

    function _addRuns(
        Groth16Batch.Work memory work,
        KeyRun[] calldata runs,
        ISolvencyRegistry.Batch[] calldata batches,
        uint256 gamma,
        uint256 beta
    ) private view returns (bytes memory key) {
        Groth16Batch.Challenge memory challenge = Groth16Batch.Challenge(gamma, beta, keccak256(msg.data));
        uint256 from = 0;
        for (uint256 r = 0; r < runs.length; r++) {
            key = VerificationKeys.read(runs[r].key, BATCH_SIGNALS);
            Groth16Batch.addRun(work, batches, from, from + runs[r].count, key, challenge);
            from += runs[r].count;
        }
    }
}
