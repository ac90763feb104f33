// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILendingPool} from "./ILendingPool.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What lenders hold of the pool, and what is the borrowers' of its cash
/// @dev ERC-4626, whose roundings are the pool's. Virtual shares make it dear to be first and to round the second lender away.
abstract contract LenderShares is ILendingPool, ERC4626, ReentrancyGuard {
    using SafeERC20 for IERC20;

    /// @notice What sales brought beyond the debts, for the borrowers to take.
    mapping(address borrower => uint256) public creditOf;
    uint256 public totalCredit;

    constructor(IERC20 lent) ERC20("Plimsoll lending pool", "PLP") ERC4626(lent) {}

    /// @inheritdoc ILendingPool
    function takeCredit() external nonReentrant {
        uint256 credit = creditOf[msg.sender];
        creditOf[msg.sender] = 0;
        totalCredit -= credit;
        IERC20(asset()).safeTransfer(msg.sender, credit);
    }

    function totalAssets() public view override returns (uint256) {
        return _cash() + _lentDown();
    }

    function maxWithdraw(address owner) public view override returns (uint256) {
        return Math.min(super.maxWithdraw(owner), _cash());
    }

    function maxRedeem(address owner) public view override returns (uint256) {
        return Math.min(super.maxRedeem(owner), _convertToShares(_cash(), Math.Rounding.Floor));
    }

    /// @dev Loans on the books with their interest, rounded down.
    function _lentDown() internal view virtual returns (uint256);

    function _deposit(address caller, address to, uint256 assets, uint256 shares) internal override nonReentrant {
        super._deposit(caller, to, assets, shares);
    }

    /// @dev `maxWithdraw` and `maxRedeem` have bounded it by the cash.
    function _withdraw(address caller, address to, address owner, uint256 assets, uint256 shares)
        internal
        override
        nonReentrant
    {
        super._withdraw(caller, to, owner, assets, shares);
    }

    function _decimalsOffset() internal pure override returns (uint8) {
        return 6;
    }

    function _credit(address borrower, uint256 amount) internal {
        creditOf[borrower] += amount;
        totalCredit += amount;
    }

    function _requireCash(uint256 amount) internal view {
        if (amount > _cash()) revert CashTooLittle(amount, _cash());
    }

    function _cash() internal view returns (uint256) {
        return IERC20(asset()).balanceOf(address(this)) - totalCredit;
    }
}
