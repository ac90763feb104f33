// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {MONEY_DECIMALS} from "../generated/Constants.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";
import {DataContract} from "./DataContract.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Which tokens stand for which claims
/// @notice One word per token: address, claim (16 bits), decimals of the claim's unit and of the token (8 bits each). The
/// insurance comes first, then assets, ascending.
library ReserveTable {
    uint256 private constant TOKEN_SHIFT = 96;
    uint256 private constant CLAIM_SHIFT = 16;
    uint256 private constant UNIT_SHIFT = 8;
    /// @dev A claim is below 2^128 and 10^38 below 2^127: a scaled claim stays below 2^255.
    uint256 private constant MAX_SCALE = 38;

    /// @notice Checks a table and stores it as a data contract.
    function write(ISolvencyRegistry.Reserve[] calldata reserves) internal returns (address table) {
        if (reserves.length == 0) revert ISolvencyRegistry.ReservesNotAscending(0);
        uint256[] memory words = new uint256[](reserves.length);
        for (uint256 i = 0; i < reserves.length; i++) {
            ISolvencyRegistry.Reserve calldata reserve = reserves[i];
            bool ascending = i == 0 ? reserve.claim == 0 : reserve.claim > reserves[i - 1].claim;
            if (!ascending) revert ISolvencyRegistry.ReservesNotAscending(i);
            // One balance must not cover two claims on custody. The insurance is another account's balance.
            for (uint256 j = 1; j < i; j++) {
                if (reserves[j].token == reserve.token) revert ISolvencyRegistry.ReserveTokenTwice(reserve.token);
            }
            words[i] = _word(reserve, IERC20Metadata(reserve.token).decimals());
        }
        return DataContract.write(abi.encodePacked(words));
    }

    /// @notice Reverts unless balances cover the claims that have a token; counts the assets that have one, and those that
    /// have a claim but no token.
    /// @dev Having more than was claimed is fine: otherwise one wei sent to custody would void an honest proof.
    function check(address table, uint256[] calldata claims, address custody, address insuranceFund)
        internal
        view
        returns (uint256 onChain, uint256 vouched)
    {
        vouched = _countPositive(claims[1:]);
        uint256 count = DataContract.sizeOf(table) / 0x20;
        bytes memory words = DataContract.read(table, count * 0x20);
        for (uint256 i = 0; i < count; i++) {
            uint256 word;
            assembly ("memory-safe") {
                // i < count words were read.
                word := mload(add(add(words, 0x20), mul(i, 0x20)))
            }
            // Casts cut the packed word at its fields.
            uint256 claim = uint16(word >> CLAIM_SHIFT);
            address token = address(uint160(word >> TOKEN_SHIFT));
            if (claim >= claims.length) revert ISolvencyRegistry.ClaimsMiscounted(claims.length, claim + 1);
            uint256 claimed = toTokenUnitsUp(claims[claim], uint8(word >> UNIT_SHIFT), uint8(word));
            uint256 actual = IERC20Metadata(token).balanceOf(claim == 0 ? insuranceFund : custody);
            if (actual < claimed) {
                if (claim == 0) revert ISolvencyRegistry.InsuranceTooSmall(token, claimed, actual);
                revert ISolvencyRegistry.ReserveTooSmall(claim, token, claimed, actual);
            }
            if (claim != 0 && claimed != 0) vouched--;
        }
        onChain = count - 1;
    }

    /// @notice A claim in the token's units, rounded up: against the exchange.
    function toTokenUnitsUp(uint256 claim, uint256 unitDecimals, uint256 tokenDecimals) internal pure returns (uint256) {
        if (tokenDecimals >= unitDecimals) return claim * 10 ** (tokenDecimals - unitDecimals);
        return Math.ceilDiv(claim, 10 ** (unitDecimals - tokenDecimals));
    }

    function _countPositive(uint256[] calldata claims) private pure returns (uint256 count) {
        assembly ("memory-safe") {
            // Reads the list's own words, whose extent the ABI decoder has checked.
            let end := add(claims.offset, mul(claims.length, 0x20))
            for { let at := claims.offset } lt(at, end) { at := add(at, 0x20) } {
                count := add(count, iszero(iszero(calldataload(at))))
            }
        }
    }

    function _word(ISolvencyRegistry.Reserve calldata reserve, uint8 tokenDecimals) private pure returns (uint256) {
        uint8 unit = reserve.unitDecimals;
        uint256 scale = tokenDecimals > unit ? tokenDecimals - unit : unit - tokenDecimals;
        if (scale > MAX_SCALE || (reserve.claim == 0 && unit != MONEY_DECIMALS)) {
            revert ISolvencyRegistry.ReserveDecimalsUnsupported(reserve.token, unit, tokenDecimals);
        }
        return (uint256(uint160(reserve.token)) << TOKEN_SHIFT) | (uint256(reserve.claim) << CLAIM_SHIFT)
            | (uint256(unit) << UNIT_SHIFT) | tokenDecimals;
    }
}
