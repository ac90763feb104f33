// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {CHUNK_BATCHES} from "../../../contracts/generated/Constants.sol";
import {ISolvencyRegistry} from "../../../contracts/interfaces/ISolvencyRegistry.sol";
import {AccountsTree} from "../../../contracts/lib/AccountsTree.sol";
import {Fuzz} from "./support/Fuzz.sol";
import {PlainTree} from "./support/PlainTree.sol";

/// @notice The tree against one that is written as it is defined: every level whole, padding and all.
contract AccountsTreeTest is Fuzz {
    // The library, for arguments that are in calldata.

    function rootOf(ISolvencyRegistry.Run[] calldata runs, ISolvencyRegistry.Batch[] calldata batches)
        external
        pure
        returns (bytes32)
    {
        return AccountsTree.rootOf(runs, batches);
    }

    function partOf(
        ISolvencyRegistry.Run[] calldata runs,
        ISolvencyRegistry.Batch[] calldata batches,
        uint256 index,
        uint256 depth,
        bytes32[] calldata path
    ) external pure returns (bytes32) {
        bytes32 node = AccountsTree.subtree(AccountsTree.leavesOf(runs, batches), 0, batches.length, depth);
        return AccountsTree.climb(node, index, path);
    }

    function isMember(bytes32 root, uint256 count, uint256 index, bytes32 leaf, bytes32[] calldata path)
        external
        pure
        returns (bool)
    {
        return AccountsTree.isMember(root, count, index, leaf, path);
    }

    // Random epochs.

    function lists(uint256 seed, uint256 count)
        internal
        pure
        returns (ISolvencyRegistry.Run[] memory runs, ISolvencyRegistry.Batch[] memory batches, bytes32[] memory leaves)
    {
        batches = new ISolvencyRegistry.Batch[](count);
        leaves = new bytes32[](count);
        runs = new ISolvencyRegistry.Run[](count == 1 ? 1 : 2);
        uint256 split = count == 1 ? 1 : within(draw(seed, "split"), 1, count - 1);
        runs[0] = ISolvencyRegistry.Run(bytes32(draw(seed, "circuit")), split);
        if (count > 1) runs[1] = ISolvencyRegistry.Run(bytes32(draw(seed, "another")), count - split);
        for (uint256 i = 0; i < count; i++) {
            (batches[i].root, batches[i].transcript) = (draw(seed, "root", i), draw(seed, "transcript", i));
            bytes32 circuitId = runs[i < split ? 0 : 1].circuitId;
            leaves[i] = PlainTree.leafOf(circuitId, batches[i].root, batches[i].transcript);
        }
    }

    /// @dev Sizes around the places where a level gets a filler or the tree another level.
    function size(uint256 seed) internal pure returns (uint256) {
        uint16[10] memory edges = [1, 2, 3, 127, 255, 256, 257, 511, 512, 513];
        return seed % 4 == 0 ? edges[draw(seed, "edge") % 10] : within(draw(seed, "size"), 1, 40);
    }

    /// hardhat-config: default.fuzz.runs = 40
    function testFuzz_RootIsThatOfTheDefinition(uint256 seed) external view {
        (ISolvencyRegistry.Run[] memory runs, ISolvencyRegistry.Batch[] memory batches, bytes32[] memory leaves) =
            lists(seed, size(seed));
        bytes32[][] memory levels = PlainTree.levelsOf(leaves);
        same(this.rootOf(runs, batches), levels[levels.length - 1][0], "root");
    }

    /// hardhat-config: default.fuzz.runs = 40
    function testFuzz_EveryPartLeadsToTheRootAndNoOtherPlace(uint256 seed) external view {
        uint256 count = size(seed);
        (,, bytes32[] memory leaves) = lists(seed, count);
        bytes32[][] memory levels = PlainTree.levelsOf(leaves);
        uint256 depth = draw(seed, "depth") % 9;
        uint256 index = draw(seed, "index") % ((count + (1 << depth) - 1) >> depth);
        uint256 first = index << depth;
        uint256 length = count - first < 1 << depth ? count - first : 1 << depth;
        (ISolvencyRegistry.Run[] memory runs, ISolvencyRegistry.Batch[] memory part) = partLists(seed, count, first, length);
        bytes32[] memory path = PlainTree.pathOf(levels, index, depth);
        bytes32 root = levels[levels.length - 1][0];
        same(this.partOf(runs, part, index, depth, path), root, "part");
        if (levels[depth].length > 1) {
            require(this.partOf(runs, part, index ^ 1, depth, path) != root, "another place");
        }
        part[draw(seed, "spoilt") % length].transcript ^= 1;
        require(this.partOf(runs, part, index, depth, path) != root, "another batch");
    }

    /// hardhat-config: default.fuzz.runs = 40
    function testFuzz_MembersAreMembersWhereTheyStandOnly(uint256 seed) external view {
        uint256 count = size(seed);
        (,, bytes32[] memory leaves) = lists(seed, count);
        bytes32[][] memory levels = PlainTree.levelsOf(leaves);
        bytes32 root = levels[levels.length - 1][0];
        uint256 index = within(draw(seed, "index"), 0, count - 1);
        bytes32[] memory path = PlainTree.pathOf(levels, index, 0);
        bytes32 leaf = leaves[index];
        same(this.isMember(root, count, index, leaf, path), true, "member");
        uint256 elsewhere = index ^ (1 << (draw(seed, "bit") % path.length));
        same(this.isMember(root, count, elsewhere, leaf, path), false, "another index");
        same(this.isMember(root, count, index + (1 << path.length), leaf, path), false, "an index beyond the tree");
        same(this.isMember(root, count, index, leaf ^ bytes32(uint256(1)), path), false, "another leaf");
        // A node is no leaf: its path is shorter.
        bytes32[] memory shorter = PlainTree.pathOf(levels, index >> 1, 1);
        same(this.isMember(root, count, index >> 1, levels[1][index >> 1], shorter), false, "a node");
        path[draw(seed, "sibling") % path.length] ^= bytes32(uint256(1) << (seed & 255));
        same(this.isMember(root, count, index, leaf, path), false, "another path");
    }

    function testFuzz_PaddingIsNoMember(uint256 seed) external view {
        uint256 count = within(seed, 1, 40);
        (,, bytes32[] memory leaves) = lists(seed, count);
        bytes32[][] memory levels = PlainTree.levelsOf(leaves);
        uint256 index = within(draw(seed, "index"), count, CHUNK_BATCHES - 1);
        same(this.isMember(levels[8][0], count, index, 0, PlainTree.pathOf(levels, index, 0)), false, "padding");
    }

    function testFuzz_RunsMustBeAsLongAsTheList(uint256 seed) external {
        uint256 count = within(seed, 1, 20);
        (, ISolvencyRegistry.Batch[] memory batches,) = lists(seed, count);
        ISolvencyRegistry.Run[] memory runs = new ISolvencyRegistry.Run[](within(draw(seed, "runs"), 0, 4));
        uint256 sum = 0;
        uint256 bad = runs.length;
        for (uint256 r = 0; r < runs.length; r++) {
            // Counts that would run over when added are the ones to fear.
            uint256 counted = draw(seed, "count", r);
            runs[r].count = counted % 5 == 0 ? counted : counted % 8;
            if (bad == runs.length && (runs[r].count == 0 || runs[r].count > count - sum)) bad = r;
            if (bad == runs.length) sum += runs[r].count;
        }
        bool isGood = bad == runs.length && sum == count;
        if (!isGood) vm.expectRevert(abi.encodeWithSelector(ISolvencyRegistry.RunsMiscounted.selector, bad));
        this.rootOf(runs, batches);
    }

    function partLists(uint256 seed, uint256 count, uint256 first, uint256 length)
        internal
        pure
        returns (ISolvencyRegistry.Run[] memory runs, ISolvencyRegistry.Batch[] memory part)
    {
        (ISolvencyRegistry.Run[] memory all, ISolvencyRegistry.Batch[] memory batches,) = lists(seed, count);
        part = new ISolvencyRegistry.Batch[](length);
        runs = new ISolvencyRegistry.Run[](length);
        for (uint256 i = 0; i < length; i++) {
            part[i] = batches[first + i];
            runs[i] = ISolvencyRegistry.Run(all[first + i < all[0].count ? 0 : 1].circuitId, 1);
        }
    }
}
