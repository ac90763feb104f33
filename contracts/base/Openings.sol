// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Openings of epochs, and the exchange that makes them
abstract contract Openings is ISolvencyRegistry, EIP712 {
    /// @dev The last opening. It is pending while `latestEpoch`, the newest attested one, is another.
    struct Opening {
        uint64 epoch;
        uint64 latestEpoch;
        uint48 snapshotTime;
        uint48 openedAt;
        bool isCommitted;
    }

    bytes32 public constant OPEN_TYPEHASH = keccak256("Open(uint64 epoch,uint64 snapshotTime)");

    /// @notice How far ahead of its opening a snapshot may be, in seconds.
    uint64 public constant MAX_LEAD = 1 days;
    /// @notice How long after its snapshot an epoch can be attested, in seconds.
    uint64 public constant MAX_PROVING_TIME = 7 days;

    address public immutable exchange;
    uint64 public immutable minimumInterval;

    Opening internal _opening;

    constructor(address exchange_, uint64 minimumInterval_) {
        if (exchange_ == address(0)) revert AddressMissing();
        if (minimumInterval_ == 0 || minimumInterval_ > MAX_PROVING_TIME) {
            revert IntervalOutOfRange(minimumInterval_, MAX_PROVING_TIME);
        }
        (exchange, minimumInterval) = (exchange_, minimumInterval_);
    }

    /// @inheritdoc ISolvencyRegistry
    function open(uint64 epoch, uint64 snapshotTime, bytes calldata signature) external {
        Opening memory last = _opening;
        if (epoch <= last.epoch) revert EpochNotIncreasing(epoch, last.epoch);
        uint64 now_ = uint64(block.timestamp);
        if (last.epoch != 0 && now_ < last.openedAt + minimumInterval) {
            revert OpeningTooSoon(now_, last.openedAt + minimumInterval);
        }
        if (snapshotTime < now_ || snapshotTime > now_ + MAX_LEAD) {
            revert SnapshotTimeOutOfRange(snapshotTime, now_, now_ + MAX_LEAD);
        }
        _requireExchange(openDigest(epoch, snapshotTime), signature);

        // Both times are below 2^48 for longer than anybody counts.
        _opening = Opening(epoch, last.latestEpoch, uint48(snapshotTime), uint48(now_), false);
        _readReserves(epoch);
        if (last.epoch != last.latestEpoch) emit OpeningVoided(last.epoch, last.snapshotTime);
        emit EpochOpened(epoch, snapshotTime);
    }

    /// @inheritdoc ISolvencyRegistry
    function opening() external view returns (uint64 epoch, uint64 snapshotTime, bool isPending) {
        return (_opening.epoch, _opening.snapshotTime, isFrozen());
    }

    /// @inheritdoc ISolvencyRegistry
    function isFrozen() public view returns (bool) {
        Opening memory last = _opening;
        return last.epoch != last.latestEpoch && block.timestamp <= last.snapshotTime + MAX_PROVING_TIME;
    }

    /// @inheritdoc ISolvencyRegistry
    function openDigest(uint64 epoch, uint64 snapshotTime) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(OPEN_TYPEHASH, epoch, snapshotTime)));
    }

    /// @dev Has the exchange's balances read, the first time for this epoch.
    function _readReserves(uint64 epoch) internal virtual;

    /// @dev Reverts unless `epoch` is open, its snapshot is taken and its time is not up.
    function _requirePending(uint64 epoch) internal view returns (Opening memory last) {
        last = _opening;
        if (epoch != last.epoch || epoch == last.latestEpoch) revert EpochNotOpen(epoch, last.epoch);
        (uint64 now_, uint64 expiresAt) = (uint64(block.timestamp), last.snapshotTime + MAX_PROVING_TIME);
        if (now_ < last.snapshotTime) revert SnapshotNotTakenYet(last.snapshotTime, now_);
        if (now_ > expiresAt) revert OpeningExpired(last.snapshotTime, expiresAt);
    }

    function _requireExchange(bytes32 digest, bytes calldata signature) internal view {
        if (msg.sender == exchange) return;
        if (!SignatureChecker.isValidSignatureNowCalldata(exchange, digest, signature)) {
            revert ExchangeSignatureInvalid(exchange, digest);
        }
    }
}
