// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccountCheck} from "../interfaces/IAccountCheck.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";

/// @title What a protocol inherits to rely on an exchange's attestations
/// @notice Two things: *solvency attested within X*, and *free collateral pledged to this contract*. A pledge is a part of an account
/// at the exchange that its owner proved to be free, and that the ledger counts as spent, everywhere and in every epoch,
/// until it ends. The account keeps trading; nobody sees what it holds.
///
/// A pledge's life: `_pledge` with a proof of the newest epoch; `renew` with one of each epoch that follows; at last `_release`, or
/// payment by the vault that it names. docs/gate.md draws it.
///
/// What a gate can rely on, while a pledge is covered (`isCovered`):
/// - the ledger pays none of it to anybody else, and no other gate has a pledge of the same collateral;
/// - at the snapshot of the pledge's epoch, the account had it all: the amount, and the margin to let it go;
/// - the vault pays it to the gate unless the exchange shows a newer leaf of the account that has lost it.
///
/// What it can't rely on:
/// - *That the account still has it.* What was traded after the snapshot shows in the next epoch: a pledge that trading has lost can't be
///   renewed, and its exit is refused. So lend less than a pledge is worth, by what an account can lose in the time between two
///   attestations, and call what is not renewed. `_judge` shows what the market has left of an account since the snapshot, but not what
///   its owner has traded.
/// - *That the exchange liquidates in its favour.* Liquidations come before pledges and are not seen on the chain.
/// - *That exchange and borrower are not in league.* What an account has lost by trading is the exchange's word: it
///   may attest a loss to itself. It can't attest that it is solvent where it is not.
/// - *That the vault has the tokens.* A vault that was robbed pays pro rata. Only vaults that a gate knows may be named.
/// - *That the key is the account.* An exchange that moves an account to another owner key frees it of its pledges. It shows
///   as a pledge that can't be renewed.
/// - *That time waits.* From `until` on anybody may release a pledge: what it backs must be over by then, with the time that an exit takes.
/// @dev Every proof that is sent in the open can be sent by somebody else first. The payload must bind whoever gains by it, for instance the
/// borrower and the amount: then it doesn't matter who sends it.
abstract contract Gate {
    ISolvencyRegistry public immutable registry;
    ILedger public immutable ledger;
    /// @notice 0 at a gate that judges nobody.
    IAccountCheck public immutable accountCheck;

    error AccountCheckElsewhere(address accountCheck, address ledger);
    /// @notice The newest attestation is of a snapshot longer ago, or there is none yet (0).
    error SolvencyNotFresh(uint64 snapshotTime, uint256 maxAge);
    error EpochNotNewest(uint64 epoch, uint64 newest);
    /// @notice The collateral would be paid to somebody else.
    error RecipientNotGate(address recipient);
    /// @notice The statement is about another account than the pledge's.
    error AnotherAccount(uint256 key, uint256 expected);
    /// @notice The statement is about another epoch than the one that the pledge was last proved in.
    error AnotherEpoch(uint64 epoch, uint64 expected);

    /// @param registry_ The exchange's. Its ledger is the only one where a pledge binds.
    constructor(ISolvencyRegistry registry_, IAccountCheck accountCheck_) {
        (registry, ledger, accountCheck) = (registry_, registry_.ledger(), accountCheck_);
        if (address(accountCheck_) != address(0) && address(accountCheck_.ledger()) != address(ledger)) {
            revert AccountCheckElsewhere(address(accountCheck_), address(ledger));
        }
    }

    /// @notice Renews a pledge with a proof of a newer epoch, made for this gate and the pledge's number. Anybody sends it, here or to
    /// the ledger itself.
    function renew(uint256 id, ILedger.Withdrawal calldata withdrawal) external {
        ledger.renew(id, withdrawal);
    }

    /// @notice Whether a pledge is this gate's, in force, and was proved to be covered at a snapshot at most `maxAge` seconds ago.
    function isCovered(uint256 id, uint256 maxAge) public view returns (bool) {
        ILedger.Pledge memory pledge = ledger.pledgeOf(id);
        if (pledge.gate != address(this) || pledge.amount == 0 || block.timestamp >= pledge.until) return false;
        // A snapshot is in the past once it is attested.
        return block.timestamp - registry.attestationOf(pledge.epoch).snapshotTime <= maxAge;
    }

    /// @dev Reverts unless the exchange was attested to be solvent at a snapshot at most `maxAge` seconds ago.
    function _requireFresh(uint256 maxAge) internal view {
        if (registry.isFresh(maxAge)) return;
        (uint64 opened,,) = registry.opening();
        // Nothing is attested where nothing was opened, and `latest` would revert with its own words.
        revert SolvencyNotFresh(opened == 0 ? 0 : registry.latest().snapshotTime, maxAge);
    }

    /// @dev Takes a pledge, by a proof of the newest epoch whose snapshot is at most `maxAge` seconds ago: an older one would
    /// show an account from before its losses. The collateral goes to this contract, out of `vault`, if it comes to that.
    /// @param withdrawal Made for (Pledge, this gate, keccak256(abi.encode(payload, vault, until))), with this gate as recipient.
    /// @param vault One that this gate knows. 0: nobody pays it out, and the pledge only keeps it from being spent.
    /// @param until From when on anybody may release it.
    /// @param payload Whatever the owner of the account shall have agreed to: whoever gains by the pledge should be in it.
    /// @return id Number of the pledge in the ledger.
    /// @return token What was pledged, by the policy of the epoch.
    /// @return amount What the proof has beyond payments and pledges so far, in the token's units: may be less than expected.
    function _pledge(
        ILedger.Withdrawal calldata withdrawal,
        address vault,
        uint64 until,
        bytes32 payload,
        uint256 maxAge
    ) internal returns (uint256 id, address token, uint256 amount) {
        _requireFresh(maxAge);
        uint64 newest = registry.latest().epoch;
        if (withdrawal.epoch != newest) revert EpochNotNewest(withdrawal.epoch, newest);
        if (withdrawal.recipient != address(this)) revert RecipientNotGate(withdrawal.recipient);
        return ledger.pledge(withdrawal, vault, until, payload);
    }

    /// @dev Gives a pledge back to its account.
    function _release(uint256 id) internal {
        ledger.release(id);
    }

    /// @dev Judges the account of a pledge at a policy that was published within `maxMarksAge` seconds, by its leaf in
    /// the epoch that the pledge was last proved in: an older leaf could show what has been lost since.
    /// @param payload As the statement's proof was made for, with this gate as consumer.
    /// @return covers Whether its surplus covers all of its pledges at those marks.
    /// @return free What it has beyond them, 10^-12 quote.
    function _judge(
        uint256 id,
        IAccountCheck.Statement calldata statement,
        bytes32 payload,
        uint256 maxLeafAge,
        uint256 maxMarksAge
    ) internal view returns (bool covers, uint256 free) {
        ILedger.Pledge memory pledge = ledger.pledgeOf(id);
        if (statement.key != pledge.key) revert AnotherAccount(statement.key, pledge.key);
        if (statement.epoch != pledge.epoch) revert AnotherEpoch(statement.epoch, pledge.epoch);
        (uint256 proved, uint256 charge) = accountCheck.judge(statement, payload, maxLeafAge, maxMarksAge);
        covers = charge <= proved;
        free = covers ? proved - charge : 0;
    }
}
