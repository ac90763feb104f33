// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CollateralValue} from "../gate/CollateralValue.sol";
import {Gate} from "../gate/Gate.sol";
import {IAccountCheck} from "../interfaces/IAccountCheck.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IMarginVault} from "../interfaces/IMarginVault.sol";
import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {IPurse} from "../interfaces/IPurse.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";
import {ILendingPool} from "./ILendingPool.sol";
import {LenderShares} from "./LenderShares.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Lends against free collateral of accounts at an exchange: an example of a gate, to read and not to deploy as it is
/// @dev Both tokens are ERC-20s that move what they are told to. A loan's number is its pledge's.
contract LendingPool is Gate, LenderShares {
    using CollateralValue for IPolicyRegistry;
    using SafeERC20 for IERC20;

    uint256 private constant ONE = 1e18;
    uint256 private constant FULL = 10_000;

    IMarginVault public immutable vault;
    IERC20 public immutable collateral;
    IPolicyRegistry public immutable policies;

    Terms public terms;
    mapping(uint256 id => Loan) private _loans;
    /// @dev Sums over all loans of principal, and of principal times `since`: all interest is rate (principal now - moment).
    uint256 private _principal;
    uint256 private _moment;

    constructor(IAccountCheck accountCheck_, IMarginVault vault_, IERC20 lent, IERC20 collateral_, Terms memory terms_)
        Gate(vault_.registry(), accountCheck_)
        LenderShares(lent)
    {
        IMarginVault.Times memory times = vault_.times();
        // An exit may be refused, answered and waited for before the vault freezes and claims are registered. What was not
        // renewed in time is due while the vault still takes its root.
        uint256 mostTime = 2 * uint256(times.response) + times.answer + times.claim;
        bool isSane = address(lent) != address(collateral_) && terms_.borrowLimit != 0
            && terms_.borrowLimit < terms_.callLimit && terms_.callLimit < FULL && terms_.saleTime != 0
            && terms_.collectTime > mostTime && terms_.maxLeafAge < times.maxRootAge;
        if (!isSane) revert TermsInvalid();
        (vault, collateral, policies, terms) = (vault_, collateral_, registry.policies(), terms_);
    }

    // Borrowers.

    /// @inheritdoc ILendingPool
    function borrow(ILedger.Withdrawal calldata withdrawal, uint64 until, uint256 amount)
        external
        nonReentrant
        returns (uint256 id)
    {
        uint64 dueAt = uint64(block.timestamp) + terms.term;
        if (amount == 0) revert AmountMissing();
        // Once claims are closed there, nobody would ever be paid for the pledge.
        (bool isFrozen, uint64 escapeEpoch,,) = vault.escape();
        if (isFrozen) revert IMarginVault.VaultFrozen(escapeEpoch);
        if (until < dueAt + terms.collectTime) revert PledgeTooShort(until, dueAt + terms.collectTime);
        bytes32 payload = loanPayload(msg.sender, amount);
        (address token, uint256 pledged) = (address(0), 0);
        (id, token, pledged) = _pledge(withdrawal, address(vault), until, payload, terms.maxLeafAge);
        if (token != address(collateral)) revert CollateralDiffers(token);
        uint64 marks = policies.latest(terms.maxMarksAge).observationTime;
        uint256 cost = _requireWorth(pledged, amount, marks, terms.borrowLimit);
        _requireCash(amount);

        Loan storage loan = _loans[id];
        (loan.borrower, loan.dueAt, loan.pledged) = (msg.sender, dueAt, pledged);
        loan.saleStart = Math.mulDiv(2 * policies.priceUp(marks, token, pledged), amount, cost);
        _setPrincipal(loan, amount);
        emit Borrowed(id, msg.sender, amount, dueAt);
        IERC20(asset()).safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc ILendingPool
    function repay(uint256 id, uint256 amount) external nonReentrant {
        Loan storage loan = _loan(id);
        (uint256 debt, uint256 lot) = (debtOf(id), 0);
        amount = Math.min(amount, debt);
        _setPrincipal(loan, debt - amount);
        if (amount == debt) {
            (lot, loan.lot) = (loan.lot, 0);
            // One that the vault has taken has been paid, or will be: `collect` passes that on.
            if (ledger.pledgeOf(id).amount != 0) _release(id);
        }
        emit Repaid(id, amount, debt - amount);
        IERC20(asset()).safeTransferFrom(msg.sender, address(this), amount);
        if (lot != 0) collateral.safeTransfer(loan.borrower, lot);
    }

    /// @inheritdoc ILendingPool
    function answer(uint256 id, IAccountCheck.Statement calldata statement) external {
        Loan storage loan = _loan(id);
        if (block.timestamp > loan.answerBy) revert NotToAnswer(id, loan.answerBy);
        (bool covers,) = _judge(id, statement, bytes32(id), terms.maxLeafAge, terms.maxMarksAge);
        if (!covers) revert PledgesNotCovered(id);
        _requireWorth(loan.pledged, debtOf(id), statement.observationTime, terms.callLimit);
        (loan.answerBy, loan.provedAt) = (0, uint64(block.timestamp));
        emit Answered(id);
    }

    // Anybody, for the lenders.

    /// @inheritdoc ILendingPool
    function call(uint256 id) external {
        Loan storage loan = _loan(id);
        if (loan.answerBy != 0) revert CalledAlready(id, loan.answerBy);
        uint64 from = loan.provedAt + terms.callInterval;
        if (block.timestamp < from) revert CalledTooSoon(id, from);
        loan.answerBy = uint64(block.timestamp) + terms.grace;
        emit Called(id, loan.answerBy);
    }

    /// @inheritdoc ILendingPool
    function exit(uint256 id) external {
        Loan storage loan = _loan(id);
        if (!isDue(id)) revert NotDue(id);
        if (_isFrozen()) {
            loan.claimId = vault.registerPledge(id);
            return;
        }
        if (loan.exitId != 0) {
            // One that was refused and not answered has failed; the account may cover the pledge again.
            IMarginVault.Exit memory last = vault.exitOf(loan.exitId);
            bool isOver = last.state == IMarginVault.ExitState.Over
                || (last.state == IMarginVault.ExitState.Refused && block.timestamp > last.deadline);
            if (!isOver) revert ExitPending(id, loan.exitId);
        }
        loan.exitId = vault.requestPledgeExit(id);
    }

    /// @inheritdoc ILendingPool
    function collect(uint256 id) external nonReentrant {
        Loan storage loan = _loans[id];
        // The purse has what was paid for any loan of the pool; the vault says for which.
        uint256 reached = loan.claimId == 0 ? 0 : vault.claimOf(loan.claimId).paid;
        bool isPaid = loan.exitId != 0 && vault.exitOf(loan.exitId).state == IMarginVault.ExitState.Paid;
        if (isPaid) reached = loan.pledged;
        uint256 amount = reached - loan.received;
        if (amount == 0) revert NothingToCollect(id);
        loan.received = reached;
        bool isOwed = debtOf(id) != 0;
        if (isOwed && loan.lot == 0) loan.saleFrom = uint64(block.timestamp);
        if (isOwed) loan.lot += amount;
        emit Collected(id, amount);
        IPurse(vault.openPurse(address(this))).collect(address(collateral));
        if (!isOwed) collateral.safeTransfer(loan.borrower, amount);
    }

    /// @inheritdoc ILendingPool
    function buy(uint256 id, uint256 limit) external nonReentrant {
        Loan storage loan = _loans[id];
        (uint256 price, uint256 debt, uint256 lot) = (priceOf(id), debtOf(id), loan.lot);
        if (lot == 0) revert NothingForSale(id);
        if (price > limit) revert PriceAboveLimit(price, limit);
        uint256 forDebt = Math.min(price, debt);
        _credit(loan.borrower, price - forDebt);
        _setPrincipal(loan, 0);
        (loan.deficit, loan.lot) = (debt - forDebt, 0);
        emit Sold(id, lot, price, loan.deficit);
        IERC20(asset()).safeTransferFrom(msg.sender, address(this), price);
        collateral.safeTransfer(msg.sender, lot);
    }

    /// @inheritdoc ILendingPool
    function writeOff(uint256 id) external {
        Loan storage loan = _loan(id);
        uint64 until = loan.dueAt + terms.collectTime;
        if (loan.lot != 0 || block.timestamp < until) revert CollectTimeNotOver(id, until);
        loan.deficit = debtOf(id);
        _setPrincipal(loan, 0);
        emit WrittenOff(id, loan.deficit);
    }

    // What is owed, and what it is worth.

    /// @inheritdoc ILendingPool
    function loanOf(uint256 id) external view returns (Loan memory) {
        return _loans[id];
    }

    /// @inheritdoc ILendingPool
    function debtOf(uint256 id) public view returns (uint256) {
        Loan storage loan = _loans[id];
        uint256 rate = terms.rate * (block.timestamp - loan.since);
        return loan.deficit + loan.principal + Math.mulDiv(loan.principal, rate, ONE, Math.Rounding.Ceil);
    }

    /// @inheritdoc ILendingPool
    function isDue(uint256 id) public view returns (bool) {
        Loan storage loan = _loans[id];
        bool isMissed = loan.answerBy != 0 && block.timestamp > loan.answerBy;
        return block.timestamp > loan.dueAt || isMissed || !isCovered(id, terms.maxLeafAge) || _isFrozen();
    }

    /// @inheritdoc ILendingPool
    function priceOf(uint256 id) public view returns (uint256) {
        Loan storage loan = _loans[id];
        uint256 end = uint256(loan.saleFrom) + terms.saleTime;
        if (loan.lot == 0 || block.timestamp >= end) return 0;
        uint256 full = Math.mulDiv(loan.saleStart, loan.lot, loan.pledged, Math.Rounding.Ceil);
        return Math.mulDiv(full, end - block.timestamp, terms.saleTime, Math.Rounding.Ceil);
    }

    /// @inheritdoc ILendingPool
    function loanPayload(address borrower, uint256 amount) public pure returns (bytes32) {
        return keccak256(abi.encode(borrower, amount));
    }

    /// @inheritdoc LenderShares
    function _lentDown() internal view override returns (uint256) {
        return _principal + Math.mulDiv(_principal * block.timestamp - _moment, terms.rate, ONE);
    }

    function _loan(uint256 id) private view returns (Loan storage loan) {
        loan = _loans[id];
        if (loan.principal == 0) revert LoanUnknown(id);
    }

    function _setPrincipal(Loan storage loan, uint256 principal) private {
        _moment = _moment + principal * block.timestamp - loan.principal * loan.since;
        _principal = _principal + principal - loan.principal;
        (loan.principal, loan.since) = (principal, uint64(block.timestamp));
    }

    /// @dev Returns what the debt costs, 10^-12 quote.
    function _requireWorth(uint256 pledged, uint256 debt, uint64 observationTime, uint256 limit)
        private
        view
        returns (uint256 cost)
    {
        uint256 worth = policies.weighDown(observationTime, address(collateral), pledged) * limit / FULL;
        cost = policies.priceUp(observationTime, asset(), debt);
        if (cost > worth) revert WorthTooLittle(cost, worth);
    }

    function _isFrozen() private view returns (bool isFrozen) {
        (isFrozen,,,) = vault.escape();
    }
}
