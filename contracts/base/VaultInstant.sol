// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {FIELD} from "../generated/Constants.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IMarginVault} from "../interfaces/IMarginVault.sol";
import {PolicyTable} from "../lib/PolicyTable.sol";
import {Tokens} from "../lib/Tokens.sol";
import {VaultCore} from "./VaultCore.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Deposits, and withdrawals that the operator signs
abstract contract VaultInstant is VaultCore {
    using SafeERC20 for IERC20;

    bytes32 public constant WITHDRAW_TYPEHASH = keccak256(
        "Withdraw(uint256 key,uint64 epoch,address recipient,uint16 asset,uint128 amount,uint128 charge,address relayer,uint96 fee,uint256 paidBefore,uint64 deadline)"
    );

    /// @inheritdoc IMarginVault
    function deposit(address token, uint256 amount, uint256 owner) external payable nonReentrant whileNotFrozen {
        if (isPaused) revert DepositsArePaused();
        if (owner == 0 || owner >= FIELD) revert OwnerInvalid(owner);
        if (amount == 0) revert NothingDeposited();
        bool isCoin = token == PolicyTable.NATIVE;
        if (msg.value != (isCoin ? amount : 0)) revert CoinMismatch(isCoin ? amount : 0, msg.value);
        if (!isCoin && token.code.length == 0) revert TokenWithoutCode(token);
        // The ledger refuses a token that the policy of the epoch does not list.
        if (registry.isFresh(type(uint256).max)) ledger.neededAt(0, registry.latest().epoch, token, 0);
        emit Deposited(owner, token, msg.sender, amount);
        if (isCoin) return;
        uint256 before = Tokens.balanceOf(token, address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 balance = Tokens.balanceOf(token, address(this));
        if (balance != before + amount) revert DepositMismatch(token, amount, before, balance);
    }

    /// @inheritdoc IMarginVault
    function withdraw(
        ILedger.Withdrawal calldata withdrawal,
        Relay calldata relay,
        Order calldata order,
        bytes calldata signature
    ) external nonReentrant whileNotFrozen returns (address token, uint256 amount) {
        _requireRelay(relay);
        uint64 newest = registry.instantEpoch();
        if (withdrawal.epoch != newest) revert EpochNotLatest(withdrawal.epoch, newest);
        _requireOperator(orderDigest(withdrawal, relay, order), order.deadline, signature);

        (token, amount) = ledger.spend(withdrawal, payloadOf(Purpose.Withdraw, 0, relay));
        // Counted with what was just spent, which is thus in the sum.
        uint256 paidBefore = ledger.paidSince(withdrawal.key, token, newest) - amount;
        if (paidBefore != order.paidBefore) revert PaidSinceOrder(order.paidBefore, paidBefore);
        uint256 fee = relay.fee;
        if (fee > amount) revert FeeAboveAmount(fee, amount);

        emit Withdrawn(withdrawal.key, withdrawal.recipient, token, newest, amount, relay.relayer, fee);
        Tokens.send(token, relay.relayer, fee);
        Tokens.send(token, withdrawal.recipient, amount - fee);
    }

    /// @inheritdoc IMarginVault
    function orderDigest(ILedger.Withdrawal calldata withdrawal, Relay calldata relay, Order calldata order)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    WITHDRAW_TYPEHASH,
                    withdrawal.key,
                    withdrawal.epoch,
                    withdrawal.recipient,
                    withdrawal.asset,
                    withdrawal.amount,
                    withdrawal.charge,
                    relay.relayer,
                    relay.fee,
                    order.paidBefore,
                    order.deadline
                )
            )
        );
    }
}
