// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice The tree over an epoch's batches as it is defined: every level whole, padding and all.
library PlainTree {
    uint256 private constant CHUNK = 256;

    /// @notice All levels, the leaves first: each chunk padded with zeros to 256 leaves, the chunks to a power of two.
    function levelsOf(bytes32[] memory leaves) internal pure returns (bytes32[][] memory levels) {
        uint256 chunks = (leaves.length + CHUNK - 1) / CHUNK;
        uint256 width = 1;
        uint256 depth = 8;
        for (; width < chunks; width *= 2) depth++;
        levels = new bytes32[][](depth + 1);
        levels[0] = resized(leaves, chunks * CHUNK);
        for (uint256 i = 0; i < depth; i++) {
            levels[i + 1] = above(levels[i]);
            if (i == 7) levels[8] = resized(levels[8], width);
        }
    }

    /// @notice Siblings of the node at `index` of level `from`, lowest first.
    function pathOf(bytes32[][] memory levels, uint256 index, uint256 from) internal pure returns (bytes32[] memory path) {
        path = new bytes32[](levels.length - 1 - from);
        for (uint256 i = 0; i < path.length; i++) path[i] = levels[from + i][(index >> i) ^ 1];
    }

    function leafOf(bytes32 circuitId, uint256 root, uint256 transcript) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x00), circuitId, root, transcript));
    }

    function above(bytes32[] memory level) private pure returns (bytes32[] memory next) {
        next = new bytes32[](level.length / 2);
        for (uint256 i = 0; i < next.length; i++) {
            next[i] = keccak256(abi.encodePacked(bytes1(0x01), level[2 * i], level[2 * i + 1]));
        }
    }

    function resized(bytes32[] memory list, uint256 length) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](length);
        for (uint256 i = 0; i < list.length; i++) longer[i] = list[i];
    }
}
