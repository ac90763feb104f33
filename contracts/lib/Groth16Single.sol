// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {FIELD} from "../generated/Constants.sol";
import {Groth16Batch} from "./Groth16Batch.sol";
import {VerificationKeys} from "./VerificationKeys.sol";

/// @title One Groth16 proof by itself
/// @notice It holds when e(-A, B) e(alpha1, beta2) e(IC(x), gamma2) e(C, delta2) = 1. Refuses in the words of `Groth16Batch`.
library Groth16Single {
    uint256 private constant BASE_FIELD =
        21888242871839275222246405745257275088696311157297823662689037894645226208583;
    uint256 private constant PAIR = 0xc0;

    /// @notice A signal that is not below the field's order has a second encoding.
    error SignalOutOfField(uint256 signal);

    /// @notice Reverts unless the proof holds for these signals.
    /// @param key Words of a key that `VerificationKeys.inspect` accepted for as many signals as come.
    /// @param proof A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y, as the precompiles take them.
    function requireProof(bytes memory key, uint256[] memory signals, uint256[8] calldata proof) internal view {
        bool isFinite = (proof[0] | proof[1]) != 0 && (proof[2] | proof[3] | proof[4] | proof[5]) != 0
            && (proof[6] | proof[7]) != 0;
        if (!isFinite) revert Groth16Batch.PointAtInfinity();
        // The precompile would see y + BASE_FIELD as negative, so the bound is checked here.
        if (proof[1] >= BASE_FIELD) revert Groth16Batch.PointInvalid();

        uint256[5] memory input = _input(key, signals);
        bool isValid;
        uint256 holds;
        assembly ("memory-safe") {
            // Four pairs at the free pointer, which nothing allocates past before the call; the key has all words that are read.
            let pairs := mload(0x40)
            let words := add(key, 0x20)
            calldatacopy(pairs, proof, PAIR)
            mstore(add(pairs, 0x20), sub(BASE_FIELD, calldataload(add(proof, 0x20))))
            // alpha1 and beta2 stand side by side in the key.
            mcopy(add(pairs, 0xc0), words, 0xc0)
            mcopy(add(pairs, 0x180), input, 0x40)
            mcopy(add(pairs, 0x1c0), add(words, 0xc0), 0x80)
            calldatacopy(add(pairs, 0x240), add(proof, 0xc0), 0x40)
            mcopy(add(pairs, 0x280), add(words, 0x140), 0x80)
            // On a chain without the precompile nothing would be written here.
            mstore(0x00, 0)
            isValid := staticcall(gas(), 8, pairs, 0x300, 0x00, 0x20)
            holds := mload(0x00)
        }
        if (!isValid) revert Groth16Batch.PointInvalid();
        if (holds != 1) revert Groth16Batch.ProofsRejected();
    }

    /// @dev IC_0 + sum of signal_j IC_(j+1), in words 0 and 1.
    function _input(bytes memory key, uint256[] memory signals) private view returns (uint256[5] memory sum) {
        uint256 at = VerificationKeys.IC;
        assembly ("memory-safe") {
            at := add(add(key, 0x20), at)
            mcopy(sum, at, 0x40)
        }
        bool isValid = true;
        for (uint256 j = 0; j < signals.length; j++) {
            if (signals[j] >= FIELD) revert SignalOutOfField(j);
            uint256 signal = signals[j];
            assembly ("memory-safe") {
                // The key has a point for each signal and one more. Writes the five words of `sum` only: multiplies in words 2 to 4,
                // then adds words 0 to 3.
                at := add(at, 0x40)
                let product := add(sum, 0x40)
                mcopy(product, at, 0x40)
                mstore(add(sum, 0x80), signal)
                isValid := and(isValid, staticcall(gas(), 7, product, 0x60, product, 0x40))
                isValid := and(isValid, staticcall(gas(), 6, sum, 0x80, sum, 0x40))
            }
        }
        if (!isValid) revert Groth16Batch.PointInvalid();
    }
}
