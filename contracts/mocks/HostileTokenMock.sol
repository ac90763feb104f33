// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice A token that anybody mints and nobody should rely on: it takes fees, bans holders, changes their balances, says no
/// instead of reverting, and calls others in the middle of a transfer; each when told to.
contract HostileTokenMock is ERC20 {
    uint8 private immutable _decimals;
    uint256 public fee;
    bool public isRefusing;
    mapping(address => bool) public isBanned;
    address private _target;
    bytes private _call;
    /// @notice What the last call in the middle of a transfer came to.
    bool public callSucceeded;
    bytes public callAnswer;

    error Banned(address account);

    constructor(string memory symbol, uint8 decimals_) ERC20(symbol, symbol) {
        _decimals = decimals_;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Takes units from a holder, as tokens do whose balances shrink.
    function shrink(address holder, uint256 amount) external {
        _burn(holder, amount);
    }

    /// @notice From now on every transfer loses this many units.
    function setFee(uint256 fee_) external {
        fee = fee_;
    }

    function setRefusing(bool isRefusing_) external {
        isRefusing = isRefusing_;
    }

    function setBanned(address account, bool isBanned_) external {
        isBanned[account] = isBanned_;
    }

    /// @notice Calls this once, in the middle of the next transfer.
    function callNext(address target, bytes calldata call) external {
        (_target, _call) = (target, call);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return !isRefusing && super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return !isRefusing && super.transferFrom(from, to, amount);
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (isBanned[from]) revert Banned(from);
        if (isBanned[to]) revert Banned(to);
        super._update(from, to, amount);
        if (from == address(0) || to == address(0)) return;
        if (fee > 0) super._update(to, address(0), fee);
        if (_target == address(0)) return;
        address target = _target;
        _target = address(0);
        (callSucceeded, callAnswer) = target.call(_call);
    }
}
