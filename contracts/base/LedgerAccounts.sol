// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {ILedger} from "../interfaces/ILedger.sol";
import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";
import {PaymentHistory} from "../lib/PaymentHistory.sol";
import {PolicyTable} from "../lib/PolicyTable.sol";
import {TokenUnits} from "../lib/TokenUnits.sol";
import {LedgerProofs} from "./LedgerProofs.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What each key was paid and has pledged, and what that leaves of a proof
/// @dev A token is known from its first use on, with the decimals that it had then: what it says later could make payments
/// look smaller than they were.
abstract contract LedgerAccounts is LedgerProofs {
    using PaymentHistory for PaymentHistory.History;

    struct Token {
        address token;
        uint8 decimals;
    }

    /// @dev Places of tokens count from 1; 0 is that of a token that is not known yet.
    struct Known {
        uint32 place;
        uint8 decimals;
    }

    struct Line {
        PaymentHistory.History paid;
        uint256 pledged;
    }

    /// @dev A key's lines. Its first token has the line 0, which names it: whoever only ever takes one token out needs no list.
    struct Account {
        mapping(uint256 place => Line) lines;
        /// Which further tokens there are, by place, 256 in a word.
        mapping(uint256 word => uint256) marks;
    }

    /// @dev All of a key's payments and pledges of one token, or its payments and what is asked for by itself.
    enum Counted {
        All,
        Payments
    }

    // Beside `registry`, in the slot that is read anyway.
    uint32 private _tokenCount;
    mapping(uint256 place => Token) private _tokens;
    mapping(address token => Known) private _known;
    mapping(uint256 key => Account) private _accounts;

    /// @inheritdoc ILedger
    function paidSince(uint256 key, address token, uint64 epoch) public view returns (uint256) {
        return _lineOf(key, token).paid.since(epoch);
    }

    /// @inheritdoc ILedger
    function pledgedOf(uint256 key, address token) public view returns (uint256) {
        return _lineOf(key, token).pledged;
    }

    /// @inheritdoc ILedger
    function chargeOf(uint256 key, uint64 epoch, uint64 observationTime) external view returns (uint256) {
        address data = ISolvencyRegistry(registry).policies().dataOf(observationTime);
        if (data == address(0)) revert IPolicyRegistry.NotPublished(observationTime);
        return _chargeBut(address(0), key, epoch, PolicyTable.load(data), Counted.All);
    }

    /// @inheritdoc ILedger
    function neededAt(uint256 key, uint64 epoch, address token, uint256 extra)
        public
        view
        returns (uint16 asset, uint256 amount, uint256 charge)
    {
        // More than any account has, and small enough to be added.
        if (extra > type(uint128).max) extra = type(uint128).max;
        return _needed(key, epoch, token, pledgedOf(key, token) + extra, Counted.All);
    }

    /// @dev What a proof must show for `beside` of a token on top of its payments, and of all other tokens what is counted.
    function _needed(uint256 key, uint64 epoch, address token, uint256 beside, Counted counted)
        internal
        view
        returns (uint16 number, uint256 amount, uint256 charge)
    {
        bytes memory table = _tableOf(epoch);
        (bool isListed, uint256 k) = PolicyTable.find(table, token);
        // A token of the address 0 would be found at an asset without one.
        if (!isListed || token == address(0)) revert TokenNotListed(epoch, token);
        IPolicyRegistry.Collateral memory asset = PolicyTable.assetIn(table, k);
        amount = TokenUnits.unitsUp(paidSince(key, token, epoch) + beside, _decimalsOf(token), asset.decimals);
        charge = Math.saturatingAdd(
            _chargeBut(token, key, epoch, table, counted), Math.saturatingMul(amount, asset.unitWeight)
        );
        // A table has fewer than 2^16 assets.
        number = uint16(k);
    }

    /// @dev A claim's asset, and the table that it stands in.
    function _assetOf(Claim memory claim)
        internal
        view
        returns (IPolicyRegistry.Collateral memory asset, bytes memory table)
    {
        table = _tableOf(claim.epoch);
        if (claim.asset < PolicyTable.countIn(table)) asset = PolicyTable.assetIn(table, claim.asset);
        if (asset.token == address(0)) revert AssetWithoutToken(claim.epoch, claim.asset);
    }

    /// @dev What a claim has left to pay, in the token's units.
    function _left(Claim memory claim, IPolicyRegistry.Collateral memory asset, bytes memory table)
        internal
        view
        returns (uint256 amount)
    {
        address token = asset.token;
        uint256 decimals = _decimalsOf(token);
        Line storage line = _lineOf(claim.key, token);
        uint256 used = TokenUnits.unitsUp(line.paid.since(claim.epoch) + line.pledged, decimals, asset.decimals);
        uint256 units = Math.saturatingSub(claim.amount, used);
        if (asset.unitWeight > 0) {
            uint256 charge = Math.saturatingAdd(
                _chargeBut(token, claim.key, claim.epoch, table, Counted.All), Math.saturatingMul(used, asset.unitWeight)
            );
            units = Math.min(units, Math.saturatingSub(claim.charge, charge) / asset.unitWeight);
        }
        // All that is paid and pledged of a token stays below 2^128, whatever the token's decimals are.
        uint256 room = type(uint128).max - line.paid.total - line.pledged;
        amount = Math.min(TokenUnits.tokensDown(units, decimals, asset.decimals), room);
    }

    function _pay(uint256 key, address token, uint256 amount) internal {
        (uint64 epoch,,) = ISolvencyRegistry(registry).opening();
        _mark(key, token).paid.add(epoch, amount);
    }

    function _addPledge(uint256 key, address token, uint256 amount) internal {
        _mark(key, token).pledged += amount;
    }

    function _endPledge(uint256 key, address token, uint256 amount) internal {
        _lineOf(key, token).pledged -= amount;
    }

    /// @dev Makes a token known. Asks the token itself, by a call that can't write.
    function _learn(address token) internal {
        if (_known[token].place != 0) return;
        uint8 decimals = uint8(_decimalsOf(token));
        uint32 place = ++_tokenCount;
        (_tokens[place], _known[token]) = (Token(token, decimals), Known(place, decimals));
    }

    /// @dev Charge of what is counted of all tokens but one, each token's units rounded up.
    function _chargeBut(address but, uint256 key, uint64 epoch, bytes memory table, Counted counted)
        internal
        view
        returns (uint256 charge)
    {
        Account storage account = _accounts[key];
        PaymentHistory.History storage first = account.lines[0].paid;
        if (first.place == 0) return 0;
        charge = _chargeOf(account.lines[0], _tokens[first.place], but, epoch, table, counted);
        if (!first.isOneOfMany) return charge;
        uint256 count = _tokenCount;
        for (uint256 word = 0; word << 8 <= count; word++) {
            for (uint256 marks = account.marks[word]; marks != 0; marks &= marks - 1) {
                uint256 place = (word << 8) | Math.log2(marks & (~marks + 1));
                uint256 more = _chargeOf(account.lines[place], _tokens[place], but, epoch, table, counted);
                charge = Math.saturatingAdd(charge, more);
            }
        }
    }

    function _chargeOf(
        Line storage line,
        Token memory token,
        address but,
        uint64 epoch,
        bytes memory table,
        Counted counted
    ) private view returns (uint256) {
        if (token.token == but) return 0;
        // What the policy doesn't list is in no leaf of its epochs, so that it takes nothing away from them.
        (bool isListed, uint256 k) = PolicyTable.find(table, token.token);
        if (!isListed) return 0;
        IPolicyRegistry.Collateral memory asset = PolicyTable.assetIn(table, k);
        uint256 amount = line.paid.since(epoch);
        if (counted == Counted.All) amount += line.pledged;
        return Math.saturatingMul(TokenUnits.unitsUp(amount, token.decimals, asset.decimals), asset.unitWeight);
    }

    /// @dev The line of a known token, from now on among those that the key's charge is summed over.
    function _mark(uint256 key, address token) private returns (Line storage) {
        Account storage account = _accounts[key];
        PaymentHistory.History storage first = account.lines[0].paid;
        uint32 place = _known[token].place;
        if (first.place == 0) first.place = place;
        if (first.place == place) return account.lines[0];
        uint256 marks = account.marks[place >> 8];
        if (marks & (1 << (place & 0xff)) == 0) {
            account.marks[place >> 8] = marks | (1 << (place & 0xff));
            if (!first.isOneOfMany) first.isOneOfMany = true;
        }
        return account.lines[place];
    }

    /// @dev An empty line where the key has none of the token.
    function _lineOf(uint256 key, address token) private view returns (Line storage) {
        Account storage account = _accounts[key];
        uint32 place = _known[token].place;
        // Of an unknown token nothing was ever paid: no key has a line for the largest place.
        if (place == 0) return account.lines[type(uint256).max];
        return account.lines[account.lines[0].paid.place == place ? 0 : place];
    }

    function _decimalsOf(address token) private view returns (uint256 decimals) {
        Known memory known = _known[token];
        if (known.place != 0) return known.decimals;
        bool isUsable;
        (isUsable, decimals) = TokenUnits.read(token);
        if (!isUsable) revert TokenDecimalsUnsupported(token, decimals);
    }

    /// @dev Collateral table of the policy that an epoch was attested under.
    function _tableOf(uint64 epoch) private view returns (bytes memory) {
        (, address data) = ISolvencyRegistry(registry).policyOf(epoch);
        return PolicyTable.load(data);
    }
}
