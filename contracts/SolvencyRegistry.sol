// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {BATCH_SIGNALS, EPOCH_SIGNALS} from "./generated/Constants.sol";
import {ISolvencyRegistry} from "./interfaces/ISolvencyRegistry.sol";
import {AccountsTree} from "./lib/AccountsTree.sol";
import {Challenges} from "./lib/Challenges.sol";
import {Groth16Batch} from "./lib/Groth16Batch.sol";
import {ReserveTable} from "./lib/ReserveTable.sol";
import {VerificationKeys} from "./lib/VerificationKeys.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Attestations of one exchange's solvency
/// @dev Calls out to tokens and to a contract wallet by STATICCALL only, so nothing can re-enter and write.
contract SolvencyRegistry is ISolvencyRegistry, Ownable2Step, EIP712 {
    using SafeCast for uint256;

    /// @notice Verification keys of an epoch circuit, with its number of assets.
    struct EpochKey {
        address key;
        uint16 assets;
    }

    /// @dev The last opening; `snapshotTime` is 0 once it is attested. Shares a slot with the newest attested epoch.
    struct Opening {
        uint64 epoch;
        uint64 snapshotTime;
        uint64 latestEpoch;
    }

    /// @dev What the exchange's commitment says beyond the words of the submission.
    struct Sealed {
        uint64 snapshotTime;
        bytes32 claimsHash;
        bytes32 accountsRoot;
    }

    bytes32 public constant OPEN_TYPEHASH = keccak256("Open(uint64 epoch,uint64 snapshotTime)");
    bytes32 public constant COMMIT_TYPEHASH = keccak256(
        "Commit(uint64 epoch,uint64 snapshotTime,uint256 policyHash,bytes32 descriptorHash,bytes32 batchCircuitId,bytes32 epochCircuitId,uint256 batchCount,bytes32 accountsRoot,uint256 totalsCommitment,uint256 weightsCommitment,bytes32 claimsHash,bytes32 publicHash)"
    );

    /// @notice How far ahead of its opening a snapshot may be, in seconds.
    uint64 public constant MAX_LEAD = 1 days;
    /// @notice How long after its snapshot an epoch can be attested, in seconds.
    uint64 public constant MAX_PROVING_TIME = 7 days;

    address public immutable exchange;
    address public immutable custody;
    address public immutable insuranceFund;

    Opening private _opening;
    mapping(uint64 epoch => Attestation) private _attestations;
    mapping(uint256 policyHash => mapping(bytes32 descriptorHash => address)) public tableOf;
    /// @notice Data contract of a registered reserve table.
    mapping(bytes32 tableId => address) public tables;
    /// @dev Written in the constructor only.
    mapping(bytes32 circuitId => Circuit) private _circuits;

    constructor(
        address exchange_,
        address owner_,
        address custody_,
        address insuranceFund_,
        address[] memory batchKeys,
        EpochKey[] memory epochKeys
    ) Ownable(owner_) EIP712("Plimsoll SolvencyRegistry", "1") {
        if (exchange_ == address(0) || custody_ == address(0) || insuranceFund_ == address(0)) revert AddressMissing();
        if (custody_ == insuranceFund_) revert InsuranceAmongReserves(custody_);
        (exchange, custody, insuranceFund) = (exchange_, custody_, insuranceFund_);
        bytes32 setup;
        for (uint256 i = 0; i < batchKeys.length; i++) {
            setup = _registerCircuit(Circuit(batchKeys[i], 0, false), BATCH_SIGNALS, setup);
        }
        for (uint256 i = 0; i < epochKeys.length; i++) {
            setup = _registerCircuit(Circuit(epochKeys[i].key, epochKeys[i].assets, true), EPOCH_SIGNALS, setup);
        }
    }

    // The exchange opens and attests; anybody relays.

    /// @inheritdoc ISolvencyRegistry
    function open(uint64 epoch, uint64 snapshotTime, bytes calldata signature) external {
        Opening memory last = _opening;
        if (epoch <= last.epoch) revert EpochNotIncreasing(epoch, last.epoch);
        uint64 earliest = uint64(block.timestamp);
        if (snapshotTime < earliest || snapshotTime > earliest + MAX_LEAD) {
            revert SnapshotTimeOutOfRange(snapshotTime, earliest, earliest + MAX_LEAD);
        }
        _requireExchange(openDigest(epoch, snapshotTime), signature);

        _opening = Opening(epoch, snapshotTime, last.latestEpoch);
        if (last.snapshotTime != 0) emit OpeningVoided(last.epoch, last.snapshotTime);
        emit EpochOpened(epoch, snapshotTime);
    }

    /// @inheritdoc ISolvencyRegistry
    function attest(Submission calldata submission, bytes calldata signature) external {
        address table = tableOf[submission.policyHash][submission.descriptorHash];
        if (table == address(0)) revert PolicyNotAllowed(submission.policyHash, submission.descriptorHash);
        Sealed memory list = _seal(submission);
        _requireExchange(_commitDigest(submission, list), signature);
        _checkProofs(submission, list);
        (uint256 onChain, uint256 vouched) = ReserveTable.check(table, submission.claims, custody, insuranceFund);
        _record(submission, list, onChain.toUint16(), vouched.toUint16());
    }

    // The owner says which policies count, and where their reserves are read.

    /// @inheritdoc ISolvencyRegistry
    function registerReserveTable(Reserve[] calldata reserves) external onlyOwner returns (bytes32 tableId) {
        tableId = keccak256(abi.encode(reserves));
        // The id fixes the content, so a second registration has nothing to add.
        if (tables[tableId] != address(0)) return tableId;
        tables[tableId] = ReserveTable.write(reserves);
        emit ReserveTableRegistered(tableId, reserves);
    }

    /// @inheritdoc ISolvencyRegistry
    function allowPolicy(uint256 policyHash, bytes32 descriptorHash, bytes32 tableId) external onlyOwner {
        Challenges.requireInField(policyHash);
        if (tables[tableId] == address(0)) revert ReserveTableUnknown(tableId);
        tableOf[policyHash][descriptorHash] = tables[tableId];
        emit PolicyAllowed(policyHash, descriptorHash, tableId);
    }

    /// @inheritdoc ISolvencyRegistry
    function disallowPolicy(uint256 policyHash, bytes32 descriptorHash) external onlyOwner {
        if (tableOf[policyHash][descriptorHash] == address(0)) revert PolicyNotAllowed(policyHash, descriptorHash);
        delete tableOf[policyHash][descriptorHash];
        emit PolicyDisallowed(policyHash, descriptorHash);
    }

    // Whoever relies on an attestation reads it here.

    /// @inheritdoc ISolvencyRegistry
    function latest() external view returns (Attestation memory) {
        uint64 epoch = _opening.latestEpoch;
        if (epoch == 0) revert NothingAttested();
        return _attestations[epoch];
    }

    /// @inheritdoc ISolvencyRegistry
    function attestationOf(uint64 epoch) external view returns (Attestation memory attestation) {
        attestation = _attestations[epoch];
        if (attestation.batchCount == 0) revert NotAttested(epoch);
    }

    /// @inheritdoc ISolvencyRegistry
    function opening() external view returns (uint64 epoch, uint64 snapshotTime, bool isPending) {
        (epoch, snapshotTime) = (_opening.epoch, _opening.snapshotTime);
        isPending = snapshotTime != 0 && block.timestamp <= snapshotTime + MAX_PROVING_TIME;
    }

    /// @inheritdoc ISolvencyRegistry
    function isFresh(uint256 maxAge) external view returns (bool) {
        uint64 epoch = _opening.latestEpoch;
        // A snapshot is in the past once it is attested, so the age is not negative.
        return epoch != 0 && block.timestamp - _attestations[epoch].snapshotTime <= maxAge;
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
        Attestation storage attestation = _attestations[epoch];
        bytes32 leaf = AccountsTree.leaf(circuitId, root, transcript);
        return AccountsTree.isMember(attestation.accountsRoot, attestation.batchCount, index, leaf, path);
    }

    /// @inheritdoc ISolvencyRegistry
    function circuitOf(bytes32 circuitId) external view returns (Circuit memory) {
        return _circuits[circuitId];
    }

    /// @inheritdoc ISolvencyRegistry
    function openDigest(uint64 epoch, uint64 snapshotTime) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(OPEN_TYPEHASH, epoch, snapshotTime)));
    }

    // Registration.

    /// @dev Takes the hash of the set-up that all keys so far share (0 for the first) and returns it.
    function _registerCircuit(Circuit memory circuit, uint256 signals, bytes32 setup) private returns (bytes32) {
        (bytes32 circuitId, bytes32 setupHash) = VerificationKeys.inspect(circuit.key, signals);
        if (setup != 0 && setupHash != setup) revert VerificationKeys.SetupNotShared(circuitId);
        if (_circuits[circuitId].key != address(0)) revert CircuitRegisteredTwice(circuitId);
        _circuits[circuitId] = circuit;
        emit CircuitRegistered(circuitId, circuit.key, circuit.isEpoch, circuit.assets);
        return setupHash;
    }

    // What attesting takes, in the order of its checks.

    function _seal(Submission calldata submission) private view returns (Sealed memory) {
        uint64 snapshotTime = _requirePending(submission.epoch);
        if (submission.batches.length == 0) revert NoBatches();
        uint256 expected = uint256(_requireCircuit(submission.epochCircuitId, true).assets) + 1;
        if (submission.claims.length != expected) revert ClaimsMiscounted(submission.claims.length, expected);
        return Sealed({
            snapshotTime: snapshotTime,
            claimsHash: Challenges.claimsHash(submission.claims),
            accountsRoot: AccountsTree.rootOf(submission.batchCircuitId, submission.batches)
        });
    }

    function _requirePending(uint64 epoch) private view returns (uint64 snapshotTime) {
        snapshotTime = _opening.snapshotTime;
        if (epoch != _opening.epoch || snapshotTime == 0) revert EpochNotOpen(epoch, _opening.epoch);
        if (block.timestamp < snapshotTime) revert SnapshotNotTakenYet(snapshotTime, uint64(block.timestamp));
        if (block.timestamp > snapshotTime + MAX_PROVING_TIME) {
            revert OpeningExpired(snapshotTime, snapshotTime + MAX_PROVING_TIME);
        }
    }

    function _requireCircuit(bytes32 circuitId, bool isEpoch) private view returns (Circuit memory circuit) {
        circuit = _circuits[circuitId];
        if (circuit.key == address(0) || circuit.isEpoch != isEpoch) revert CircuitUnknown(circuitId);
    }

    function _requireExchange(bytes32 digest, bytes calldata signature) private view {
        if (msg.sender == exchange) return;
        if (!SignatureChecker.isValidSignatureNowCalldata(exchange, digest, signature)) {
            revert ExchangeSignatureInvalid(exchange, digest);
        }
    }

    function _commitDigest(Submission calldata submission, Sealed memory list) private view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    COMMIT_TYPEHASH,
                    submission.epoch,
                    list.snapshotTime,
                    submission.policyHash,
                    submission.descriptorHash,
                    submission.batchCircuitId,
                    submission.epochCircuitId,
                    submission.batches.length,
                    list.accountsRoot,
                    submission.totalsCommitment,
                    submission.weightsCommitment,
                    list.claimsHash,
                    submission.publicHash
                )
            )
        );
    }

    function _checkProofs(Submission calldata submission, Sealed memory list) private view {
        // policyHash is in the field since the owner could not have allowed another.
        Challenges.requireInField(submission.totalsCommitment);
        Challenges.requireInField(submission.weightsCommitment);
        uint256 gamma = Challenges.gamma(
            Challenges.GammaInput({
                chainId: block.chainid,
                registry: address(this),
                exchange: exchange,
                epoch: submission.epoch,
                snapshotTime: list.snapshotTime,
                policyHash: submission.policyHash,
                descriptorHash: submission.descriptorHash,
                totalsCommitment: submission.totalsCommitment,
                claimsHash: list.claimsHash,
                epochCircuitId: submission.epochCircuitId,
                batchCount: submission.batches.length,
                accountsRoot: list.accountsRoot
            })
        );
        uint256 beta = Challenges.beta(gamma, submission.weightsCommitment);
        (uint256 t, uint256 w) = Challenges.sums(submission.batches, gamma);
        uint256 rho = Challenges.claimsPolynomial(submission.claims, gamma);
        Groth16Batch.check(
            submission.batches,
            submission.epochProof,
            [submission.policyHash, submission.totalsCommitment, submission.weightsCommitment, gamma, beta, t, w, rho],
            VerificationKeys.read(_requireCircuit(submission.batchCircuitId, false).key, BATCH_SIGNALS),
            VerificationKeys.read(_requireCircuit(submission.epochCircuitId, true).key, EPOCH_SIGNALS),
            // Proofs and signals are in the call's data; the challenges follow from it, and are in for good measure.
            keccak256(abi.encode(keccak256(msg.data), gamma, beta))
        );
    }

    function _record(Submission calldata submission, Sealed memory list, uint16 onChain, uint16 vouched) private {
        uint32 batchCount = submission.batches.length.toUint32();
        _attestations[submission.epoch] = Attestation({
            accountsRoot: list.accountsRoot,
            policyHash: submission.policyHash,
            descriptorHash: submission.descriptorHash,
            epochCircuitId: submission.epochCircuitId,
            epoch: submission.epoch,
            snapshotTime: list.snapshotTime,
            attestedAt: uint64(block.timestamp),
            batchCount: batchCount,
            assetsOnChain: onChain,
            assetsVouched: vouched
        });
        _opening = Opening(submission.epoch, 0, submission.epoch);
        emit EpochAttested(
            submission.epoch,
            submission.policyHash,
            list.accountsRoot,
            submission.descriptorHash,
            submission.batchCircuitId,
            submission.epochCircuitId,
            batchCount,
            list.snapshotTime,
            onChain,
            vouched,
            submission.publicHash
        );
    }
}
