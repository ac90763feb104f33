// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @title Bytes as the code of a contract that does nothing
/// @notice Cheaper to read than storage, and never changes: the code starts with STOP, so it cannot self-destruct.
library DataContract {
    error DataNotStored();

    function write(bytes memory data) internal returns (address where) {
        // PUSH2 size, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN: returns what stands behind these ten bytes.
        bytes memory creation =
            abi.encodePacked(hex"61", uint16(data.length + 1), hex"80600a5f395ff3", hex"00", data);
        assembly ("memory-safe") {
            // Only reads the array that was just made.
            where := create(0, add(creation, 0x20), mload(creation))
        }
        // More data than a contract may have, where the cast above would cut the size, comes back empty as well.
        if (where.code.length != data.length + 1) revert DataNotStored();
    }

    /// @notice `length` bytes from behind the STOP; zeros where the code is shorter.
    function read(address where, uint256 length) internal view returns (bytes memory data) {
        return slice(where, 0, length);
    }

    /// @notice `length` bytes from `start` bytes behind the STOP; zeros where the code is shorter.
    function slice(address where, uint256 start, uint256 length) internal view returns (bytes memory data) {
        data = new bytes(length);
        assembly ("memory-safe") {
            // Writes exactly the array's own bytes.
            extcodecopy(where, add(data, 0x20), add(start, 1), length)
        }
    }

    function sizeOf(address where) internal view returns (uint256) {
        return where.code.length - 1;
    }
}
