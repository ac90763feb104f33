// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {CHUNK_BATCHES, FIELD} from "../generated/Constants.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";
import {AccountsTree} from "../lib/AccountsTree.sol";
import {Challenges} from "../lib/Challenges.sol";
import {Groth16Batch} from "../lib/Groth16Batch.sol";
import {Openings} from "./Openings.sol";
import {Proofs} from "./Proofs.sol";

/// @title A sealed list of batches, proved part by part
/// @dev Who may seal a list, and what becomes of one that is proved, is its heir's business.
abstract contract Parts is Openings, Proofs {
    /// @dev The last commitment that is proved part by part, under its epoch's number.
    struct Commitment {
        bytes32 accountsRoot;
        bytes32 termsHash;
        uint256 gamma;
        uint256 beta;
        uint256 t;
        uint256 w;
        uint64 epoch;
        uint32 batchCount;
        uint32 proved;
    }

    Commitment internal _commitment;
    /// @notice Which of a chunk's 256 batches are proved, a bit each.
    mapping(uint64 epoch => mapping(uint256 chunk => uint256)) public provedBatches;

    /// @inheritdoc ISolvencyRegistry
    function prove(
        uint64 epoch,
        uint256 first,
        uint256 depth,
        Run[] calldata runs,
        Batch[] calldata batches,
        bytes32[] calldata path
    ) external {
        _requireCommitted(epoch);
        (uint256 gamma, uint256 beta) = (_commitment.gamma, _commitment.beta);
        uint256 count = _requirePart(first, depth, runs, batches, path);

        Groth16Batch.Work memory work = Groth16Batch.start(count, runs.length);
        Groth16Batch.finish(work, _addRuns(work, runs, batches, gamma, beta));
        uint256 proved = _count(epoch, first, batches, gamma);
        emit BatchesProved(epoch, uint32(first), uint32(count), uint32(proved), _commitment.batchCount);
    }

    /// @inheritdoc ISolvencyRegistry
    function commitmentOf(uint64 epoch) external view returns (bytes32 accountsRoot, uint32 batchCount, uint32 proved) {
        Commitment storage commitment = _commitment;
        if (commitment.epoch != epoch || epoch == 0) revert NotCommitted(epoch);
        return (commitment.accountsRoot, commitment.batchCount, commitment.proved);
    }

    function _requireCommitted(uint64 epoch) internal view returns (Opening memory last) {
        last = _requirePending(epoch);
        if (!last.isCommitted) revert NotCommitted(epoch);
    }

    /// @dev Reverts unless the batches are those of the sealed list from `first` on: all that exist below one node of the
    /// tree, 2^depth leaves wide, within a chunk.
    function _requirePart(
        uint256 first,
        uint256 depth,
        Run[] calldata runs,
        Batch[] calldata batches,
        bytes32[] calldata path
    ) private view returns (uint256 count) {
        uint256 total = _commitment.batchCount;
        // A depth beyond the chunk's could reach into the padding above, which other rules fill.
        if (depth > AccountsTree.CHUNK_DEPTH || first >= total || first & ((1 << depth) - 1) != 0) {
            revert PartOutOfRange(first, depth, total);
        }
        count = total - first < 1 << depth ? total - first : 1 << depth;
        if (batches.length != count) revert PartMiscounted(batches.length, count);
        bytes32 node = AccountsTree.subtree(AccountsTree.leavesOf(runs, batches), 0, count, depth);
        // A path of another length would end at another level's node.
        bool isListed = path.length + depth == AccountsTree.depthOf(total)
            && AccountsTree.climb(node, first >> depth, path) == _commitment.accountsRoot;
        if (!isListed) revert PartNotListed(first, node);
    }

    /// @dev Adds t and w of those batches of a proved part that were not proved before: each counts once, whoever sends it
    /// again and with whatever others.
    function _count(uint64 epoch, uint256 first, Batch[] calldata batches, uint256 gamma)
        private
        returns (uint256 proved)
    {
        uint256 offset = first % CHUNK_BATCHES;
        uint256 before = provedBatches[epoch][first / CHUNK_BATCHES];
        uint256 step = Challenges.batchStep(gamma);
        (uint256 t, uint256 w, uint256 counted) = Challenges.sums(batches, step, before >> offset);
        // A part lies within its chunk: at most 256 bits from `offset` on.
        uint256 part = (type(uint256).max >> (CHUNK_BATCHES - batches.length)) << offset;
        provedBatches[epoch][first / CHUNK_BATCHES] = before | part;
        _commitment.t = addmod(_commitment.t, t, FIELD);
        _commitment.w = addmod(_commitment.w, mulmod(w, Challenges.power(step, first), FIELD), FIELD);
        proved = _commitment.proved + counted;
        // At most the number of batches, which fits.
        _commitment.proved = uint32(proved);
    }
}
