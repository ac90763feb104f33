// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {ILedger} from "../interfaces/ILedger.sol";
import {IMarginVault} from "../interfaces/IMarginVault.sol";
import {VaultPurses} from "./VaultPurses.sol";

/// @title Exits that the operator can't stop: it pays, refuses with a proof, or the vault freezes
abstract contract VaultExits is VaultPurses {
    bytes32 public constant APPROVE_TYPEHASH =
        keccak256("Approve(uint256 exit,uint256 most,uint64 deadline)");

    /// @notice How many exits were ever requested: the newest one's id.
    uint256 public exits;
    mapping(uint256 id => Exit) private _exits;
    mapping(uint256 id => Denial) private _denials;

    // The user asks.

    /// @inheritdoc IMarginVault
    function requestExit(ILedger.Withdrawal calldata withdrawal, Relay calldata relay)
        external
        nonReentrant
        whileNotFrozen
        returns (uint256 id)
    {
        _requireRelay(relay);
        _requireRecent(withdrawal.epoch, uint64(block.timestamp));
        ledger.admit(withdrawal, payloadOf(Purpose.Exit, 0, relay));
        Exit memory exit = Exit({
            key: withdrawal.key,
            epoch: withdrawal.epoch,
            recipient: withdrawal.recipient,
            asset: withdrawal.asset,
            state: ExitState.Requested,
            token: address(0),
            deadline: uint64(block.timestamp) + _response,
            amount: withdrawal.amount,
            charge: withdrawal.charge,
            relay: relay,
            pledgeId: 0
        });
        uint256 owed;
        (exit.token, owed) = ledger.owed(_claimOf(0, exit));
        if (owed == 0) revert NothingOwed(exit.key, exit.epoch);
        if (relay.fee > owed) revert FeeAboveAmount(relay.fee, owed);
        return _open(exit, owed);
    }

    /// @inheritdoc IMarginVault
    function requestPledgeExit(uint256 pledgeId) external nonReentrant whileNotFrozen returns (uint256 id) {
        ILedger.Pledge memory pledge = _requirePledge(pledgeId);
        // Anybody may be a gate, and the ledger pledges against roots of any age: of an account that was emptied long
        // ago the operator has no newer leaf to show.
        _requireRecent(pledge.epoch, uint64(block.timestamp));
        Exit memory exit;
        (exit.key, exit.epoch, exit.recipient, exit.token) =
            (pledge.key, pledge.epoch, pledge.recipient, pledge.token);
        (exit.state, exit.deadline) = (ExitState.Requested, uint64(block.timestamp) + _response);
        exit.pledgeId = pledgeId;
        return _open(exit, pledge.amount);
    }

    // The operator pays or refuses.

    /// @inheritdoc IMarginVault
    function approveExit(uint256 id, uint256 most, uint64 deadline, bytes calldata signature)
        external
        nonReentrant
        whileNotFrozen
        returns (uint256 amount)
    {
        Exit memory exit = _requirePending(id);
        _requireOperator(approvalDigest(id, most, deadline), deadline, signature);
        uint256 owed = _owed(id, exit);
        if (owed == 0) {
            _end(id, exit.key);
            return 0;
        }
        if (owed > most) revert OwedMore(id, owed, most);
        _exits[id].state = ExitState.Paid;
        if (exit.pledgeId != 0) (,, amount) = ledger.takePledged(exit.pledgeId);
        else (, amount) = ledger.take(_claimOf(id, exit), type(uint256).max);
        uint256 fee = _payPurse(exit.token, exit.recipient, amount, exit.relay);
        emit ExitPaid(id, exit.key, exit.token, amount, fee);
    }

    /// @inheritdoc IMarginVault
    function refuse(uint256 id, ILedger.Refusal calldata refusal) external nonReentrant whileNotFrozen {
        Exit memory exit = _exits[id];
        if (exit.state != ExitState.Requested) revert ExitNotRefusable(id, exit.state);
        _requireInTime(exit.deadline);
        bool isPledge = exit.pledgeId != 0;
        uint64 proved = isPledge ? ledger.pledgeOf(exit.pledgeId).epoch : exit.epoch;
        uint64 newest = registry.latest().epoch;
        if (refusal.epoch != newest || newest <= proved) revert RefusalNotNewer(refusal.epoch, proved, newest);
        uint256 owed = _owed(id, exit);
        if (owed == 0) {
            _end(id, exit.key);
            return;
        }
        uint16 asset = isPledge
            ? ledger.requirePledgeRefused(refusal, exit.pledgeId)
            : ledger.requireRefused(refusal, exit.key, exit.token, owed);

        Denial memory denial = Denial(newest, asset, refusal.amount, refusal.charge);
        uint64 answerUntil = uint64(block.timestamp) + _answer;
        _denials[id] = denial;
        (_exits[id].state, _exits[id].deadline) = (ExitState.Refused, answerUntil);
        emit ExitRefused(id, exit.key, denial, answerUntil);
    }

    // The user answers, or anybody freezes.

    /// @inheritdoc IMarginVault
    function answer(uint256 id, ILedger.Withdrawal calldata withdrawal, Relay calldata relay)
        external
        nonReentrant
        whileNotFrozen
    {
        (Exit memory exit, Denial memory denial) = _requireRefused(id);
        _requireRelay(relay);
        if (
            exit.pledgeId != 0 || withdrawal.key != exit.key || withdrawal.recipient != exit.recipient
                || withdrawal.epoch != denial.epoch || withdrawal.asset != denial.asset
        ) revert AnswerDiffers(id);
        // With less, one honest leaf would do for both.
        if (withdrawal.amount < denial.amount || withdrawal.charge < denial.charge) {
            revert AnswerTooSmall(withdrawal.amount, denial.amount, withdrawal.charge, denial.charge);
        }
        ledger.admit(withdrawal, payloadOf(Purpose.Answer, id, relay));
        (exit.epoch, exit.asset, exit.relay) = (withdrawal.epoch, withdrawal.asset, relay);
        (exit.amount, exit.charge) = (withdrawal.amount, withdrawal.charge);
        _answered(id, exit);
    }

    /// @inheritdoc IMarginVault
    function answerByRenewal(uint256 id) external nonReentrant whileNotFrozen {
        (Exit memory exit, Denial memory denial) = _requireRefused(id);
        // It was older when it was refused. What it was renewed for covers payments since and this pledge, at least.
        if (exit.pledgeId == 0 || ledger.pledgeOf(exit.pledgeId).epoch != denial.epoch) revert AnswerDiffers(id);
        exit.epoch = denial.epoch;
        _answered(id, exit);
    }

    /// @inheritdoc IMarginVault
    function freeze(uint256 id) external nonReentrant whileNotFrozen {
        Exit memory exit = _requirePending(id);
        uint64 now_ = uint64(block.timestamp);
        if (now_ <= exit.deadline) revert DeadlineNotPassed(exit.deadline, now_);
        if (_owed(id, exit) == 0) revert NothingOwed(exit.key, exit.epoch);
        (_isFrozen, _escapeEpoch) = (true, registry.latest().epoch);
        (_frozenAt, _claimUntil) = (now_, now_ + _claim);
        _pledgesAtFreeze = ledger.pledgeCount();
        emit Frozen(id, _escapeEpoch, _claimUntil);
    }

    // What others read.

    /// @inheritdoc IMarginVault
    function exitOf(uint256 id) external view returns (Exit memory) {
        return _exits[id];
    }

    /// @inheritdoc IMarginVault
    function denialOf(uint256 id) external view returns (Denial memory) {
        return _denials[id];
    }

    /// @inheritdoc IMarginVault
    function owedOf(uint256 id) external view returns (uint256) {
        Exit memory exit = _exits[id];
        bool isPending = exit.state == ExitState.Requested || exit.state == ExitState.Answered;
        return isPending ? _owed(id, exit) : 0;
    }

    /// @inheritdoc IMarginVault
    function approvalDigest(uint256 id, uint256 most, uint64 deadline) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(APPROVE_TYPEHASH, id, most, deadline)));
    }

    // What the steps share.

    /// @dev A pledge in force that names this vault, asked for by its gate.
    function _requirePledge(uint256 pledgeId) internal view returns (ILedger.Pledge memory pledge) {
        pledge = ledger.pledgeOf(pledgeId);
        if (msg.sender != pledge.gate) revert GateOnly(pledge.gate, msg.sender);
        if (pledge.vault != address(this)) revert PledgeElsewhere(pledgeId, pledge.vault);
        if (pledge.amount == 0) revert NothingOwed(pledge.key, pledge.epoch);
    }

    function _open(Exit memory exit, uint256 owed) private returns (uint256 id) {
        id = ++exits;
        _exits[id] = exit;
        emit ExitRequested(id, exit.key, exit.token, owed, exit);
    }

    function _end(uint256 id, uint256 key) private {
        _exits[id].state = ExitState.Over;
        emit ExitOver(id, key);
    }

    /// @dev The operator has as long again, and no second refusal.
    function _answered(uint256 id, Exit memory exit) private {
        (exit.state, exit.deadline) = (ExitState.Answered, uint64(block.timestamp) + _response);
        _exits[id] = exit;
        emit RefusalAnswered(id, exit.key, exit.epoch, exit);
    }

    function _requirePending(uint256 id) private view returns (Exit memory exit) {
        exit = _exits[id];
        if (exit.state != ExitState.Requested && exit.state != ExitState.Answered) {
            revert ExitNotPending(id, exit.state);
        }
    }

    function _requireRefused(uint256 id) private view returns (Exit memory exit, Denial memory denial) {
        exit = _exits[id];
        if (exit.state != ExitState.Refused) revert ExitNotRefused(id, exit.state);
        _requireInTime(exit.deadline);
        denial = _denials[id];
    }

    function _requireInTime(uint64 deadline) private view {
        if (block.timestamp > deadline) revert DeadlinePassed(deadline, uint64(block.timestamp));
    }

    /// @dev Of an exit that is requested or answered.
    function _owed(uint256 id, Exit memory exit) private view returns (uint256 amount) {
        if (exit.pledgeId != 0) return ledger.pledgeOf(exit.pledgeId).amount;
        (, amount) = ledger.owed(_claimOf(id, exit));
    }

    /// @dev The claim that the ledger admitted, of an exit that is requested or answered.
    function _claimOf(uint256 id, Exit memory exit) private view returns (ILedger.Claim memory) {
        bool isAnswer = exit.state == ExitState.Answered;
        return ILedger.Claim({
            key: exit.key,
            epoch: exit.epoch,
            recipient: exit.recipient,
            asset: exit.asset,
            amount: exit.amount,
            charge: exit.charge,
            consumer: address(this),
            payload: payloadOf(isAnswer ? Purpose.Answer : Purpose.Exit, isAnswer ? id : 0, exit.relay)
        });
    }
}
