// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILedger} from "./ILedger.sol";

/// @title Collateral of an exchange's customers
/// @notice Deposits name an owner, as leaves do; the exchange credits the account of that owner. Tokens leave in four ways, and in no
/// other; the exchange itself takes out only what a proof shows to be free in an account of its own.
/// - *Instant*: a proof against the newest attestation and the operator's signature, since trading after the snapshot may have
///   spent what was free. Not while an epoch is open.
/// - *Forced exit*: a proof against a recent attestation, without the operator. The operator pays, or refuses by showing a newer leaf of the
///   same key that does not allow it. The user answers a false refusal with the leaf of that same attestation that does allow it: two
///   leaves of one key are evidence against the operator, and the exit can't be refused again.
/// - *Escape*: an exit that was neither paid nor refused in time freezes the vault for good. Claims against the newest attestation are registered for
///   a time, then paid, pro rata if the vault is short; then older leaves, from what is left.
/// - *Pledge*: a gate that was pledged free collateral exits or escapes with it in the account's place.
/// Nobody pauses an exit. The exchange may pause deposits.
/// @dev Payments of exits and escapes go to a purse of each recipient, outside the vault, so that no recipient can make them fail and what is
/// paid is not read as a reserve. The vault consents by ERC-1271 to be read as custody by the reserve book of its registry, and signs nothing else.
interface IMarginVault {
    enum ExitState {
        None,
        Requested,
        Refused,
        Answered,
        Paid
    }

    /// @notice Somebody who sends a user's proof and is paid from the withdrawal; bound in the proof. No relayer: 0, 0.
    struct Relay {
        address relayer;
        uint256 fee;
    }

    /// @notice A forced exit.
    /// @param claim Of the ledger; for a pledge, 0.
    /// @param pledgeId 0 unless it is a pledge's.
    /// @param deadline For the step that comes next: the operator's answer, or the user's to a refusal.
    struct Exit {
        bytes32 claim;
        uint256 pledgeId;
        uint64 epoch;
        uint64 deadline;
        ExitState state;
    }
}
