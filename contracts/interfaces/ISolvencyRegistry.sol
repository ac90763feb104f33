// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILedger} from "./ILedger.sol";
import {IPolicyRegistry} from "./IPolicyRegistry.sol";
import {IReserveBook} from "./IReserveBook.sol";

/// @title Attestations of one exchange's solvency
/// @notice An epoch is one snapshot of all accounts of one exchange. The exchange *opens* an epoch, which fixes the time
/// of the snapshot before it is taken. Then the epoch is *attested*, in one of two ways:
/// - in one transaction: `attest` carries the commitments of all batches and their proofs;
/// - in many: the exchange *commits* to the list of batches, anybody *proves* any part of it in any order, and anybody
///   *finalises* it with the proof of the epoch.
/// An attestation that is recorded here says:
/// - every account that is committed under `accountsRoot` satisfies every equation of the policy `policyHash`;
/// - for every asset, what the exchange declares to hold (its claims) covers what it owes to those accounts;
/// - insurance covers all shortfalls together;
/// - the claims were covered by balances that contracts read, at the opening, at the end and whenever anybody looked in
///   between (`IReserveBook`), or by statements of named attestors: `assetsVouched` counts the latter.
/// The policy is the one that publishers signed for the snapshot's time (`IPolicyRegistry`): the exchange has no choice.
/// @dev What it does not say. A liability that the exchange never entered is in no proof: users must check that they were
/// counted. Tokens may have been borrowed for the moments of the readings. That prices without a feed are true is the
/// publishers' word, and what no contract reads is the attestors'.
/// Everything a proof does not say rests on the keys: whoever knows the secrets of their set-up forges any proof.
interface ISolvencyRegistry {
    /// @notice A batch's public signals but gamma and beta, and its Groth16 proof.
    /// @param root Root of the batch's tree of leaves.
    /// @param transcript Commitment to the batch's auxiliaries and blinds.
    /// @param t Sum of fractions of the quantities.
    /// @param w Sum of fractions of the weighted quantities, without the batch's own weight.
    /// @param proof A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y, as the precompiles take them.
    struct Batch {
        uint256 root;
        uint256 transcript;
        uint256 t;
        uint256 w;
        uint256[8] proof;
    }

    /// @notice Neighbouring batches under one circuit.
    /// @param circuitId keccak256 of the packed verification key that their proofs are made under.
    struct Run {
        bytes32 circuitId;
        uint256 count;
    }

    /// @notice What an epoch is to show, fixed by the exchange's signature before anything is proved.
    /// @param epoch Number under which the epoch was opened.
    /// @param epochCircuitId keccak256 of the packed verification key of the epoch proof.
    /// @param policyHash Commitment to all coefficients of the policy and to the circuit's shape.
    /// @param descriptorHash keccak256 of the canonical policy files: names, decimals, tokens and terms.
    /// @param totalsCommitment Hiding commitment to the totals by row, fixed before gamma.
    /// @param weightsCommitment Hiding commitment to the weighted totals, fixed before beta.
    /// @param publicHash Hash of the public part of the epoch's folder, so that copies of it can be recognised.
    /// @param claims Insurance in 10^-12 of the quote currency, then what the exchange declares to hold of each asset of
    /// the circuit, in units of its row; each below 2^128.
    struct Terms {
        uint64 epoch;
        bytes32 epochCircuitId;
        uint256 policyHash;
        bytes32 descriptorHash;
        uint256 totalsCommitment;
        uint256 weightsCommitment;
        bytes32 publicHash;
        uint256[] claims;
    }

    /// @notice All that attesting in one transaction takes.
    /// @param runs The circuits of the batches, in their order. Each run costs as much as half a batch or so: batches of one
    /// circuit belong side by side.
    /// @param batches In the order of the accounts root.
    /// @param epochProof In the words of `Batch.proof`.
    /// @param statements Of attestors, ascending, for claims on what no contract reads.
    struct Submission {
        Terms terms;
        Run[] runs;
        Batch[] batches;
        uint256[8] epochProof;
        IReserveBook.Statement[] statements;
    }

    /// @notice What is recorded of an attested epoch, for ever.
    /// @param accountsRoot keccak256 tree over (circuit, root, transcript) of all batches.
    /// @param snapshotTime When the accounts were as proved, in seconds since 1970; fixed before it came.
    /// @param attestedAt Time of the block that checked the last proof and read the reserves for the last time.
    /// @param assetsOnChain Assets with a claim above 0 that balances cover.
    /// @param assetsVouched Assets with a claim above 0 that rests on statements of attestors, wholly or in part; who they are
    /// is in the events of `reserves`.
    struct Attestation {
        bytes32 accountsRoot;
        uint256 policyHash;
        bytes32 descriptorHash;
        bytes32 epochCircuitId;
        uint64 epoch;
        uint64 snapshotTime;
        uint64 attestedAt;
        uint32 batchCount;
        uint16 assetsOnChain;
        uint16 assetsVouched;
    }

