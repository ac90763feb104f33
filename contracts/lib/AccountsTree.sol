// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {CHUNK_BATCHES} from "../generated/Constants.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";

/// @title The tree over all batches of an epoch
/// @notice Leaf = keccak256(0x00, circuit id, root, transcript), node = keccak256(0x01, left, right). Chunks of 256 leaves,
/// the last padded with zeros; above them a tree over chunk roots, padded with zeros to a power of two.
library AccountsTree {
    uint256 internal constant CHUNK_DEPTH = 8;

    /// @notice Root over `batches`, at least one, all of one circuit.
    function rootOf(bytes32 circuitId, ISolvencyRegistry.Batch[] calldata batches) internal pure returns (bytes32) {
        bytes32[] memory chunks = new bytes32[]((batches.length + CHUNK_BATCHES - 1) / CHUNK_BATCHES);
        bytes32[] memory leaves = new bytes32[](batches.length < CHUNK_BATCHES ? batches.length : CHUNK_BATCHES);
        bytes32[CHUNK_DEPTH] memory zeros;
        for (uint256 depth = 1; depth < CHUNK_DEPTH; depth++) zeros[depth] = node(zeros[depth - 1], zeros[depth - 1]);

        for (uint256 chunk = 0; chunk < chunks.length; chunk++) {
            chunks[chunk] = _chunkRoot(circuitId, batches, chunk * CHUNK_BATCHES, leaves, zeros);
        }

        uint256 width = chunks.length;
        // Padding above the chunks is the number 0 at their level only, so each level up has its own filler.
        bytes32 filler = 0;
        while (width > 1) {
            width = _foldLevel(chunks, width, filler);
            filler = node(filler, filler);
        }
        return chunks[0];
    }

    /// @notice Whether `leafHash` stands at `index` of a tree of `count` leaves with this root.
    function isMember(bytes32 root, uint256 count, uint256 index, bytes32 leafHash, bytes32[] calldata path)
        internal
        pure
        returns (bool)
    {
        // A path of another length could present a node as a leaf's sibling level, or reach another index.
        if (index >= count || path.length != depthOf(count)) return false;
        bytes32 current = leafHash;
        for (uint256 depth = 0; depth < path.length; depth++) {
            current = (index >> depth) & 1 == 0 ? node(current, path[depth]) : node(path[depth], current);
        }
        return current == root;
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

    /// @dev Root of the chunk that begins at batch `start`; `leaves` is work space, `zeros` the roots of empty subtrees.
    function _chunkRoot(
        bytes32 circuitId,
        ISolvencyRegistry.Batch[] calldata batches,
        uint256 start,
        bytes32[] memory leaves,
        bytes32[CHUNK_DEPTH] memory zeros
    ) private pure returns (bytes32) {
        uint256 size = batches.length - start < CHUNK_BATCHES ? batches.length - start : CHUNK_BATCHES;
        for (uint256 i = 0; i < size; i++) {
            ISolvencyRegistry.Batch calldata batch = batches[start + i];
            leaves[i] = leaf(circuitId, batch.root, batch.transcript);
        }
        for (uint256 depth = 0; depth < CHUNK_DEPTH; depth++) size = _foldLevel(leaves, size, zeros[depth]);
        return leaves[0];
    }

    /// @dev Replaces a level by the one above, in place; `filler` stands for what is missing on its right edge.
    function _foldLevel(bytes32[] memory level, uint256 size, bytes32 filler) private pure returns (uint256 above) {
        above = (size + 1) / 2;
        for (uint256 i = 0; i < above; i++) {
            level[i] = node(level[2 * i], 2 * i + 1 < size ? level[2 * i + 1] : filler);
        }
    }
}
