// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What an amount of a token is worth under a published policy
/// @notice Amounts are in the token's units, values in 10^-12 of the policy's quote currency.
library CollateralValue {
    using Math for uint256;

    address private constant NATIVE = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;

    error TokenNotInPolicy(address token, uint64 observationTime);

    /// @notice What margin counts an amount for, never more than its price, rounded down: what it is worth as collateral.
    function weighDown(IPolicyRegistry policies, uint64 observationTime, address token, uint256 amount)
        internal
        view
        returns (uint256)
    {
        IPolicyRegistry.Collateral memory asset = _find(policies, observationTime, token);
        return _value(asset, token, amount, asset.weight, Math.Rounding.Floor);
    }

    /// @notice What an amount costs at its mark, rounded up: what it weighs as a debt.
    function priceUp(IPolicyRegistry policies, uint64 observationTime, address token, uint256 amount)
        internal
        view
        returns (uint256)
    {
        IPolicyRegistry.Collateral memory asset = _find(policies, observationTime, token);
        // The published price is rounded down.
        return _value(asset, token, amount, uint256(asset.price) + 1, Math.Rounding.Ceil);
    }

    function _value(
        IPolicyRegistry.Collateral memory asset,
        address token,
        uint256 amount,
        uint256 perUnit,
        Math.Rounding rounding
    ) private view returns (uint256) {
        uint256 tokenDecimals = token == NATIVE ? 18 : IERC20Metadata(token).decimals();
        // Units of the row: 10^-decimals of the asset, of which the token's are 10^-tokenDecimals.
        return amount.mulDiv(perUnit * 10 ** asset.decimals, 10 ** tokenDecimals, rounding);
    }

    function _find(IPolicyRegistry policies, uint64 observationTime, address token)
        private
        view
        returns (IPolicyRegistry.Collateral memory)
    {
        IPolicyRegistry.Collateral[] memory table = policies.collateralTable(observationTime);
        for (uint256 k = 0; k < table.length; k++) if (table[k].token == token) return table[k];
        revert TokenNotInPolicy(token, observationTime);
    }
}