    /// @notice A circuit that proofs may be made under. `assets` is 0 for a batch circuit; `number` counts from 0.
    struct Circuit {
        address key;
        uint16 assets;
        uint16 number;
        bool isEpoch;
    }

    event CircuitRegistered(bytes32 indexed circuitId, address key, bool isEpoch, uint16 assets);
    event EpochOpened(uint64 indexed epoch, uint64 snapshotTime);
    /// @notice An opening that will never be attested: a later one took its place.
    event OpeningVoided(uint64 indexed epoch, uint64 snapshotTime);
    /// @notice The exchange fixed what the epoch is to show. The challenges follow from it.
    event ListSealed(
        uint64 indexed epoch,
        bytes32 indexed accountsRoot,
        uint32 batchCount,
        uint64 snapshotTime,
        uint256 gamma,
        uint256 beta
    );
    /// @notice `count` batches from `first` on are proved: `proved` of the list's `batchCount`.
    event BatchesProved(uint64 indexed epoch, uint32 first, uint32 count, uint32 proved, uint32 batchCount);
    event EpochAttested(
        uint64 indexed epoch,
        uint256 indexed policyHash,
        bytes32 indexed accountsRoot,
        bytes32 descriptorHash,
        bytes32 epochCircuitId,
        uint32 batchCount,
        uint64 snapshotTime,
        uint16 assetsOnChain,
        uint16 assetsVouched,
        bytes32 publicHash
    );

    /// @notice Neither the exchange sent it nor is the signature the exchange's over this very message.
    error ExchangeSignatureInvalid(address exchange, bytes32 digest);
    error EpochNotIncreasing(uint64 epoch, uint64 lastOpened);
    /// @notice The snapshot must lie ahead of its opening, and not far ahead.
    error SnapshotTimeOutOfRange(uint64 snapshotTime, uint64 earliest, uint64 latest);
    error OpeningTooSoon(uint64 now_, uint64 earliest);
    error IntervalOutOfRange(uint64 interval, uint64 most);
    /// @notice Since this epoch was opened the one before pays no instant withdrawal.
    error InstantWithdrawalsFrozen(uint64 openedEpoch, uint64 snapshotTime);
    error EpochNotOpen(uint64 epoch, uint64 lastOpened);
    error SnapshotNotTakenYet(uint64 snapshotTime, uint64 now_);
    error OpeningExpired(uint64 snapshotTime, uint64 expiredAt);
    /// @notice The terms name another policy than the one published for the epoch's snapshot time.
    error PolicyDiffers(uint64 snapshotTime, uint256 policyHash, bytes32 descriptorHash);
    error CircuitUnknown(bytes32 circuitId);
    error CircuitRegisteredTwice(bytes32 circuitId);
    error BatchCountOutOfRange(uint256 count, uint256 most);
    /// @notice Run `index` is empty or longer than the list, or the runs together are shorter.
    error RunsMiscounted(uint256 index);
    /// @notice The epoch has a sealed list already, and this is another.
    error EpochCommitted(uint64 epoch, bytes32 accountsRoot);
    error NotCommitted(uint64 epoch);
    /// @notice A part begins at a multiple of 2^depth, is at most a chunk, and not beyond the list.
    error PartOutOfRange(uint256 first, uint256 depth, uint256 batchCount);
    error PartMiscounted(uint256 came, uint256 expected);
    /// @notice Batches, circuits or path are not those of the sealed list at this place.
    error PartNotListed(uint256 first, bytes32 node);
    /// @notice Batches of the sealed list are not proved yet.
    error BatchesMissing(uint256 proved, uint256 batchCount);
    error TermsNotCommitted(bytes32 termsHash, bytes32 committed);
    error ClaimsMiscounted(uint256 came, uint256 expected);
    error ClaimTooLarge(uint256 claim, uint256 amount);
    error AddressMissing();
    error NothingAttested();
    error NotAttested(uint64 epoch);

    /// @notice Fixes when epoch `epoch` will be observed. From then on instant withdrawals against the epoch before are
    /// frozen, and an opening before it, if it was not attested, is void with all that was committed and proved under it.
    /// @param epoch Larger than any number opened before; numbers may be left out.
    /// @param snapshotTime From now on to `MAX_LEAD` ahead.
    /// @param signature The exchange's EIP-712 signature over `Open(uint64 epoch,uint64 snapshotTime)`; not looked at when
    /// the exchange is the sender.
    /// @dev At least `minimumInterval` after the opening before, attested or not: an exchange that doesn't like its snapshot
    /// can't try again at once.
    function open(uint64 epoch, uint64 snapshotTime, bytes calldata signature) external;

    /// @notice Checks an epoch and records it as attested, in one transaction.
    /// @dev Fails as a whole or does everything. Costs grow by one pairing and two scalar multiplications per batch; an
    /// invalid point costs the sender all gas that is left to the precompile.
    /// @param signature The exchange's EIP-712 signature over `Commit(...)` (see `COMMIT_TYPEHASH`), which names everything
    /// but the proofs and the sums; not looked at when the exchange is the sender.
    function attest(Submission calldata submission, bytes calldata signature) external;

