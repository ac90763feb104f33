// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IReserveBook} from "../../../contracts/interfaces/IReserveBook.sol";
import {PolicyTable} from "../../../contracts/lib/PolicyTable.sol";
import {ReserveSet} from "../../../contracts/lib/ReserveSet.sol";
import {Fuzz} from "./support/Fuzz.sol";

/// @dev Answers as told, or not at all.
contract Purse {
    uint8 public immutable decimals;
    bool public broken;
    mapping(address account => uint256) private _balances;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    function set(address account, uint256 balance) external {
        _balances[account] = balance;
    }

    function breakDown() external {
        broken = true;
    }

    function balanceOf(address account) external view returns (uint256) {
        require(!broken, "broken");
        return _balances[account];
    }
}

/// @notice What a reading adds up, against the lists that were registered.
contract ReserveSetTest is Fuzz {
    struct Set {
        IReserveBook.Token[] tokens;
        IReserveBook.Account[] accounts;
        address data;
    }

    function write(IReserveBook.Token[] calldata tokens, IReserveBook.Account[] calldata accounts)
        external
        returns (address)
    {
        return ReserveSet.write(tokens, accounts);
    }

    /// @dev Up to five tokens, the chain's own among them, and up to five accounts, for random ranges of epochs 0 to 9.
    function randomSet(uint256 seed) internal returns (Set memory set) {
        set.tokens = new IReserveBook.Token[](within(draw(seed, "tokens"), 0, 5));
        set.accounts = new IReserveBook.Account[](within(draw(seed, "accounts"), 0, 5));
        for (uint256 i = 0; i < set.tokens.length; i++) {
            bool isNative = draw(seed, "native") % 6 == i;
            address token = isNative ? PolicyTable.NATIVE : address(new Purse(uint8(draw(seed, "decimals", i) % 39)));
            bool insures = draw(seed, "insures", i) % 2 == 0;
            set.tokens[i] = IReserveBook.Token(token, uint16(3 * i + draw(seed, "asset", i) % 3), insures);
        }
        uint160 account = 0x10000;
        for (uint256 i = 0; i < set.accounts.length; i++) {
            account += uint160(1 + draw(seed, "account", i) % 1000);
            uint64 from = uint64(draw(seed, "from", i) % 10);
            uint64 to = from + uint64(draw(seed, "to", i) % 10);
            bool isInsurance = draw(seed, "role", i) % 2 == 0;
            set.accounts[i] = IReserveBook.Account(address(account), isInsurance, from, to, "");
            for (uint256 k = 0; k < set.tokens.length; k++) setBalance(set.tokens[k].token, address(account), seed, 8 * i + k);
        }
        set.data = this.write(set.tokens, set.accounts);
    }

    function setBalance(address token, address account, uint256 seed, uint256 index) internal {
        // Sometimes more than is ever counted, and sometimes so much that a sum would run over.
        uint256 balance = draw(seed, "balance", index) >> (draw(seed, "size", index) % 256);
        if (token == PolicyTable.NATIVE) vm.deal(account, balance);
        else Purse(token).set(account, balance);
    }

    function testFuzz_BalancesAreThoseOfTheAccountsOfTheRoleAndEpoch(uint256 seed, uint64 epoch) external {
        Set memory set = randomSet(seed);
        epoch %= 20;
        bytes memory words = ReserveSet.load(set.data);
        same(ReserveSet.tokenCount(words), set.tokens.length, "tokens");
        for (uint256 i = 0; i < set.tokens.length; i++) {
            IReserveBook.Token memory token = set.tokens[i];
            checkToken(words, i, token);
            uint256[2] memory sums = plainSums(set, token, epoch);
            (uint256 reserves, uint256 insurance) = ReserveSet.balancesOf(words, i, epoch);
            same(reserves, sums[0], "reserves");
            same(insurance, sums[1], "insurance");
        }
    }

    function checkToken(bytes memory words, uint256 i, IReserveBook.Token memory token) internal view {
        ReserveSet.Token memory read = ReserveSet.tokenAt(words, i);
        same(read.token, token.token, "token");
        same(read.asset, token.asset, "asset");
        same(read.insures, token.insures, "insures");
        same(read.decimals, token.token == PolicyTable.NATIVE ? 18 : Purse(token.token).decimals(), "decimals");
    }

    /// @dev Reserves and insurance, each 2^128 - 1 at most.
    function plainSums(Set memory set, IReserveBook.Token memory token, uint64 epoch)
        internal
        view
        returns (uint256[2] memory sums)
    {
        for (uint256 j = 0; j < set.accounts.length; j++) {
            IReserveBook.Account memory one = set.accounts[j];
            bool isRead = one.fromEpoch <= epoch && epoch <= one.toEpoch && (token.insures || !one.isInsurance);
            if (!isRead) continue;
            uint256 balance = token.token == PolicyTable.NATIVE
                ? one.account.balance
                : Purse(token.token).balanceOf(one.account);
            uint256 role = one.isInsurance ? 1 : 0;
            // Added only where it does not run over 2^128.
            bool isLarge = balance > type(uint128).max || sums[role] + balance > type(uint128).max;
            sums[role] = isLarge ? type(uint128).max : sums[role] + balance;
        }
    }

    /// @dev A token that stops answering empties its own readings and nobody else's.
    function testFuzz_ABrokenTokenHoldsNothing(uint256 seed, uint64 epoch) external {
        Set memory set = randomSet(seed);
        epoch %= 20;
        vm.assume(set.tokens.length > 1);
        uint256 bad = draw(seed, "bad") % set.tokens.length;
        vm.assume(set.tokens[bad].token != PolicyTable.NATIVE);
        Purse(set.tokens[bad].token).breakDown();
        bytes memory words = ReserveSet.load(set.data);
        for (uint256 i = 0; i < set.tokens.length; i++) {
            (uint256 reserves, uint256 insurance) = ReserveSet.balancesOf(words, i, epoch);
            uint256[2] memory sums;
            if (i != bad) sums = plainSums(set, set.tokens[i], epoch);
            same(reserves, sums[0], "reserves");
            same(insurance, sums[1], "insurance");
        }
    }

    /// @dev An account that goes takes nobody with it, and one that was never there leaves the very set.
    function testFuzz_WithoutAnAccountIsTheSetOfTheOthers(uint256 seed) external {
        Set memory set = randomSet(seed);
        same(ReserveSet.without(set.data, address(0xffff)), set.data, "a stranger");
        vm.assume(set.accounts.length > 0);
        uint256 gone = draw(seed, "gone") % set.accounts.length;
        IReserveBook.Account[] memory others = new IReserveBook.Account[](set.accounts.length - 1);
        for (uint256 i = 0; i < others.length; i++) others[i] = set.accounts[i < gone ? i : i + 1];
        address less = ReserveSet.without(set.data, set.accounts[gone].account);
        same(ReserveSet.load(less), ReserveSet.load(this.write(set.tokens, others)), "others");
    }

    function testFuzz_ListsMustAscend(uint256 seed) external {
        Set memory set = randomSet(seed);
        vm.assume(set.tokens.length > 1 && set.accounts.length > 1);
        uint256 kind = draw(seed, "kind") % 3;
        uint256 i = 1 + draw(seed, "place") % (kind == 0 ? set.tokens.length - 1 : set.accounts.length - 1);
        IReserveBook.Account memory one = set.accounts[kind == 0 ? 0 : i];
        if (kind == 0) {
            set.tokens[i].asset = uint16(within(draw(seed, "asset"), 0, set.tokens[i - 1].asset));
            vm.expectRevert(abi.encodeWithSelector(IReserveBook.TokensNotAscending.selector, i));
        } else if (kind == 1) {
            // In both roles, or in one twice.
            one.account = set.accounts[i - 1].account;
            vm.expectRevert(abi.encodeWithSelector(IReserveBook.AccountsNotAscending.selector, i));
        } else {
            (one.fromEpoch, one.toEpoch) = (one.toEpoch + 1, one.fromEpoch);
            vm.expectRevert(
                abi.encodeWithSelector(IReserveBook.EpochsOutOfOrder.selector, one.account, one.fromEpoch, one.toEpoch)
            );
        }
        this.write(set.tokens, set.accounts);
    }

    function testFuzz_NoSetTakesMoreReadingsThanTheLimit(uint256 tokens, uint256 accounts) external {
        (tokens, accounts) = (within(tokens, 1, 40), within(accounts, 1, 40));
        IReserveBook.Token[] memory listed = new IReserveBook.Token[](tokens);
        for (uint256 i = 0; i < tokens; i++) listed[i] = IReserveBook.Token(PolicyTable.NATIVE, uint16(i), false);
        IReserveBook.Account[] memory read = new IReserveBook.Account[](accounts);
        for (uint256 i = 0; i < accounts; i++) read[i].account = address(uint160(i + 1));
        if (tokens * accounts > 512) {
            vm.expectRevert(abi.encodeWithSelector(IReserveBook.SetTooLarge.selector, tokens * accounts, 512));
        }
        this.write(listed, read);
    }

    function test_BeforeAnythingIsRegisteredThereIsNothingToRead() external view {
        same(ReserveSet.tokenCount(ReserveSet.load(address(0))), 0, "tokens");
    }
}
