// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Attestors} from "./base/Attestors.sol";
import {BookOfRegistry} from "./base/BookOfRegistry.sol";
import {Consents} from "./base/Consents.sol";
import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {IReserveBook} from "./interfaces/IReserveBook.sol";
import {ISolvencyRegistry} from "./interfaces/ISolvencyRegistry.sol";
import {PolicyTable} from "./lib/PolicyTable.sol";
import {ReserveSet} from "./lib/ReserveSet.sol";
import {ReserveUnits} from "./lib/ReserveUnits.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title What one exchange holds, read by one registry
/// @dev Calls out to tokens and wallets by STATICCALL only, so nothing can re-enter and write.
contract ReserveBook is Consents, Attestors {
    /// @dev What the last opening reads, and in which block it began.
    struct Round {
        address data;
        uint96 openedBlock;
    }

    uint256 private constant RESERVES_SHIFT = 128;

    Round private _round;
    /// @dev By place in the set: reserves, then insurance, 128 bits each. Overwritten by the next opening.
    mapping(uint256 index => uint256) private _lowest;

    constructor(address exchange_) EIP712("Plimsoll ReserveBook", "1") BookOfRegistry(exchange_) {}

    // Anybody looks.

    /// @inheritdoc IReserveBook
    function sample() external {
        (uint64 epoch,, bool isPending) = ISolvencyRegistry(registry).opening();
        if (!isPending) revert NothingOpen();
        address data = _round.data;
        uint256[] memory lowest_ = _readLowest(ReserveSet.load(data), epoch);
        for (uint256 i = 0; i < lowest_.length; i++) _lowest[i] = lowest_[i];
        emit ReservesRead(epoch, data, lowest_);
    }

    // The registry reads at both ends.

    /// @inheritdoc IReserveBook
    function begin(uint64 epoch) external onlyRegistry {
        address data = registered;
        // Blocks are fewer than 2^96.
        _round = Round(data, uint96(block.number));
        bytes memory set = ReserveSet.load(data);
        uint256[] memory read = new uint256[](ReserveSet.tokenCount(set));
        for (uint256 i = 0; i < read.length; i++) {
            read[i] = _pack(set, i, epoch);
            _lowest[i] = read[i];
        }
        emit ReservesRead(epoch, data, read);
    }

    /// @inheritdoc IReserveBook
    function settle(
        uint64 epoch,
        uint64 snapshotTime,
        address policy,
        uint256[] calldata claims,
        Statement[] calldata statements
    ) external onlyRegistry returns (uint256 onChain, uint256 vouched) {
        (uint256[] memory held, uint256 insurance) = _readLast(epoch, policy, claims.length - 1);
        if (insurance < claims[0]) revert InsuranceTooSmall(claims[0], insurance);
        uint256[] memory extra = _vouched(epoch, snapshotTime, policy, statements, held.length);
        for (uint256 k = 0; k < held.length; k++) {
            uint256 claim = claims[k + 1];
            if (claim == 0) continue;
            if (held[k] >= claim) onChain++;
            else if (extra.length > 0 && held[k] + extra[k] >= claim) vouched++;
            else revert ReserveTooSmall(k, claim, held[k], extra.length > 0 ? extra[k] : 0);
        }
    }

    /// @inheritdoc IReserveBook
    function lowest() external view returns (Reading[] memory readings) {
        bytes memory set = ReserveSet.load(_round.data);
        readings = new Reading[](ReserveSet.tokenCount(set));
        for (uint256 i = 0; i < readings.length; i++) {
            uint256 word = _lowest[i];
            readings[i] = Reading(ReserveSet.tokenAt(set, i).token, word >> RESERVES_SHIFT, uint128(word));
        }
    }

    // What a reading takes.

    /// @dev Word of token i as it is now.
    function _pack(bytes memory set, uint256 i, uint64 epoch) private view returns (uint256) {
        (uint256 reserves, uint256 insurance) = ReserveSet.balancesOf(set, i, epoch);
        return (reserves << RESERVES_SHIFT) | insurance;
    }

    /// @dev The lower of what was kept and what is there now, token by token and role by role.
    function _readLowest(bytes memory set, uint64 epoch) private view returns (uint256[] memory words) {
        words = new uint256[](ReserveSet.tokenCount(set));
        for (uint256 i = 0; i < words.length; i++) {
            (uint256 kept, uint256 now_) = (_lowest[i], _pack(set, i, epoch));
            uint256 reserves = kept >> RESERVES_SHIFT < now_ >> RESERVES_SHIFT ? kept : now_;
            uint256 insurance = uint128(kept) < uint128(now_) ? kept : now_;
            words[i] = ((reserves >> RESERVES_SHIFT) << RESERVES_SHIFT) | uint128(insurance);
        }
    }

    /// @dev Reads for the last time, in another block than the first, and leaves in the log what the epoch is judged by.
    function _readLast(uint64 epoch, address policy, uint256 assets)
        private
        returns (uint256[] memory held, uint256 insurance)
    {
        Round memory round = _round;
        if (round.openedBlock == block.number) revert ReadingsInOneBlock(block.number);
        bytes memory set = ReserveSet.load(round.data);
        uint256[] memory words = _readLowest(set, epoch);
        emit ReservesRead(epoch, round.data, words);
        return _valued(set, words, policy, assets);
    }

    /// @dev What words are of each asset, in units of its row, and what the insurance is worth; each rounded down.
    function _valued(bytes memory set, uint256[] memory words, address policy, uint256 assets)
        private
        view
        returns (uint256[] memory held, uint256 insurance)
    {
        held = new uint256[](assets);
        uint256 listed = PolicyTable.assetsOf(policy);
        for (uint256 i = 0; i < words.length; i++) {
            ReserveSet.Token memory token = ReserveSet.tokenAt(set, i);
            if (token.asset >= assets || token.asset >= listed) continue;
            IPolicyRegistry.Collateral memory asset = PolicyTable.readAsset(policy, token.asset);
            // One token stands for one asset of a policy, so no balance counts twice.
            if (asset.token != token.token) continue;
            held[token.asset] = ReserveUnits.down(words[i] >> RESERVES_SHIFT, token.decimals, asset.decimals);
            // What margin counts for less than its mark, or not at all, insures no more: an exchange could print it.
            if (asset.unitWeight < asset.price) asset.price = uint96(asset.unitWeight);
            insurance += ReserveUnits.valueDown(uint128(words[i]), asset.price, token.decimals, asset.decimals);
        }
    }
}
