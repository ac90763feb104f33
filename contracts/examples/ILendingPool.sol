// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccountCheck} from "../interfaces/IAccountCheck.sol";
import {ILedger} from "../interfaces/ILedger.sol";

/// @title Lends against free collateral of accounts at an exchange: an example of a gate
/// @notice Lenders deposit one token for shares (ERC-4626). A borrower pledges free collateral of another token, which stays in the
/// margin vault and counts for nothing else, and takes a part of its worth as a loan. One pledge, one loan, one number.
/// A loan is due
/// - at the end of its term;
/// - when its pledge was not renewed in time, which a pledge that trading has lost can't be;
/// - when it was called, and nobody has shown in time that the account covers its pledges at today's marks;
/// - when the vault is frozen.
/// Whoever likes has a due loan's collateral fetched: the vault pays it here, or what is left of it, and whoever pays the price that
/// it has fallen to takes it. What that brings beyond the debt is the borrower's.
/// @dev Lenders bear what a pledge has lost by trading between two epochs, and what its sale lacks. A loss shows in the shares
/// when it is certain: lenders who leave before leave it to the others. A borrower who answers a call of her own is not
/// called for `callInterval`. Interest is simple, and what a payment leaves unpaid of it becomes principal.
interface ILendingPool {
    /// @notice Times in seconds, limits in hundredths of a per cent of what margin counts the collateral for.
    /// @param term Of a loan.
    /// @param collectTime By which a pledge outlasts the term: all that an exit or an escape may take.
    /// @param grace To answer a call in.
    /// @param callInterval From an answer to the next call, which would only cost gas.
    /// @param saleTime In which the price of collateral falls to nothing.
    /// @param maxLeafAge Of the snapshot that a pledge was last proved at: longer than from one attestation to the next.
    /// @param maxMarksAge Of a policy to judge by.
    /// @param borrowLimit What a loan may be of the pledge's worth when it is taken.
    /// @param callLimit What a debt may be of the pledge's worth when it is called.
    /// @param rate Interest for a second on 10^18.
    struct Terms {
        uint64 term;
        uint64 collectTime;
        uint64 grace;
        uint64 callInterval;
        uint64 saleTime;
        uint64 maxLeafAge;
        uint64 maxMarksAge;
        uint64 borrowLimit;
        uint64 callLimit;
        uint64 rate;
    }

    /// @param answerBy Until when a call is to be answered; 0 for none.
    /// @param saleFrom When what is for sale came.
    /// @param principal Owed from `since` on with interest, in the lent token; 0 when repaid or off the books.
    /// @param deficit Owed still, without interest, but off the books: lenders have borne it. What comes in makes it good.
    /// @param pledged Of the collateral, when the loan was taken.
    /// @param saleStart What the price of all that is pledged falls from: twice its worth at the marks of then, in the lent token.
    /// @param received Of that, from the vault.
    /// @param lot Of that, here and for sale.
    struct Loan {
        address borrower;
        uint64 since;
        uint64 dueAt;
        uint64 answerBy;
        uint64 provedAt;
        uint64 saleFrom;
        uint256 principal;
        uint256 deficit;
        uint256 pledged;
        uint256 saleStart;
        uint256 received;
        uint256 lot;
        uint256 exitId;
        uint256 claimId;
    }

    event Borrowed(uint256 indexed id, address indexed borrower, uint256 amount, uint64 dueAt);
    event Repaid(uint256 indexed id, uint256 amount, uint256 left);
    event Called(uint256 indexed id, uint64 answerBy);
    event Answered(uint256 indexed id);
    event Collected(uint256 indexed id, uint256 amount);
    event Sold(uint256 indexed id, uint256 lot, uint256 price, uint256 deficit);
    event WrittenOff(uint256 indexed id, uint256 deficit);

    error TermsInvalid();
    error LoanUnknown(uint256 id);
    error AmountMissing();
    error PledgeTooShort(uint64 until, uint64 needed);
    error CollateralDiffers(address token);
    /// @notice The debt is more than the limit for what is pledged; both in 10^-12 of the policy's quote currency.
    error WorthTooLittle(uint256 debt, uint256 limit);
    error CashTooLittle(uint256 amount, uint256 cash);
    error CalledAlready(uint256 id, uint64 answerBy);
    error CalledTooSoon(uint256 id, uint64 from);
    error NotToAnswer(uint256 id, uint64 answerBy);
    error PledgesNotCovered(uint256 id);
    error NotDue(uint256 id);
    error ExitPending(uint256 id, uint256 exitId);
    error NothingToCollect(uint256 id);
    error NothingForSale(uint256 id);
    error PriceAboveLimit(uint256 price, uint256 limit);
    error CollectTimeNotOver(uint256 id, uint64 until);

    // Borrowers.

    /// @notice Takes a loan on a new pledge.
    /// @param withdrawal Made for (Pledge, pool, keccak256(abi.encode(loanPayload(sender, amount), vault, until))), to
    /// the pool as recipient: nobody else can send it, or take another amount on it.
    /// @param until Of the pledge: the term and `collectTime` from now, at least.
    function borrow(ILedger.Withdrawal calldata withdrawal, uint64 until, uint256 amount) external returns (uint256 id);

    /// @notice Repays a loan or a part of it; anybody may. The collateral goes back with the last of it.
    function repay(uint256 id, uint256 amount) external;

    /// @notice Shows that a called loan's account covers its pledges at today's marks; the pledge has to cover the debt. Anybody
    /// sends it.
    /// @param statement Made for (pool, bytes32(id)), about the epoch that the pledge was last proved in.
    function answer(uint256 id, IAccountCheck.Statement calldata statement) external;

    /// @notice Pays out what a sale brought beyond the debt.
    function takeCredit() external;

    // Anybody, for the lenders.

    /// @notice Asks for an answer within `grace`.
    function call(uint256 id) external;

    /// @notice Asks the vault for a due loan's collateral; where it is frozen, registers the claim.
    function exit(uint256 id) external;

    /// @notice Fetches what the vault has paid for a loan. It is for sale from now on, or the borrower's if nothing is owed.
    function collect(uint256 id) external;

    /// @notice Buys what is for sale of a loan's collateral at the price of now, at most `limit`.
    function buy(uint256 id, uint256 limit) external;

    /// @notice Takes a loan off the books whose pledge has outlasted its term for nothing. It stays owed.
    function writeOff(uint256 id) external;

    function loanOf(uint256 id) external view returns (Loan memory);

    /// @notice Principal and interest, rounded up, in the lent token; once off the books, the deficit.
    function debtOf(uint256 id) external view returns (uint256);

    /// @notice Whether a loan is to be repaid now.
    function isDue(uint256 id) external view returns (bool);

    /// @notice What is for sale of a loan's collateral costs now: twice its worth when it came, and less by the second, down to
    /// nothing after `saleTime`; 0 where nothing is for sale.
    function priceOf(uint256 id) external view returns (uint256);

    /// @notice What a proof for `borrow` binds.
    function loanPayload(address borrower, uint256 amount) external pure returns (bytes32);
}
