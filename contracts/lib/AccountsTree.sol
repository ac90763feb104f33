// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {CHUNK_BATCHES} from "../generated/Constants.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";

/// @title The tree over all batches of an epoch
/// @notice Leaf = keccak256(0x00, circuit id, root, transcript), node = keccak256(0x01, left, right). Chunks of 256 leaves,
/// the last padded with zeros; above them a tree over chunk roots, padded with zeros to a power of two.
library AccountsTree {
    uint256 internal constant CHUNK_DEPTH = 8;

    /// @notice Root over `batches`, at least one.
    function rootOf(ISolvencyRegistry.Run[] calldata runs, ISolvencyRegistry.Batch[] calldata batches)
        internal
        pure
        returns (bytes32)
    {
        bytes32[] memory level = leavesOf(runs, batches);
        uint256 width = (batches.length + CHUNK_BATCHES - 1) / CHUNK_BATCHES;
        for (uint256 chunk = 0; chunk < width; chunk++) {
            uint256 start = chunk * CHUNK_BATCHES;
            uint256 size = batches.length - start < CHUNK_BATCHES ? batches.length - start : CHUNK_BATCHES;
            // Chunks before this one are done with, so their roots have a place.
            level[chunk] = subtree(level, start, size, CHUNK_DEPTH);
        }
        // Padding above the chunks is the number 0 at their level only, so each level up has its own filler.
        for (bytes32 filler = 0; width > 1; filler = node(filler, filler)) {
            width = _foldLevel(level, 0, width, filler);
        }
        return level[0];
    }

    /// @notice Hashes of all batches, each under the circuit of its run. Reverts unless the runs are as long as the list.
    function leavesOf(ISolvencyRegistry.Run[] calldata runs, ISolvencyRegistry.Batch[] calldata batches)
        internal
        pure
        returns (bytes32[] memory leaves)
    {
        leaves = new bytes32[](batches.length);
        uint256 i = 0;
        for (uint256 r = 0; r < runs.length; r++) {
            (bytes32 circuitId, uint256 count) = (runs[r].circuitId, runs[r].count);
            if (count == 0 || count > batches.length - i) revert ISolvencyRegistry.RunsMiscounted(r);
            for (uint256 end = i + count; i < end; i++) leaves[i] = leaf(circuitId, batches[i].root, batches[i].transcript);
        }
        if (i != batches.length) revert ISolvencyRegistry.RunsMiscounted(runs.length);
    }

    /// @notice Root of a subtree of 2^depth leaves within a chunk; only the first `size` from `start` on exist. Overwrites
    /// `leaves`.
    function subtree(bytes32[] memory leaves, uint256 start, uint256 size, uint256 depth) internal pure returns (bytes32) {
        bytes32 filler = 0;
        for (uint256 level = 0; level < depth; level++) {
            size = _foldLevel(leaves, start, size, filler);
            filler = node(filler, filler);
        }
        return leaves[start];
    }

    /// @notice Whether `leafHash` stands at `index` of a tree of `count` leaves with this root.
    function isMember(bytes32 root, uint256 count, uint256 index, bytes32 leafHash, bytes32[] calldata path)
        internal
        pure
        returns (bool)
    {
        // A path of another length could present a node as a leaf's sibling level, or reach another index.
        if (index >= count || path.length != depthOf(count)) return false;
        return climb(leafHash, index, path) == root;
    }

    /// @notice Root of a tree in which `current` stands at `index` of its level; `path` has the siblings, lowest first.
    function climb(bytes32 current, uint256 index, bytes32[] calldata path) internal pure returns (bytes32) {
        for (uint256 depth = 0; depth < path.length; depth++) {
            current = (index >> depth) & 1 == 0 ? node(current, path[depth]) : node(path[depth], current);
        }
        return current;
    }

    /// @notice Levels above the leaves of a tree of `count` leaves, at least one.
    function depthOf(uint256 count) internal pure returns (uint256 depth) {
        uint256 chunks = (count + CHUNK_BATCHES - 1) / CHUNK_BATCHES;
        depth = CHUNK_DEPTH;
        while ((1 << (depth - CHUNK_DEPTH)) < chunks) depth++;
    }

    function leaf(bytes32 circuitId, uint256 root, uint256 transcript) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            // Memory from the free pointer on is nobody's; the prefix is the last byte of the first word.
            let buffer := mload(0x40)
            mstore(buffer, 0x00)
            mstore(add(buffer, 0x20), circuitId)
            mstore(add(buffer, 0x40), root)
            mstore(add(buffer, 0x60), transcript)
            hash := keccak256(add(buffer, 0x1f), 0x61)
        }
    }

    function node(bytes32 left, bytes32 right) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            // As above: one byte, then two words.
            let buffer := mload(0x40)
            mstore(buffer, 0x01)
            mstore(add(buffer, 0x20), left)
            mstore(add(buffer, 0x40), right)
            hash := keccak256(add(buffer, 0x1f), 0x41)
        }
    }

    /// @dev Replaces a level, `size` wide from `start` on, by the one above, in place; `filler` stands for what is missing
    /// on its right edge.
    function _foldLevel(bytes32[] memory level, uint256 start, uint256 size, bytes32 filler)
        private
        pure
        returns (uint256 above)
    {
        above = (size + 1) / 2;
        for (uint256 i = 0; i < above; i++) {
            bytes32 right = 2 * i + 1 < size ? level[start + 2 * i + 1] : filler;
            level[start + i] = node(level[start + 2 * i], right);
        }
    }
}
