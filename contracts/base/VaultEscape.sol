// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {ILedger} from "../interfaces/ILedger.sol";
import {IMarginVault} from "../interfaces/IMarginVault.sol";
import {Tokens} from "../lib/Tokens.sol";
import {VaultExits} from "./VaultExits.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What a frozen vault pays to whom
abstract contract VaultEscape is VaultExits {
    /// @notice How many claims were registered: the newest one's id.
    uint256 public claims;
    mapping(uint256 id => Claim) private _claims;
    mapping(address token => Pool) private _pools;
    mapping(uint256 key => uint64) public claimedEpochOf;

    modifier whileClaiming() {
        if (!_isFrozen) revert VaultNotFrozen();
        if (block.timestamp > _claimUntil) revert ClaimsClosed(_claimUntil, uint64(block.timestamp));
        _;
    }

    /// @inheritdoc IMarginVault
    function registerClaim(ILedger.Withdrawal calldata withdrawal, Relay calldata relay)
        external
        nonReentrant
        whileClaiming
        returns (uint256 id)
    {
        _requireRelay(relay);
        (uint256 key, uint64 epoch) = (withdrawal.key, withdrawal.epoch);
        _requireClaimable(epoch);
        uint64 claimed = claimedEpochOf[key];
        if (claimed != 0 && claimed != epoch) revert OtherEpochClaimed(key, epoch, claimed);
        claimedEpochOf[key] = epoch;

        (address token, uint256 amount) = ledger.spend(withdrawal, payloadOf(Purpose.Claim, 0, relay));
        if (relay.fee > amount) revert FeeAboveAmount(relay.fee, amount);
        return _register(key, Claim(token, epoch, false, withdrawal.recipient, amount, 0, relay));
    }

    /// @inheritdoc IMarginVault
    function registerPledge(uint256 pledgeId) external nonReentrant whileClaiming returns (uint256 id) {
        ILedger.Pledge memory pledge = _requirePledge(pledgeId);
        // One that was made before the freeze and renewed after it keeps second class: else whoever renews it takes it from its gate.
        bool isRenewed = pledge.epoch > _escapeEpoch && pledgeId <= _pledgesAtFreeze;
        if (!isRenewed) _requireClaimable(pledge.epoch);
        (address token, address recipient, uint256 amount) = ledger.takePledged(pledgeId);
        return _register(pledge.key, Claim(token, pledge.epoch, false, recipient, amount, 0, Relay(address(0), 0)));
    }

    /// @inheritdoc IMarginVault
    function payClaim(uint256 id) external nonReentrant returns (uint256 amount) {
        Claim memory claim = _claims[id];
        if (claim.amount == 0) revert ClaimNotRegistered(id);
        uint64 now_ = uint64(block.timestamp);
        if (now_ <= _claimUntil) revert ClaimsStillOpen(_claimUntil, now_);
        uint256 balance = Tokens.balanceOf(claim.token, address(this));
        Pool storage pool = _pools[claim.token];
        if (!pool.isFixed) (pool.isFixed, pool.balance) = (true, balance);

        // Paid is at most the share, and less only where the balance was.
        amount = Math.min(_shareDown(pool, claim) - claim.paid, balance);
        if (amount == 0) revert NothingToPay(id);
        uint96 left = claim.relay.fee;
        // At most the fee, which is less than 2^96.
        claim.relay.fee = uint96(Math.min(left, amount));
        _claims[id].paid = claim.paid + amount;
        _claims[id].relay.fee = left - claim.relay.fee;
        uint256 fee = _payPurse(claim.token, claim.recipient, amount, claim.relay);
        emit ClaimPaid(id, claim.token, amount, fee);
    }

    /// @inheritdoc IMarginVault
    function claimOf(uint256 id) external view returns (Claim memory) {
        return _claims[id];
    }

    /// @inheritdoc IMarginVault
    function poolOf(address token) external view returns (Pool memory) {
        return _pools[token];
    }

    /// @dev What is attested after the freeze is no claim on what was here at the freeze.
    function _requireClaimable(uint64 epoch) private view {
        if (epoch > _escapeEpoch) revert EpochTooNew(epoch, _escapeEpoch);
        if (epoch != _escapeEpoch) _requireRecent(epoch, _frozenAt);
    }

    function _register(uint256 key, Claim memory claim) private returns (uint256 id) {
        claim.isFirst = claim.epoch == _escapeEpoch;
        id = ++claims;
        _claims[id] = claim;
        Pool storage pool = _pools[claim.token];
        if (claim.isFirst) pool.first += claim.amount;
        else pool.second += claim.amount;
        emit ClaimRegistered(id, key, claim.token, claim);
    }

    /// @dev Of the pool, first class before second, each pro rata. Rounded down, so that all shares together are at most the pool.
    function _shareDown(Pool memory pool, Claim memory claim) private pure returns (uint256) {
        uint256 forSecond = pool.balance > pool.first ? pool.balance - pool.first : 0;
        (uint256 available, uint256 sum) = claim.isFirst ? (pool.balance, pool.first) : (forSecond, pool.second);
        return available >= sum ? claim.amount : Math.mulDiv(claim.amount, available, sum);
    }
}
