// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {LedgerAccounts} from "./base/LedgerAccounts.sol";
import {LedgerProofs} from "./base/LedgerProofs.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title The only place where free collateral is spent
/// @dev Calls out by STATICCALL only, to its registry, to policies and to tokens: nothing can re-enter and write.
contract Ledger is LedgerAccounts {
    /// @notice How far ahead a pledge may end, in seconds: what a lost gate holds comes free one day.
    uint64 public constant MAX_PLEDGE_TERM = 3650 days;

    mapping(bytes32 claim => bool) private _admitted;
    mapping(uint256 id => Pledge) private _pledges;
    /// @inheritdoc ILedger
    uint256 public pledgeCount;

    constructor(address[] memory withdrawalKeys, address[] memory refusalKeys)
        LedgerProofs(withdrawalKeys, refusalKeys)
    {}

    // Spending.

    /// @inheritdoc ILedger
    function spend(Withdrawal calldata withdrawal, bytes32 payload) external returns (address token, uint256 amount) {
        _requireProof(withdrawal, contextOf(Action.Spend, msg.sender, payload));
        Claim memory claim = _claimOf(withdrawal, payload);
        (token, amount) = _settle(claim, type(uint256).max);
        if (amount == 0) revert NothingOwed(claim.key, claim.epoch);
    }

    /// @inheritdoc ILedger
    function admit(Withdrawal calldata withdrawal, bytes32 payload) external returns (bytes32 id) {
        _requireProof(withdrawal, contextOf(Action.Admit, msg.sender, payload));
        Claim memory claim = _claimOf(withdrawal, payload);
        // Reverts for an asset that can't be paid, so that no exit waits for it.
        _ask(claim);
        id = keccak256(abi.encode(claim));
        if (_admitted[id]) revert ClaimExists(id);
        _admitted[id] = true;
        emit Admitted(claim.key, msg.sender, id, claim.epoch);
    }

    /// @inheritdoc ILedger
    function take(Claim calldata claim, uint256 limit) external returns (address token, uint256 amount) {
        _requireAdmitted(claim);
        if (msg.sender != claim.consumer) revert ConsumerOnly(claim.consumer, msg.sender);
        return _settle(claim, limit);
    }

    /// @inheritdoc ILedger
    function owed(Claim calldata claim) external view returns (address token, uint256 amount) {
        _requireAdmitted(claim);
        return _ask(claim);
    }

    // Pledging.

    /// @inheritdoc ILedger
    function pledge(Withdrawal calldata withdrawal, address vault, uint64 until, bytes32 payload)
        external
        returns (uint256 id, address token, uint256 amount)
    {
        if (until <= block.timestamp || until > block.timestamp + MAX_PLEDGE_TERM) revert PledgeTermOutOfRange(until);
        bytes32 terms = keccak256(abi.encode(payload, vault, until));
        _requireProof(withdrawal, contextOf(Action.Pledge, msg.sender, terms));
        Claim memory claim = _claimOf(withdrawal, terms);
        (token, amount) = _learnAndAsk(claim);
        if (amount == 0) revert NothingOwed(claim.key, claim.epoch);

        _addPledge(claim.key, token, amount);
        id = ++pledgeCount;
        _pledges[id] = Pledge({
            key: claim.key,
            gate: msg.sender,
            epoch: claim.epoch,
            vault: vault,
            until: until,
            recipient: claim.recipient,
            token: token,
            amount: amount
        });
        emit Pledged(claim.key, msg.sender, id, _pledges[id]);
    }

    /// @inheritdoc ILedger
    function renew(uint256 id, Withdrawal calldata withdrawal) external {
        Pledge storage one = _inForce(id);
        if (withdrawal.epoch <= one.epoch) revert PledgeNotNewer(id, one.epoch, withdrawal.epoch);
        _requireProof(withdrawal, contextOf(Action.Renew, one.gate, bytes32(id)));
        if (withdrawal.key != one.key) revert PledgeOfAnother(id, withdrawal.key);
        (uint16 asset, uint256 amount, uint256 charge) = neededAt(one.key, withdrawal.epoch, one.token, 0);
        if (withdrawal.asset != asset || withdrawal.amount < amount || withdrawal.charge < charge) {
            revert PledgeNotCovered(id, withdrawal.amount, amount, withdrawal.charge, charge);
        }
        one.epoch = withdrawal.epoch;
        emit Renewed(one.key, id, withdrawal.epoch);
    }

    /// @inheritdoc ILedger
    function release(uint256 id) external {
        Pledge storage one = _inForce(id);
        if (msg.sender != one.gate && block.timestamp < one.until) revert PledgeNotReleasable(id, one.gate, one.until);
        _end(one);
        emit Released(one.key, id);
    }

    /// @inheritdoc ILedger
    function takePledged(uint256 id) external returns (address token, address recipient, uint256 amount) {
        Pledge storage one = _inForce(id);
        if (msg.sender != one.vault) revert ConsumerOnly(one.vault, msg.sender);
        (token, recipient, amount) = (one.token, one.recipient, one.amount);
        _end(one);
        _pay(one.key, token, amount);
        emit Released(one.key, id);
        emit Spent(one.key, msg.sender, token, one.epoch, amount);
    }

    // Refusing.

    /// @inheritdoc ILedger
    function neededForPledge(uint256 id, uint64 epoch)
        public
        view
        returns (uint16 asset, uint256 amount, uint256 charge)
    {
        Pledge storage one = _inForce(id);
        return _needed(one.key, epoch, one.token, one.amount, Counted.Payments);
    }

    /// @inheritdoc ILedger
    function requireRefused(Refusal calldata refusal, uint256 key, address token, uint256 extra)
        external
        view
        returns (uint16 asset)
    {
        uint256 amount;
        uint256 charge;
        (asset, amount, charge) = neededAt(key, refusal.epoch, token, extra);
        _requireRefused(refusal, key, asset, amount, charge);
    }

    /// @inheritdoc ILedger
    function requirePledgeRefused(Refusal calldata refusal, uint256 id) external view returns (uint16 asset) {
        uint256 amount;
        uint256 charge;
        (asset, amount, charge) = neededForPledge(id, refusal.epoch);
        _requireRefused(refusal, _pledges[id].key, asset, amount, charge);
    }

    /// @inheritdoc ILedger
    function pledgeOf(uint256 id) external view returns (Pledge memory) {
        if (id == 0 || id > pledgeCount) revert PledgeUnknown(id);
        return _pledges[id];
    }

    function _requireRefused(Refusal calldata refusal, uint256 key, uint256 asset, uint256 amount, uint256 charge)
        private
        view
    {
        if (refusal.amount > amount || refusal.charge > charge) {
            revert RefusalTooLarge(refusal.amount, amount, refusal.charge, charge);
        }
        _requireProof(refusal, key, asset);
    }

    /// @dev Counts what a claim has left, up to a limit, as paid.
    function _settle(Claim memory claim, uint256 limit) private returns (address token, uint256 amount) {
        (token, amount) = _learnAndAsk(claim);
        amount = Math.min(amount, limit);
        if (amount == 0) return (token, 0);
        _pay(claim.key, token, amount);
        emit Spent(claim.key, claim.consumer, token, claim.epoch, amount);
    }

    function _ask(Claim memory claim) private view returns (address token, uint256 amount) {
        (IPolicyRegistry.Collateral memory asset, bytes memory table) = _assetOf(claim);
        return (asset.token, _left(claim, asset, table));
    }

    /// @dev First the token's decimals are kept, then they count.
    function _learnAndAsk(Claim memory claim) private returns (address token, uint256 amount) {
        (IPolicyRegistry.Collateral memory asset, bytes memory table) = _assetOf(claim);
        _learn(asset.token);
        return (asset.token, _left(claim, asset, table));
    }

    function _claimOf(Withdrawal calldata withdrawal, bytes32 payload) private view returns (Claim memory) {
        return Claim({
            key: withdrawal.key,
            epoch: withdrawal.epoch,
            recipient: withdrawal.recipient,
            asset: withdrawal.asset,
            amount: withdrawal.amount,
            charge: withdrawal.charge,
            consumer: msg.sender,
            payload: payload
        });
    }

    function _requireAdmitted(Claim calldata claim) private view {
        bytes32 id = keccak256(abi.encode(claim));
        if (!_admitted[id]) revert ClaimUnknown(id);
    }

    function _inForce(uint256 id) private view returns (Pledge storage one) {
        one = _pledges[id];
        if (one.amount == 0) revert PledgeUnknown(id);
    }

    function _end(Pledge storage one) private {
        _endPledge(one.key, one.token, one.amount);
        one.amount = 0;
    }
}
