// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {
    BATCH_BETA,
    BATCH_GAMMA,
    BATCH_ROOT,
    BATCH_SIGNALS,
    BATCH_T,
    BATCH_TRANSCRIPT,
    BATCH_W,
    EPOCH_BETA,
    EPOCH_GAMMA,
    EPOCH_SIGNALS,
    FIELD
} from "../generated/Constants.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";
import {VerificationKeys} from "./VerificationKeys.sol";
import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @title All proofs of an epoch in one pairing check
/// @notice One Groth16 proof holds when e(A, B) = e(alpha1, beta2) e(IC(x), gamma2) e(C, delta2). With a weight s_i for
/// batch i and 1 for the epoch, and keys that share alpha1, beta2 and gamma2, all hold (but for a chance of 1 in the
/// field's order) when
///
///   prod e(-s_i A_i, B_i) e(-A, B) e((1 + S) alpha1, beta2) e(X, gamma2) e(sum s_i C_i, delta2 of batches) e(C, delta2) = 1
///
/// where S = sum s_i and X is the weighted sum of all IC(x): n + 5 pairs instead of 4 (n + 1).
/// @dev Two false proofs must not cancel, so a weight is unknown until every proof and signal is fixed: it is drawn from
/// `seed`, which the caller derives from the whole call.
library Groth16Batch {
    uint256 private constant BASE_FIELD =
        21888242871839275222246405745257275088696311157297823662689037894645226208583;
    uint256 private constant PAIR = 0xc0;

    /// @notice The precompiles refuse it: off its curve, outside the subgroup, or a coordinate not below the base field.
    error PointInvalid();
    error PointAtInfinity();
    /// @notice At least one of the proofs is false, or belongs to other signals.
    error ProofsRejected();

    /// @dev What the steps of a check hand on, in memory because the stack is short.
    struct Work {
        /// The pairing's input: batches, epoch, alpha, X, C of batches, C of the epoch.
        bytes pairs;
        /// Weighted sums of 1 and of the batches' signals.
        uint256[BATCH_SIGNALS + 1] scalars;
        /// Sum of points (2 words), then a point and its scalar (3 words): work space of the precompiles.
        uint256[5] sum;
    }

    /// @notice Reverts unless every proof holds. `signals` are the epoch proof's, in order.
    /// @dev The caller has made sure that all signals are in the field (here they would count modulo it) and that both keys
    /// share alpha1, beta2 and gamma2.
    function check(
        ISolvencyRegistry.Batch[] calldata batches,
        uint256[8] calldata epochProof,
        uint256[EPOCH_SIGNALS] memory signals,
        bytes memory batchKey,
        bytes memory epochKey,
        bytes32 seed
    ) internal view {
        uint256 count = batches.length;
        Work memory work;
        work.pairs = new bytes(PAIR * (count + 5));

        for (uint256 i = 0; i < count; i++) {
            _addBatch(work, batches[i], i, uint256(Hashes.efficientKeccak256(seed, bytes32(i))) % FIELD);
        }
        _pairKey(work, count + 3, batchKey, VerificationKeys.DELTA);

        _requireFinite(epochProof);
        _pairNegated(work.pairs, count, epochProof);
        (work.sum[0], work.sum[1]) = (epochProof[6], epochProof[7]);
        _pairKey(work, count + 4, epochKey, VerificationKeys.DELTA);

        // gamma and beta are the same in every batch.
        work.scalars[1 + BATCH_GAMMA] = mulmod(work.scalars[0], signals[EPOCH_GAMMA], FIELD);
        work.scalars[1 + BATCH_BETA] = mulmod(work.scalars[0], signals[EPOCH_BETA], FIELD);
        _sumInputs(work, signals, batchKey, epochKey);
        _pairKey(work, count + 2, epochKey, VerificationKeys.GAMMA);

        (work.sum[0], work.sum[1]) = (0, 0);
        _addMultiple(work.sum, epochKey, VerificationKeys.ALPHA, addmod(work.scalars[0], 1, FIELD));
        _pairKey(work, count + 1, epochKey, VerificationKeys.BETA);

        (bool valid, bytes memory answer) = address(8).staticcall(work.pairs);
        if (!valid) revert PointInvalid();
        if (abi.decode(answer, (uint256)) != 1) revert ProofsRejected();
    }

    /// @dev Batch `index`: its pair, its C, its signals.
    function _addBatch(Work memory work, ISolvencyRegistry.Batch calldata batch, uint256 index, uint256 weight)
        private
        view
    {
        uint256[BATCH_SIGNALS + 1] memory scalars = work.scalars;
        scalars[0] = addmod(scalars[0], weight, FIELD);
        scalars[1 + BATCH_ROOT] = addmod(scalars[1 + BATCH_ROOT], mulmod(weight, batch.root, FIELD), FIELD);
        scalars[1 + BATCH_TRANSCRIPT] =
            addmod(scalars[1 + BATCH_TRANSCRIPT], mulmod(weight, batch.transcript, FIELD), FIELD);
        scalars[1 + BATCH_T] = addmod(scalars[1 + BATCH_T], mulmod(weight, batch.t, FIELD), FIELD);
        scalars[1 + BATCH_W] = addmod(scalars[1 + BATCH_W], mulmod(weight, batch.w, FIELD), FIELD);
        _requireFinite(batch.proof);
        _pairProof(work.pairs, index, batch.proof, FIELD - weight);
        (work.sum[2], work.sum[3], work.sum[4]) = (batch.proof[6], batch.proof[7], weight);
        _addProduct(work.sum);
    }

    /// @dev X, from the epoch's constant point on, whose weight is 1.
    function _sumInputs(
        Work memory work,
        uint256[EPOCH_SIGNALS] memory signals,
        bytes memory batchKey,
        bytes memory epochKey
    ) private view {
        (work.sum[0], work.sum[1]) = _point(epochKey, VerificationKeys.IC);
        for (uint256 j = 0; j <= BATCH_SIGNALS; j++) {
            _addMultiple(work.sum, batchKey, VerificationKeys.IC + 0x40 * j, work.scalars[j]);
        }
        for (uint256 j = 0; j < EPOCH_SIGNALS; j++) {
            _addMultiple(work.sum, epochKey, VerificationKeys.IC + 0x40 * (j + 1), signals[j]);
        }
    }

    /// @dev Infinity is a valid point to the precompiles, but never part of an honest proof.
    function _requireFinite(uint256[8] calldata proof) private pure {
        bool finite = (proof[0] | proof[1]) != 0 && (proof[2] | proof[3] | proof[4] | proof[5]) != 0
            && (proof[6] | proof[7]) != 0;
        if (!finite) revert PointAtInfinity();
    }

    /// @dev Writes (scalar A, B) as pair `index`.
    function _pairProof(bytes memory pairs, uint256 index, uint256[8] calldata proof, uint256 scalar) private view {
        bool valid;
        assembly ("memory-safe") {
            // `pairs` has room for index + 1 pairs; scalar multiplication reads three words there and leaves two.
            let at := add(add(pairs, 0x20), mul(index, PAIR))
            calldatacopy(at, proof, 0x40)
            mstore(add(at, 0x40), scalar)
            valid := staticcall(gas(), 7, at, 0x60, at, 0x40)
            calldatacopy(add(at, 0x40), add(proof, 0x40), 0x80)
        }
        if (!valid) revert PointInvalid();
    }

    /// @dev Writes (-A, B) as pair `index`.
    function _pairNegated(bytes memory pairs, uint256 index, uint256[8] calldata proof) private pure {
        uint256 y = proof[1];
        // The precompile would see y + BASE_FIELD as negative, so the bound is checked here.
        if (y >= BASE_FIELD) revert PointInvalid();
        assembly ("memory-safe") {
            // `pairs` has room for index + 1 pairs.
            let at := add(add(pairs, 0x20), mul(index, PAIR))
            calldatacopy(at, proof, PAIR)
            mstore(add(at, 0x20), sub(BASE_FIELD, y))
        }
    }

    /// @dev Writes (sum, point of the key at `offset`) as pair `index`.
    function _pairKey(Work memory work, uint256 index, bytes memory key, uint256 offset) private pure {
        bytes memory pairs = work.pairs;
        uint256[5] memory sum = work.sum;
        assembly ("memory-safe") {
            // `pairs` has room for index + 1 pairs, and the key has four words at `offset`.
            let at := add(add(pairs, 0x20), mul(index, PAIR))
            mcopy(at, sum, 0x40)
            mcopy(add(at, 0x40), add(add(key, 0x20), offset), 0x80)
        }
    }

    /// @dev sum += scalar times the key's point at `offset`.
    function _addMultiple(uint256[5] memory sum, bytes memory key, uint256 offset, uint256 scalar) private view {
        (sum[2], sum[3]) = _point(key, offset);
        sum[4] = scalar;
        _addProduct(sum);
    }

    /// @dev Words 0 and 1 += word 4 times the point in words 2 and 3.
    function _addProduct(uint256[5] memory sum) private view {
        bool valid;
        assembly ("memory-safe") {
            // Reads and writes the five words of `sum` only: multiply in words 2 to 4, then add words 0 to 3.
            let at := add(sum, 0x40)
            valid := staticcall(gas(), 7, at, 0x60, at, 0x40)
            valid := and(valid, staticcall(gas(), 6, sum, 0x80, sum, 0x40))
        }
        if (!valid) revert PointInvalid();
    }

    function _point(bytes memory key, uint256 offset) private pure returns (uint256 x, uint256 y) {
        assembly ("memory-safe") {
            // Keys have the length that their registration required; offsets are constants below it.
            let at := add(add(key, 0x20), offset)
            x := mload(at)
            y := mload(add(at, 0x20))
        }
    }
}
