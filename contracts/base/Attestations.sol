// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {ReserveBook} from "../ReserveBook.sol";
import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {IReserveBook} from "../interfaces/IReserveBook.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";
import {AccountsTree} from "../lib/AccountsTree.sol";
import {PolicyTable} from "../lib/PolicyTable.sol";
import {Circuits} from "./Circuits.sol";
import {Openings} from "./Openings.sol";

/// @title The record of what was attested
/// @dev Written once for an epoch, and for rising epochs only.
abstract contract Attestations is Openings, Circuits {
    /// @dev What the exchange's commitment says beyond its terms.
    struct Sealed {
        uint64 snapshotTime;
        address policy;
        bytes32 claimsHash;
        uint256 batchCount;
        bytes32 accountsRoot;
    }

    /// @dev What is kept of an attestation: the rest is the policy's, which never changes, and the circuit's.
    struct Record {
        bytes32 accountsRoot;
        uint64 epoch;
        uint48 snapshotTime;
        uint48 attestedAt;
        uint32 batchCount;
        uint16 circuit;
        uint16 assetsOnChain;
        uint16 assetsVouched;
    }

    IPolicyRegistry public immutable policies;
    IReserveBook public immutable reserves;

    mapping(uint64 epoch => Record) private _records;

    constructor(IPolicyRegistry policies_) {
        if (address(policies_) == address(0)) revert AddressMissing();
        (policies, reserves) = (policies_, new ReserveBook(exchange));
    }

    /// @inheritdoc ISolvencyRegistry
    function latest() public view returns (Attestation memory) {
        uint64 epoch = _opening.latestEpoch;
        if (epoch == 0) revert NothingAttested();
        return attestationOf(epoch);
    }

    /// @inheritdoc ISolvencyRegistry
    function attestationOf(uint64 epoch) public view returns (Attestation memory) {
        Record memory record = _records[epoch];
        if (record.batchCount == 0) revert NotAttested(epoch);
        IPolicyRegistry.Published memory policy = PolicyTable.read(policies.dataOf(record.snapshotTime));
        return Attestation({
            accountsRoot: record.accountsRoot,
            policyHash: policy.policyHash,
            descriptorHash: policy.descriptorHash,
            epochCircuitId: _circuitAt(record.circuit),
            epoch: record.epoch,
            snapshotTime: record.snapshotTime,
            attestedAt: record.attestedAt,
            batchCount: record.batchCount,
            assetsOnChain: record.assetsOnChain,
            assetsVouched: record.assetsVouched
        });
    }

    /// @inheritdoc ISolvencyRegistry
    function policyOf(uint64 epoch) external view returns (uint64 snapshotTime, address data) {
        Record storage record = _records[epoch];
        if (record.batchCount == 0) revert NotAttested(epoch);
        snapshotTime = record.snapshotTime;
        data = policies.dataOf(snapshotTime);
    }

    /// @inheritdoc ISolvencyRegistry
    function latestForInstant() external view returns (Attestation memory) {
        if (isFrozen()) revert InstantWithdrawalsFrozen(_opening.epoch, _opening.snapshotTime);
        return latest();
    }

    /// @inheritdoc ISolvencyRegistry
    function instantEpoch() external view returns (uint64 epoch) {
        if (isFrozen()) revert InstantWithdrawalsFrozen(_opening.epoch, _opening.snapshotTime);
        epoch = _opening.latestEpoch;
        if (epoch == 0) revert NothingAttested();
    }

    /// @inheritdoc ISolvencyRegistry
    function isFresh(uint256 maxAge) external view returns (bool) {
        uint64 epoch = _opening.latestEpoch;
        // A snapshot is in the past once it is attested, so the age is not negative.
        return epoch != 0 && block.timestamp - _records[epoch].snapshotTime <= maxAge;
    }

    /// @inheritdoc ISolvencyRegistry
    function isAttested(
        uint64 epoch,
        uint256 index,
        bytes32 circuitId,
        uint256 root,
        uint256 transcript,
        bytes32[] calldata path
    ) external view returns (bool) {
        Record storage record = _records[epoch];
        bytes32 leaf = AccountsTree.leaf(circuitId, root, transcript);
        return AccountsTree.isMember(record.accountsRoot, record.batchCount, index, leaf, path);
    }

    function _readReserves(uint64 epoch) internal override {
        reserves.begin(epoch);
    }

    /// @dev Reads the reserves, the last thing to check, and records the epoch.
    function _record(Terms calldata terms, Sealed memory list, IReserveBook.Statement[] calldata statements) internal {
        (uint256 onChain, uint256 vouched) =
            reserves.settle(terms.epoch, list.snapshotTime, list.policy, terms.claims, statements);
        // A circuit has fewer than 2^16 assets, an epoch at most MAX_BATCHES batches, and times are below 2^48.
        _records[terms.epoch] = Record({
            accountsRoot: list.accountsRoot,
            epoch: terms.epoch,
            snapshotTime: uint48(list.snapshotTime),
            attestedAt: uint48(block.timestamp),
            batchCount: uint32(list.batchCount),
            circuit: _requireCircuit(terms.epochCircuitId, true).number,
            assetsOnChain: uint16(onChain),
            assetsVouched: uint16(vouched)
        });
        _opening.latestEpoch = terms.epoch;
        emit EpochAttested(
            terms.epoch,
            terms.policyHash,
            list.accountsRoot,
            terms.descriptorHash,
            terms.epochCircuitId,
            uint32(list.batchCount),
            list.snapshotTime,
            uint16(onChain),
            uint16(vouched),
            terms.publicHash
        );
    }
}
