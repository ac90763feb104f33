// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IReserveBook} from "../interfaces/IReserveBook.sol";
import {DataContract} from "./DataContract.sol";
import {PolicyTable} from "./PolicyTable.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

/// @title Which tokens are read in which accounts, as the code of a data contract
/// @notice Words: how many tokens there are; a word for each token (address, asset, insures, decimals); two words for each
/// account (address, isInsurance; then fromEpoch, toEpoch).
library ReserveSet {
    /// @notice Most balances that one reading takes, so that nobody registers more than a block can read.
    uint256 internal constant MAX_READINGS = 512;
    /// @notice Of a token: 10^38 is below 2^127.
    uint8 internal constant MAX_TOKEN_DECIMALS = 38;
    uint8 private constant NATIVE_DECIMALS = 18;
    /// @dev For one balance. Proxies of rebasing tokens take some 60,000.
    uint256 private constant READ_GAS = 150_000;

    uint256 private constant ADDRESS_SHIFT = 96;
    uint256 private constant ASSET_SHIFT = 16;
    uint256 private constant INSURES_SHIFT = 8;
    uint256 private constant FROM_SHIFT = 64;

    struct Token {
        address token;
        uint256 asset;
        bool insures;
        uint256 decimals;
    }

    /// @notice Stores a set whose accounts' signatures were checked. Reverts unless tokens and accounts ascend.
    function write(IReserveBook.Token[] calldata tokens, IReserveBook.Account[] calldata accounts)
        internal
        returns (address)
    {
        uint256 readings = tokens.length * accounts.length;
        if (readings > MAX_READINGS) revert IReserveBook.SetTooLarge(readings, MAX_READINGS);
        uint256[] memory words = new uint256[](1 + tokens.length + 2 * accounts.length);
        words[0] = tokens.length;
        for (uint256 i = 0; i < tokens.length; i++) {
            IReserveBook.Token calldata token = tokens[i];
            if (i > 0 && token.asset <= tokens[i - 1].asset) revert IReserveBook.TokensNotAscending(i);
            words[1 + i] = (uint256(uint160(token.token)) << ADDRESS_SHIFT) | (uint256(token.asset) << ASSET_SHIFT)
                | (uint256(token.insures ? 1 : 0) << INSURES_SHIFT) | _decimalsOf(token.token);
        }
        for (uint256 i = 0; i < accounts.length; i++) {
            IReserveBook.Account calldata account = accounts[i];
            if (i > 0 && account.account <= accounts[i - 1].account) revert IReserveBook.AccountsNotAscending(i);
            if (account.fromEpoch > account.toEpoch) {
                revert IReserveBook.EpochsOutOfOrder(account.account, account.fromEpoch, account.toEpoch);
            }
            uint256 at = 1 + tokens.length + 2 * i;
            words[at] = (uint256(uint160(account.account)) << ADDRESS_SHIFT) | uint256(account.isInsurance ? 1 : 0);
            words[at + 1] = (uint256(account.fromEpoch) << FROM_SHIFT) | account.toEpoch;
        }
        return DataContract.write(abi.encodePacked(words));
    }

    /// @notice The data contract of the same set without an account: the very one where it is not in there.
    function without(address data, address account) internal returns (address) {
        bytes memory words = load(data);
        uint256 end = words.length / 0x20;
        for (uint256 at = 1 + _word(words, 0); at < end; at += 2) {
            if (address(uint160(_word(words, at) >> ADDRESS_SHIFT)) != account) continue;
            for (uint256 next = at + 2; next < end; next++) _setWord(words, next - 2, _word(words, next));
            assembly ("memory-safe") {
                // The set has the two words that go.
                mstore(words, sub(mload(words), 0x40))
            }
            return DataContract.write(words);
        }
        return data;
    }

    /// @notice The words of a set; none for the address 0, before anything is registered.
    function load(address data) internal view returns (bytes memory words) {
        return data == address(0) ? new bytes(0x20) : DataContract.read(data, DataContract.sizeOf(data));
    }

    function tokenCount(bytes memory words) internal pure returns (uint256) {
        return _word(words, 0);
    }

    function tokenAt(bytes memory words, uint256 i) internal pure returns (Token memory) {
        uint256 word = _word(words, 1 + i);
        // Casts cut the packed word at its fields.
        return Token(
            address(uint160(word >> ADDRESS_SHIFT)),
            uint16(word >> ASSET_SHIFT),
            uint8(word >> INSURES_SHIFT) == 1,
            uint8(word)
        );
    }

    /// @notice Balances of token i in all accounts that are read for this epoch, at most 2^128 - 1 in each role.
    function balancesOf(bytes memory words, uint256 i, uint64 epoch)
        internal
        view
        returns (uint256 reserves, uint256 insurance)
    {
        uint256 tokens = _word(words, 0);
        Token memory token = tokenAt(words, i);
        uint256 end = words.length / 0x20;
        for (uint256 at = 1 + tokens; at < end; at += 2) {
            (uint256 account, uint256 epochs) = (_word(words, at), _word(words, at + 1));
            bool isInsurance = account & 1 == 1;
            if (epoch < epochs >> FROM_SHIFT || epoch > uint64(epochs) || (isInsurance && !token.insures)) continue;
            uint256 balance = _balanceOf(token.token, address(uint160(account >> ADDRESS_SHIFT)));
            if (isInsurance) insurance = _add(insurance, balance);
            else reserves = _add(reserves, balance);
        }
    }

    function _add(uint256 sum, uint256 amount) private pure returns (uint256) {
        // Below 2^128 each, so the sum does not run over.
        sum += amount > type(uint128).max ? type(uint128).max : amount;
        return sum > type(uint128).max ? type(uint128).max : sum;
    }

    /// @dev A token that doesn't answer, or only for more gas than a reading has, holds nothing: it must not stop epochs that
    /// don't need it. Nobody makes it fail by sending too little: of a call that gets less than READ_GAS, less than
    /// READ_GAS / 63 is left here, and nothing is kept in storage for so little.
    function _balanceOf(address token, address account) private view returns (uint256 held) {
        if (token == PolicyTable.NATIVE) return account.balance;
        bytes memory question = abi.encodeCall(IERC20Metadata(token).balanceOf, account);
        assembly ("memory-safe") {
            // The answer's first word goes to scratch space; a longer one is not copied.
            let answered := staticcall(READ_GAS, token, add(question, 0x20), mload(question), 0, 0x20)
            if and(answered, gt(returndatasize(), 0x1f)) { held := mload(0) }
        }
    }

    function _decimalsOf(address token) private view returns (uint8 decimals) {
        if (token == PolicyTable.NATIVE) return NATIVE_DECIMALS;
        if (token.code.length == 0) revert IReserveBook.TokenUnusable(token);
        decimals = IERC20Metadata(token).decimals();
        if (decimals > MAX_TOKEN_DECIMALS) revert IReserveBook.TokenUnusable(token);
    }

    function _word(bytes memory words, uint256 index) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            // Callers pass indices of words that the set has.
            word := mload(add(add(words, 0x20), mul(index, 0x20)))
        }
    }

    function _setWord(bytes memory words, uint256 index, uint256 word) private pure {
        assembly ("memory-safe") {
            // As above.
            mstore(add(add(words, 0x20), mul(index, 0x20)), word)
        }
    }
}
