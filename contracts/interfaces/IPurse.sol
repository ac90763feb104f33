// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What a vault paid to one recipient
/// @notice Exits and escapes pay here instead of to the recipient, so that no recipient can make a payment fail: not
/// one that refuses the chain's own coin, not one that a token has on a black list, not one without code yet. A purse's
/// address is known before it has any code (`IMarginVault.purseOf`); `IMarginVault.openPurse` gives it the code, and
/// anybody calls that.
/// @dev Its balance is all that a purse knows, so tokens whose balances change by themselves do as they like to one
/// recipient only.
interface IPurse {
    event Collected(address indexed token, address indexed to, uint256 amount);

    error RecipientOnly(address recipient, address sender);
    /// @notice The chain's own coin was refused.
    error CoinRefused(address to, uint256 amount);

    /// @notice Sends all there is of a token to the recipient. Anybody may: it goes nowhere else.
    function collect(address token) external returns (uint256 amount);

    /// @notice Sends all there is of a token wherever the recipient says. Only the recipient says so.
    function collectTo(address token, address to) external returns (uint256 amount);

    function recipient() external view returns (address);
}
