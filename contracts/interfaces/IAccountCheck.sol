// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILedger} from "./ILedger.sol";

/// @title Judges one account at today's marks
/// @notice Between two epochs an account that is attested can be judged by any policy that was published since: its owner
/// proves, from the bundle of the last epoch, that its holdings of then have at least some surplus over initial margin
/// at the marks of now. What was paid and pledged from the account is subtracted. So a lender, a vault or a market need not wait for
/// the exchange's next epoch to see what a move of the market has left of an account.
/// @dev A view: nothing is spent or kept, and a proof may be shown again. Whoever relies on a judgement calls this itself,
/// since the caller is bound in the proof's context (chain, this contract, caller, payload): nobody shows one that was made for
/// somebody else. What the payload binds is the caller's business: an account, a loan, a beneficiary.
///
/// What it does not say.
/// - The holdings are those of the leaf. What was traded since is known to the exchange alone: `maxLeafAge` bounds since when.
/// - The owner chooses among all policies that were published within `maxMarksAge`, and takes the kindest.
/// - The surplus is not spoken for. Only a pledge in the ledger makes it collateral; a judgement shows that pledges are still
///   covered, and what is left above them.
/// - Policies say what the publishers' quorum signed.
/// - Rows that no statement about one account can open (see the policy tree) count nothing if they are assets; an account that holds
///   instruments of such groups can't be judged.
interface IAccountCheck {
    /// @notice An `account` proof with its public signals, but those that the contract knows.
    /// @param circuitId keccak256 of the packed verification key of the proof: one of this contract's circuits.
    /// @param root Root of the batch's tree that the account's leaf is in.
    /// @param key Ledger key of the account.
    /// @param epoch Of the leaf.
    /// @param observationTime Of the published policy that the account is judged by.
    /// @param minimumFree At least this is its surplus over initial margin, in 10^-6 of the quote currency.
    struct Statement {
        bytes32 circuitId;
        uint256 root;
        uint256 key;
        uint64 epoch;
        uint64 observationTime;
        uint64 minimumFree;
        ILedger.Place place;
        uint256[8] proof;
    }

    /// @notice A circuit that proofs may be made under, written at deployment only.
    event AccountCircuitRegistered(bytes32 indexed circuitId, address key);

    error AccountCircuitUnknown(bytes32 circuitId);
    error AccountCircuitTwice(bytes32 circuitId);
    /// @notice The ledger is not its registry's: what it counts is not all that was paid.
    error LedgerNotOfRegistry(address ledger, address registry);
    error LeafTooOld(uint64 snapshotTime, uint256 maxAge);
    error MarksTooOld(uint64 observationTime, uint256 maxAge);
    /// @notice Marks of before the snapshot: the epoch itself has been judged by newer ones.
    error MarksBeforeLeaf(uint64 observationTime, uint64 snapshotTime);
    /// @notice A row of the leaf means something else under the newer policy: another coin, other decimals, other terms.
    error RowsDiffer(bytes32 rowTableHash, bytes32 rowTableHashOfLeaf);
    /// @notice An instrument of the leaf's epoch has expired: what it became is not in the leaf.
    error RowsExpired(uint64 nextExpiry, uint64 now_);

    /// @notice Judges an account. Reverts unless the statement is proved for this caller and payload.
    /// @param maxLeafAge Most seconds since the snapshot of the leaf's epoch.
    /// @param maxMarksAge Most seconds since the observation time of the policy.
    /// @return proved Surplus over initial margin that is proved, 10^-12 quote.
    /// @return charge What payments since the leaf's epoch was opened and pledges in force take of it at the newer policy, 10^-12
    /// quote. All pledges of the account are covered if this is at most `proved`; `proved - charge` is free beyond them.
    function judge(Statement calldata statement, bytes32 payload, uint256 maxLeafAge, uint256 maxMarksAge)
        external
        view
        returns (uint256 proved, uint256 charge);

    /// @notice The context that a proof for a consumer and its payload has to have.
    function contextOf(address consumer, bytes32 payload) external view returns (uint256);

    /// @notice The ledger that says what was paid and pledged; its registry says what is attested.
    function ledger() external view returns (ILedger);

    /// @notice The data contract of a circuit's verification key, 0 for an unknown circuit.
    function keyOf(bytes32 circuitId) external view returns (address);
}
