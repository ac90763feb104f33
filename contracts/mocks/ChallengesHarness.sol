// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";
import {AccountsTree} from "../lib/AccountsTree.sol";
import {Challenges} from "../lib/Challenges.sol";

/// @notice Opens the libraries to tests that compare them with their TypeScript counterparts.
contract ChallengesHarness {
    function accountsRoot(ISolvencyRegistry.Run[] calldata runs, ISolvencyRegistry.Batch[] calldata batches)
        external
        pure
        returns (bytes32)
    {
        return AccountsTree.rootOf(runs, batches);
    }

    function isMember(bytes32 root, uint256 count, uint256 index, bytes32 leaf, bytes32[] calldata path)
        external
        pure
        returns (bool)
    {
        return AccountsTree.isMember(root, count, index, leaf, path);
    }

    /// @notice Root of the tree in which the batches stand from `first` on, below a node 2^depth leaves wide.
    function partRoot(
        ISolvencyRegistry.Run[] calldata runs,
        ISolvencyRegistry.Batch[] calldata batches,
        uint256 first,
        uint256 depth,
        bytes32[] calldata path
    ) external pure returns (bytes32) {
        bytes32 node = AccountsTree.subtree(AccountsTree.leavesOf(runs, batches), 0, batches.length, depth);
        return AccountsTree.climb(node, first >> depth, path);
    }

    function power(uint256 base, uint256 exponent) external pure returns (uint256) {
        return Challenges.power(base, exponent);
    }

    function leafOf(bytes32 circuitId, uint256 root, uint256 transcript) external pure returns (bytes32) {
        return AccountsTree.leaf(circuitId, root, transcript);
    }

    function gamma(Challenges.GammaInput calldata input) external pure returns (uint256) {
        return Challenges.gamma(input);
    }

    function beta(uint256 gamma_, uint256 weightsCommitment) external pure returns (uint256) {
        return Challenges.beta(gamma_, weightsCommitment);
    }

    function betaOfDigest(bytes32 digest) external pure returns (uint256) {
        return Challenges.betaOfDigest(digest);
    }

    function claimsHash(uint256[] calldata claims) external pure returns (bytes32) {
        return Challenges.claimsHash(claims);
    }

    function claimsPolynomial(uint256[] calldata claims, uint256 gamma_) external pure returns (uint256) {
        return Challenges.claimsPolynomial(claims, gamma_);
    }

    function sums(ISolvencyRegistry.Batch[] calldata batches, uint256 gamma_, uint256 skipped)
        external
        pure
        returns (uint256, uint256, uint256)
    {
        return Challenges.sums(batches, Challenges.batchStep(gamma_), skipped);
    }
}
