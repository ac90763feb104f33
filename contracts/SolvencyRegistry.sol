// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Attestations} from "./base/Attestations.sol";
import {Circuits} from "./base/Circuits.sol";
import {Openings} from "./base/Openings.sol";
import {Parts} from "./base/Parts.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {IReserveBook} from "./interfaces/IReserveBook.sol";
import {ISolvencyRegistry} from "./interfaces/ISolvencyRegistry.sol";
import {AccountsTree} from "./lib/AccountsTree.sol";
import {Challenges} from "./lib/Challenges.sol";
import {Groth16Batch} from "./lib/Groth16Batch.sol";
import {PolicyTable} from "./lib/PolicyTable.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title Attestations of one exchange's solvency
/// @dev Calls out to its own reserve book, and else by STATICCALL only, so nothing can re-enter and write.
contract SolvencyRegistry is Ownable2Step, Attestations, Parts {
    bytes32 public constant COMMIT_TYPEHASH = keccak256(
        "Commit(uint64 epoch,uint64 snapshotTime,uint256 policyHash,bytes32 descriptorHash,bytes32 epochCircuitId,uint256 batchCount,bytes32 accountsRoot,uint256 totalsCommitment,uint256 weightsCommitment,bytes32 claimsHash,bytes32 publicHash)"
    );

    /// @notice Most batches of an epoch: their number is in the degree of the polynomial that gamma must not be a root of.
    uint256 public constant MAX_BATCHES = 1 << 20;

    ILedger public immutable ledger;

    constructor(
        address exchange_,
        address owner_,
        IPolicyRegistry policies_,
        uint64 minimumInterval_,
        address[] memory batchKeys,
        EpochKey[] memory epochKeys,
        ILedger ledger_
    )
        Ownable(owner_)
        EIP712("Plimsoll SolvencyRegistry", "1")
        Openings(exchange_, minimumInterval_)
        Circuits(batchKeys, epochKeys)
        Attestations(policies_)
    {
        if (address(ledger_) == address(0)) revert AddressMissing();
        ledger = ledger_;
        // Made before and not here, for the size of this transaction. One that is bound already reverts.
        ledger_.bind();
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
}
