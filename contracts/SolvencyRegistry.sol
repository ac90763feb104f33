// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {ReserveBook} from "./ReserveBook.sol";
import {Circuits} from "./base/Circuits.sol";
import {Openings} from "./base/Openings.sol";
import {BATCH_SIGNALS, CHUNK_BATCHES, EPOCH_SIGNALS, FIELD} from "./generated/Constants.sol";
import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {IReserveBook} from "./interfaces/IReserveBook.sol";
import {ISolvencyRegistry} from "./interfaces/ISolvencyRegistry.sol";
import {AccountsTree} from "./lib/AccountsTree.sol";
import {Challenges} from "./lib/Challenges.sol";
import {Groth16Batch} from "./lib/Groth16Batch.sol";
import {PolicyTable} from "./lib/PolicyTable.sol";
import {VerificationKeys} from "./lib/VerificationKeys.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title Attestations of one exchange's solvency
/// @dev Calls out to its own reserve book, and else by STATICCALL only, so nothing can re-enter and write.
contract SolvencyRegistry is ISolvencyRegistry, Ownable2Step, Openings, Circuits {
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

    bytes32 public constant COMMIT_TYPEHASH = keccak256(
        "Commit(uint64 epoch,uint64 snapshotTime,uint256 policyHash,bytes32 descriptorHash,bytes32 epochCircuitId,uint256 batchCount,bytes32 accountsRoot,uint256 totalsCommitment,uint256 weightsCommitment,bytes32 claimsHash,bytes32 publicHash)"
    );

    /// @notice Most batches of an epoch: their number is in the degree of the polynomial that gamma must not be a root of.
    uint256 public constant MAX_BATCHES = 1 << 20;

    IPolicyRegistry public immutable policies;
    IReserveBook public immutable reserves;

    mapping(uint64 epoch => Record) private _records;
    Commitment private _commitment;
    /// @notice Which of a chunk's 256 batches are proved, a bit each.
    mapping(uint64 epoch => mapping(uint256 chunk => uint256)) public provedBatches;

    constructor(
        address exchange_,
        address owner_,
        IPolicyRegistry policies_,
        uint64 minimumInterval_,
        address[] memory batchKeys,
        EpochKey[] memory epochKeys
    )
        Ownable(owner_)
        EIP712("Plimsoll SolvencyRegistry", "1")
        Openings(exchange_, minimumInterval_)
        Circuits(batchKeys, epochKeys)
    {
        if (address(policies_) == address(0)) revert AddressMissing();
        (policies, reserves) = (policies_, new ReserveBook(exchange_));
    }

    // The exchange says what it has to show; anybody shows it: all at once, or part by part.

    /// @inheritdoc ISolvencyRegistry
    function attest(Submission calldata submission, bytes calldata signature) external {
        Terms calldata terms = submission.terms;
        (Sealed memory list, bool isCommitted) = _seal(terms, submission.batches.length);
        list.accountsRoot = AccountsTree.rootOf(submission.runs, submission.batches);
        _requireExchange(_commitDigest(terms, list), signature);
        (uint256 gamma, uint256 beta) = _challenges(terms, list);
        // Whoever saw the signature may have committed with it; that must not stand in the way of the same list.
        if (isCommitted && (_commitment.gamma != gamma || _commitment.beta != beta)) {
            revert EpochCommitted(terms.epoch, _commitment.accountsRoot);
        }

        _checkProofs(submission.runs, submission.batches, terms, submission.epochProof, [gamma, beta, 0, 0]);
        _record(terms, list, submission.statements);
    }

    /// @inheritdoc ISolvencyRegistry
    function commit(Terms calldata terms, uint256 batchCount, bytes32 accountsRoot, bytes calldata signature) external {
        (Sealed memory list, bool isCommitted) = _seal(terms, batchCount);
        list.accountsRoot = accountsRoot;
        _requireExchange(_commitDigest(terms, list), signature);
        if (isCommitted) revert EpochCommitted(terms.epoch, _commitment.accountsRoot);
        (uint256 gamma, uint256 beta) = _challenges(terms, list);

        // _seal bounds the count, so the cast keeps it.
        _commitment = Commitment({
            accountsRoot: accountsRoot,
            termsHash: keccak256(abi.encode(terms)),
            gamma: gamma,
            beta: beta,
            t: 0,
            w: 0,
            epoch: terms.epoch,
            batchCount: uint32(batchCount),
            proved: 0
        });
        _opening.isCommitted = true;
        emit ListSealed(terms.epoch, accountsRoot, uint32(batchCount), list.snapshotTime, gamma, beta);
    }

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
    function finalise(
        Terms calldata terms,
        uint256[8] calldata epochProof,
        IReserveBook.Statement[] calldata statements
    ) external {
        Opening memory last = _requireCommitted(terms.epoch);
        Commitment memory commitment = _commitment;
        bytes32 termsHash = keccak256(abi.encode(terms));
        if (termsHash != commitment.termsHash) revert TermsNotCommitted(termsHash, commitment.termsHash);
        if (commitment.proved != commitment.batchCount) {
            revert BatchesMissing(commitment.proved, commitment.batchCount);
        }
        Groth16Batch.Work memory work = Groth16Batch.start(1, 1);
        bytes memory key =
            _addEpoch(work, terms, epochProof, [commitment.gamma, commitment.beta, commitment.t, commitment.w]);
        Groth16Batch.finish(work, key);
        // Published for ever when it was committed to; the terms have its hashes.
        address policy = policies.dataOf(last.snapshotTime);
        _record(terms, Sealed(last.snapshotTime, policy, 0, commitment.batchCount, commitment.accountsRoot), statements);
    }

    // Whoever relies on an attestation reads it here.

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
    function latestForInstant() external view returns (Attestation memory) {
        if (isFrozen()) revert InstantWithdrawalsFrozen(_opening.epoch, _opening.snapshotTime);
        return latest();
    }

    /// @inheritdoc ISolvencyRegistry
    function commitmentOf(uint64 epoch) external view returns (bytes32 accountsRoot, uint32 batchCount, uint32 proved) {
        Commitment storage commitment = _commitment;
        if (commitment.epoch != epoch || epoch == 0) revert NotCommitted(epoch);
        return (commitment.accountsRoot, commitment.batchCount, commitment.proved);
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

    // What attesting takes, in the order of its checks.

    /// @dev All but the accounts root.
    function _seal(Terms calldata terms, uint256 batchCount)
        private
        view
        returns (Sealed memory list, bool isCommitted)
    {
        Opening memory last = _requirePending(terms.epoch);
        address policy = _requirePolicy(terms, last.snapshotTime);
        if (batchCount == 0 || batchCount > MAX_BATCHES) revert BatchCountOutOfRange(batchCount, MAX_BATCHES);
        uint256 expected = uint256(_requireCircuit(terms.epochCircuitId, true).assets) + 1;
        if (terms.claims.length != expected) revert ClaimsMiscounted(terms.claims.length, expected);
        // policyHash is in the field since it was not published otherwise.
        Challenges.requireInField(terms.totalsCommitment);
        Challenges.requireInField(terms.weightsCommitment);
        list = Sealed(last.snapshotTime, policy, Challenges.claimsHash(terms.claims), batchCount, 0);
        isCommitted = last.isCommitted;
    }

    function _requireCommitted(uint64 epoch) private view returns (Opening memory last) {
        last = _requirePending(epoch);
        if (!last.isCommitted) revert NotCommitted(epoch);
    }

    /// @dev The policy of the observation time is no matter of choice.
    function _requirePolicy(Terms calldata terms, uint64 snapshotTime) private view returns (address data) {
        data = policies.dataOf(snapshotTime);
        if (data == address(0)) revert IPolicyRegistry.NotPublished(snapshotTime);
        (uint256 policyHash, bytes32 descriptorHash) = PolicyTable.readHashes(data);
        if (terms.policyHash != policyHash || terms.descriptorHash != descriptorHash) {
            revert PolicyDiffers(snapshotTime, policyHash, descriptorHash);
        }
    }

    function _commitDigest(Terms calldata terms, Sealed memory list) private view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    COMMIT_TYPEHASH,
                    terms.epoch,
                    list.snapshotTime,
                    terms.policyHash,
                    terms.descriptorHash,
                    terms.epochCircuitId,
                    list.batchCount,
                    list.accountsRoot,
                    terms.totalsCommitment,
                    terms.weightsCommitment,
                    list.claimsHash,
                    terms.publicHash
                )
            )
        );
    }

    function _challenges(Terms calldata terms, Sealed memory list) private view returns (uint256 gamma, uint256 beta) {
        gamma = Challenges.gamma(
            Challenges.GammaInput({
                chainId: block.chainid,
                registry: address(this),
                exchange: exchange,
                epoch: terms.epoch,
                snapshotTime: list.snapshotTime,
                policyHash: terms.policyHash,
                descriptorHash: terms.descriptorHash,
                totalsCommitment: terms.totalsCommitment,
                claimsHash: list.claimsHash,
                epochCircuitId: terms.epochCircuitId,
                batchCount: list.batchCount,
                accountsRoot: list.accountsRoot
            })
        );
        beta = Challenges.beta(gamma, terms.weightsCommitment);
    }

    /// @dev Checks all proofs of an epoch together. `drawn` has gamma, beta, and room for t and w.
    function _checkProofs(
        Run[] calldata runs,
        Batch[] calldata batches,
        Terms calldata terms,
        uint256[8] calldata epochProof,
        uint256[4] memory drawn
    ) private view {
        (drawn[2], drawn[3],) = Challenges.sums(batches, Challenges.batchStep(drawn[0]), 0);
        Groth16Batch.Work memory work = Groth16Batch.start(batches.length + 1, runs.length + 1);
        _addRuns(work, runs, batches, drawn[0], drawn[1]);
        Groth16Batch.finish(work, _addEpoch(work, terms, epochProof, drawn));
    }

    /// @dev Adds all batch proofs of the call, and returns the last key.
    function _addRuns(
        Groth16Batch.Work memory work,
        Run[] calldata runs,
        Batch[] calldata batches,
        uint256 gamma,
        uint256 beta
    ) private view returns (bytes memory key) {
        // Proofs and signals are in the call's data; the challenges follow from it or from an earlier one.
        bytes32 seed = keccak256(abi.encode(keccak256(msg.data), gamma, beta));
        Groth16Batch.Challenge memory challenge = Groth16Batch.Challenge(gamma, beta, seed);
        uint256 from = 0;
        for (uint256 r = 0; r < runs.length; r++) {
            key = VerificationKeys.read(_requireCircuit(runs[r].circuitId, false).key, BATCH_SIGNALS);
            uint256 to = from + runs[r].count;
            Groth16Batch.addRun(work, batches, from, to, key, challenge);
            from = to;
        }
    }

    /// @dev Adds the epoch proof for (gamma, beta, t, w), and returns its key.
    function _addEpoch(
        Groth16Batch.Work memory work,
        Terms calldata terms,
        uint256[8] calldata proof,
        uint256[4] memory drawn
    ) private view returns (bytes memory key) {
        key = VerificationKeys.read(_requireCircuit(terms.epochCircuitId, true).key, EPOCH_SIGNALS);
        uint256 rho = Challenges.claimsPolynomial(terms.claims, drawn[0]);
        uint256[EPOCH_SIGNALS] memory signals = [
            terms.policyHash,
            terms.totalsCommitment,
            terms.weightsCommitment,
            drawn[0],
            drawn[1],
            drawn[2],
            drawn[3],
            rho
        ];
        Groth16Batch.addEpoch(work, proof, signals, key);
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

    /// @dev Reads the reserves, the last thing to check, and records the epoch.
    function _record(Terms calldata terms, Sealed memory list, IReserveBook.Statement[] calldata statements) private {
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
