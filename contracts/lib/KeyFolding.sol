// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {DataContract} from "./DataContract.sol";
import {Groth16Batch} from "./Groth16Batch.sol";
import {VerificationKeys} from "./VerificationKeys.sol";

/// @title A verification key for one value of one of its signals
/// @notice IC_0 + value IC_(index+1) stands for IC_0, and the signal's own point is gone: a proof holds under the folded key for the
/// other signals where it holds under the whole key for these and the value. So a signal that never changes costs no multiplication.
library KeyFolding {
    /// @notice Writes the folded key, in the layout of `VerificationKeys` with one signal less.
    /// @param key A key that `VerificationKeys.inspect` accepted for as many signals.
    /// @param index Of the signal, below their number.
    /// @param value Below the field's order.
    function fold(address key, uint256 signals, uint256 index, uint256 value) internal returns (address) {
        bytes memory packed = VerificationKeys.read(key, signals);
        uint256 first = VerificationKeys.IC;
        uint256 own = first + 0x40 * (index + 1);
        bool isValid;
        assembly ("memory-safe") {
            let words := add(packed, 0x20)
            let end := add(words, mload(packed))
            first := add(words, first)
            own := add(words, own)
            // Five words at the free pointer, which nothing keeps.
            let sum := mload(0x40)
            mcopy(sum, first, 0x40)
            mcopy(add(sum, 0x40), own, 0x40)
            mstore(add(sum, 0x80), value)
            isValid := staticcall(gas(), 7, add(sum, 0x40), 0x60, add(sum, 0x40), 0x40)
            isValid := and(isValid, staticcall(gas(), 6, sum, 0x80, first, 0x40))
            // The points behind move up, and the array ends one point earlier.
            mcopy(own, add(own, 0x40), sub(sub(end, own), 0x40))
            mstore(packed, sub(mload(packed), 0x40))
        }
        if (!isValid) revert Groth16Batch.PointInvalid();
        return DataContract.write(packed);
    }
}