    /// @notice Seals an epoch's list of batches, which then can be proved part by part. Once per epoch; what is committed and
    /// not attested in time expires with its opening, and a new opening voids it at any time.
    /// @param batchCount Batches in the list, at most `MAX_BATCHES`.
    /// @param accountsRoot Root over all batches. The list itself comes with the proofs.
    /// @param signature As for `attest`, over the same message: one signature serves both.
    function commit(Terms calldata terms, uint256 batchCount, bytes32 accountsRoot, bytes calldata signature) external;

    /// @notice Proves a part of the sealed list: all batches below one node of the accounts tree. Anybody may, in any order.
    /// @dev Batches that were proved before are checked again, and not counted again: nobody who sends a proof first makes
    /// another one's call fail.
    /// @param first Index of the part's first batch, a multiple of 2^depth.
    /// @param depth The part has 2^depth leaves, at most a chunk of 256.
    /// @param batches Those of the part that exist: 2^depth but at the end of the list.
    /// @param path Siblings of the part's node, lowest first.
    function prove(
        uint64 epoch,
        uint256 first,
        uint256 depth,
        Run[] calldata runs,
        Batch[] calldata batches,
        bytes32[] calldata path
    ) external;

    /// @notice Attests an epoch whose batches are all proved. Anybody may.
    /// @param terms As committed.
    /// @param epochProof In the words of `Batch.proof`, for the sums of all batches.
    /// @param statements As for `attest`.
    function finalise(
        Terms calldata terms,
        uint256[8] calldata epochProof,
        IReserveBook.Statement[] calldata statements
    ) external;

    /// @notice The only key that opens and commits. A contract wallet (ERC-1271) may change the keys behind it.
    function exchange() external view returns (address);

    /// @notice Where the policy of every snapshot time is published. An epoch whose time has none is never attested.
    function policies() external view returns (IPolicyRegistry);

    /// @notice Where the exchange's reserves and insurance are read.
    function reserves() external view returns (IReserveBook);

    /// @notice Where free collateral is spent against this registry's attestations, and nowhere else.
    function ledger() external view returns (ILedger);

    /// @notice The newest attestation. Reverts with NothingAttested before the first one.
    function latest() external view returns (Attestation memory);

    /// @notice The attestation of an epoch. Reverts with NotAttested.
    function attestationOf(uint64 epoch) external view returns (Attestation memory);

    /// @notice When the snapshot of an attested epoch was taken, and the data contract of its policy (`IPolicyRegistry.dataOf`).
    /// Cheaper than the whole attestation. Reverts with NotAttested.
    function policyOf(uint64 epoch) external view returns (uint64 snapshotTime, address data);

    /// @notice The newest attestation, for payments that trust it alone. Reverts with InstantWithdrawalsFrozen as well.
    function latestForInstant() external view returns (Attestation memory);

    /// @notice The number of that attestation, for less gas. Reverts as `latestForInstant` does.
    function instantEpoch() external view returns (uint64);

    /// @notice Whether an opening waits to be attested: what is paid now against the newest attestation would be missing from
    /// the reserves of the next. Ends with the attestation, or when the opening's time is up.
    function isFrozen() external view returns (bool);

    /// @notice The sealed list of the epoch that is open, and how many of its batches are proved. Reverts with NotCommitted.
    function commitmentOf(uint64 epoch) external view returns (bytes32 accountsRoot, uint32 batchCount, uint32 proved);

    /// @notice Which of a chunk's batches are proved: bit i for batch 256 chunk + i.
    function provedBatches(uint64 epoch, uint256 chunk) external view returns (uint256);

    /// @notice Least time between two openings, in seconds.
    function minimumInterval() external view returns (uint64);

    /// @notice The last opening, and whether it can still be attested.
    function opening() external view returns (uint64 epoch, uint64 snapshotTime, bool isPending);

    /// @notice Whether the newest attested snapshot is at most `maxAge` seconds old. False before the first attestation.
    /// @dev Counts from the snapshot, not from the transaction: late proofs don't look fresher.
    function isFresh(uint256 maxAge) external view returns (bool);

    /// @notice Whether a batch is in the accounts root of an attested epoch, at this index.
    /// @param path Siblings, lowest first: 8 within the chunk, then one per level above. Another length is false.
    function isAttested(
        uint64 epoch,
        uint256 index,
        bytes32 circuitId,
        uint256 root,
        uint256 transcript,
        bytes32[] calldata path
    ) external view returns (bool);

    /// @notice A registered circuit; `key` is 0 for an unknown id.
    function circuitOf(bytes32 circuitId) external view returns (Circuit memory);

    /// @notice The digest that the exchange signs to have others open an epoch.
    function openDigest(uint64 epoch, uint64 snapshotTime) external view returns (bytes32);
}
