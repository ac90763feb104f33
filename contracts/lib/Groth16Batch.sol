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
    EPOCH_SIGNALS,
    FIELD
} from "../generated/Constants.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";
import {VerificationKeys} from "./VerificationKeys.sol";
import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @title Any number of proofs in one pairing check
/// @notice One Groth16 proof holds when e(A, B) = e(alpha1, beta2) e(IC(x), gamma2) e(C, delta2). With a weight s_i for
/// proof i, and keys that share alpha1, beta2 and gamma2, all hold (but for a chance of 1 in the field's order) when
///
///   prod e(-s_i A_i, B_i) e(S alpha1, beta2) e(X, gamma2) prod over keys e(sum s_i C_i, delta2 of the key) = 1
///
/// where S = sum s_i and X is the weighted sum of all IC(x): a pair for each proof, one for each run of a key, and two.
/// @dev Two false proofs must not cancel, so a weight is unknown until every proof and signal is fixed: it is drawn from
/// a seed, which the caller derives from the whole call. One proof of a check may have the weight 1: `addEpoch`.
library Groth16Batch {
    uint256 private constant BASE_FIELD =
        21888242871839275222246405745257275088696311157297823662689037894645226208583;
    uint256 private constant PAIR = 0xc0;

    /// @notice The precompiles refuse it: off its curve, outside the subgroup, or a coordinate not below the base field.
    error PointInvalid();
    error PointAtInfinity();
    /// @notice At least one of the proofs is false, or belongs to other signals.
    error ProofsRejected();

    /// @notice What all proofs of a check share, in memory because the stack is short.
    /// @param pairs The pairing's input; `used` pairs are written.
    /// @param total Sum of the weights.
    /// @param input Sum of IC(x) (2 words), then a point and its scalar (3 words): work space of the precompiles.
    struct Work {
        bytes pairs;
        uint256 used;
        uint256 total;
        uint256[5] input;
    }

    /// @notice What the batch proofs of a call have in common. A proof's weight follows from `seed` and its place.
    struct Challenge {
        uint256 gamma;
        uint256 beta;
        bytes32 seed;
    }

    /// @notice A check of `proofs` proofs under keys in `runs` runs.
    function start(uint256 proofs, uint256 runs) internal pure returns (Work memory work) {
        work.pairs = new bytes(PAIR * (proofs + runs + 2));
    }

    /// @notice Adds the proofs of batches `from` up to `to`, all under one key.
    /// @dev The caller has made sure that all signals are in the field (here they would count modulo it) and that all keys
    /// of the check share alpha1, beta2 and gamma2. A weight belongs to a place in the call's list of batches.
    function addRun(
        Work memory work,
        ISolvencyRegistry.Batch[] calldata batches,
        uint256 from,
        uint256 to,
        bytes memory key,
        Challenge memory challenge
    ) internal view {
        // Weighted sums of 1 and of the batches' signals.
        uint256[BATCH_SIGNALS + 1] memory scalars;
        uint256[5] memory sum;
        bytes32 seed = challenge.seed;
        for (uint256 i = from; i < to; i++) {
            uint256 weight = uint256(Hashes.efficientKeccak256(seed, bytes32(i))) % FIELD;
            _addBatch(work, scalars, sum, batches[i], weight);
        }
        // gamma and beta are the same in every batch.
        scalars[1 + BATCH_GAMMA] = mulmod(scalars[0], challenge.gamma, FIELD);
        scalars[1 + BATCH_BETA] = mulmod(scalars[0], challenge.beta, FIELD);
        for (uint256 j = 0; j <= BATCH_SIGNALS; j++) {
            _addMultiple(work.input, key, VerificationKeys.IC + 0x40 * j, scalars[j]);
        }
        work.total = addmod(work.total, scalars[0], FIELD);
        _pairKey(work, sum, key, VerificationKeys.DELTA);
    }

    /// @notice Adds the epoch's proof, with the weight 1. By itself this is the textbook check of one proof.
    function addEpoch(
        Work memory work,
        uint256[8] calldata proof,
        uint256[EPOCH_SIGNALS] memory signals,
        bytes memory key
    ) internal view {
        _requireFinite(proof);
        _pairNegated(work, proof);
        _addPoint(work.input, key, VerificationKeys.IC);
        for (uint256 j = 0; j < EPOCH_SIGNALS; j++) {
            _addMultiple(work.input, key, VerificationKeys.IC + 0x40 * (j + 1), signals[j]);
        }
        work.total = addmod(work.total, 1, FIELD);
        uint256[5] memory sum;
        (sum[0], sum[1]) = (proof[6], proof[7]);
        _pairKey(work, sum, key, VerificationKeys.DELTA);
    }

    /// @notice Reverts unless every proof that was added holds. `key` is any of the check's keys.
    function finish(Work memory work, bytes memory key) internal view {
        _pairKey(work, work.input, key, VerificationKeys.GAMMA);
        uint256[5] memory sum;
        _addMultiple(sum, key, VerificationKeys.ALPHA, work.total);
        _pairKey(work, sum, key, VerificationKeys.BETA);
        (bool valid, bytes memory answer) = address(8).staticcall(work.pairs);
        if (!valid) revert PointInvalid();
        if (abi.decode(answer, (uint256)) != 1) revert ProofsRejected();
    }

    /// @dev One batch: its pair, its C, its signals.
    function _addBatch(
        Work memory work,
        uint256[BATCH_SIGNALS + 1] memory scalars,
        uint256[5] memory sum,
        ISolvencyRegistry.Batch calldata batch,
        uint256 weight
    ) private view {
        scalars[0] = addmod(scalars[0], weight, FIELD);
        scalars[1 + BATCH_ROOT] = addmod(scalars[1 + BATCH_ROOT], mulmod(weight, batch.root, FIELD), FIELD);
        scalars[1 + BATCH_TRANSCRIPT] =
            addmod(scalars[1 + BATCH_TRANSCRIPT], mulmod(weight, batch.transcript, FIELD), FIELD);
        scalars[1 + BATCH_T] = addmod(scalars[1 + BATCH_T], mulmod(weight, batch.t, FIELD), FIELD);
        scalars[1 + BATCH_W] = addmod(scalars[1 + BATCH_W], mulmod(weight, batch.w, FIELD), FIELD);
        _requireFinite(batch.proof);
        _pairProof(work.pairs, work.used++, batch.proof, FIELD - weight);
        (sum[2], sum[3], sum[4]) = (batch.proof[6], batch.proof[7], weight);
        _addProduct(sum);
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

    /// @dev Writes (-A, B) as the next pair.
    function _pairNegated(Work memory work, uint256[8] calldata proof) private pure {
        bytes memory pairs = work.pairs;
        uint256 index = work.used++;
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

    /// @dev Writes (sum, point of the key at `offset`) as the next pair.
    function _pairKey(Work memory work, uint256[5] memory sum, bytes memory key, uint256 offset) private pure {
        bytes memory pairs = work.pairs;
        uint256 index = work.used++;
        assembly ("memory-safe") {
            // `pairs` has room for index + 1 pairs, and the key has four words at `offset`.
            let at := add(add(pairs, 0x20), mul(index, PAIR))
            mcopy(at, sum, 0x40)
            mcopy(add(at, 0x40), add(add(key, 0x20), offset), 0x80)
        }
    }

    /// @dev sum += the key's point at `offset`.
    function _addPoint(uint256[5] memory sum, bytes memory key, uint256 offset) private view {
        (sum[2], sum[3]) = _point(key, offset);
        bool valid;
        assembly ("memory-safe") {
            // Reads four words of `sum` and writes two.
            valid := staticcall(gas(), 6, sum, 0x80, sum, 0x40)
        }
        if (!valid) revert PointInvalid();
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
