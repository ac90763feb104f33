// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {
    ACCOUNT_CONTEXT,
    ACCOUNT_EPOCH,
    ACCOUNT_HOME,
    ACCOUNT_KEY,
    ACCOUNT_MINIMUM_FREE,
    ACCOUNT_POLICY_TREE,
    ACCOUNT_ROOT,
    ACCOUNT_SIGNALS,
    DOMAIN_ACCOUNT,
    FREE_UNIT
} from "./generated/Constants.sol";
import {IAccountCheck} from "./interfaces/IAccountCheck.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {ISolvencyRegistry} from "./interfaces/ISolvencyRegistry.sol";
import {Groth16Single} from "./lib/Groth16Single.sol";
import {PolicyTable} from "./lib/PolicyTable.sol";
import {VerificationKeys} from "./lib/VerificationKeys.sol";

/// @title Judges one account at today's marks
/// @dev Keeps nothing but its circuits, which are written in the constructor only.
contract AccountCheck is IAccountCheck {
    ILedger public immutable ledger;
    ISolvencyRegistry public immutable registry;
    IPolicyRegistry public immutable policies;
    uint256 public immutable home;

    /// @inheritdoc IAccountCheck
    mapping(bytes32 circuitId => address) public keyOf;

    /// @param registry_ Its ledger says what was paid and pledged.
    /// @param keys Data contracts of the circuits' verification keys.
    constructor(ISolvencyRegistry registry_, address[] memory keys) {
        ILedger ledger_ = registry_.ledger();
        if (ledger_.registry() != address(registry_)) {
            revert LedgerNotOfRegistry(address(ledger_), address(registry_));
        }
        (ledger, registry, policies, home) = (ledger_, registry_, registry_.policies(), ledger_.home());
        for (uint256 i = 0; i < keys.length; i++) {
            (bytes32 circuitId,) = VerificationKeys.inspect(keys[i], ACCOUNT_SIGNALS);
            if (keyOf[circuitId] != address(0)) revert AccountCircuitTwice(circuitId);
            keyOf[circuitId] = keys[i];
            emit AccountCircuitRegistered(circuitId, keys[i]);
        }
    }

    /// @inheritdoc IAccountCheck
    function judge(Statement calldata statement, bytes32 payload, uint256 maxLeafAge, uint256 maxMarksAge)
        external
        view
        returns (uint256 proved, uint256 charge)
    {
        _requireLeaf(statement);
        uint256 policyTree = _policyTree(statement, maxLeafAge, maxMarksAge);
        _requireProof(statement, policyTree, contextOf(msg.sender, payload));
        proved = FREE_UNIT * statement.minimumFree;
        charge = ledger.chargeOf(statement.key, statement.epoch, statement.observationTime);
    }

    /// @inheritdoc IAccountCheck
    function contextOf(address consumer, bytes32 payload) public view returns (uint256) {
        return uint256(keccak256(abi.encode(DOMAIN_ACCOUNT, block.chainid, address(this), consumer, payload))) >> 8;
    }

    /// @dev The batch is one of the epoch's.
    function _requireLeaf(Statement calldata statement) private view {
        ILedger.Place calldata place = statement.place;
        bool isAttested = registry.isAttested(
            statement.epoch, place.index, place.circuitId, statement.root, place.transcript, place.path
        );
        if (!isAttested) revert ILedger.BatchNotAttested(statement.epoch, statement.root);
    }

    /// @dev Root over the rows of the policy to judge by, once every row of the leaf is known to mean the same there.
    function _policyTree(Statement calldata statement, uint256 maxLeafAge, uint256 maxMarksAge)
        private
        view
        returns (uint256)
    {
        uint64 snapshotTime = registry.attestationOf(statement.epoch).snapshotTime;
        uint64 observationTime = statement.observationTime;
        // Both times were in the past when the epoch was attested and the policy published.
        if (block.timestamp - snapshotTime > maxLeafAge) revert LeafTooOld(snapshotTime, maxLeafAge);
        if (observationTime < snapshotTime) revert MarksBeforeLeaf(observationTime, snapshotTime);
        IPolicyRegistry.Published memory marks = _published(observationTime);
        if (block.timestamp - observationTime > maxMarksAge) revert MarksTooOld(observationTime, maxMarksAge);

        IPolicyRegistry.Published memory leafs = _published(snapshotTime);
        if (marks.rowTableHash != leafs.rowTableHash) revert RowsDiffer(marks.rowTableHash, leafs.rowTableHash);
        // Later than now is later than the observation.
        if (leafs.nextExpiry <= block.timestamp) revert RowsExpired(leafs.nextExpiry, uint64(block.timestamp));
        return marks.policyTree;
    }

    function _published(uint64 observationTime) private view returns (IPolicyRegistry.Published memory) {
        address data = policies.dataOf(observationTime);
        if (data == address(0)) revert IPolicyRegistry.NotPublished(observationTime);
        return PolicyTable.read(data);
    }

    function _requireProof(Statement calldata statement, uint256 policyTree, uint256 context) private view {
        address key = keyOf[statement.circuitId];
        if (key == address(0)) revert AccountCircuitUnknown(statement.circuitId);
        uint256[] memory signals = new uint256[](ACCOUNT_SIGNALS);
        signals[ACCOUNT_ROOT] = statement.root;
        signals[ACCOUNT_KEY] = statement.key;
        signals[ACCOUNT_EPOCH] = statement.epoch;
        signals[ACCOUNT_POLICY_TREE] = policyTree;
        signals[ACCOUNT_MINIMUM_FREE] = statement.minimumFree;
        signals[ACCOUNT_HOME] = home;
        signals[ACCOUNT_CONTEXT] = context;
        Groth16Single.requireProof(VerificationKeys.read(key, ACCOUNT_SIGNALS), signals, statement.proof);
    }
}
