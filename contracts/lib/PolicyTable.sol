// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {DataContract} from "./DataContract.sol";
import {SlotDerivation} from "@openzeppelin/contracts/utils/SlotDerivation.sol";
import {TransientSlot} from "@openzeppelin/contracts/utils/TransientSlot.sol";

/// @title A published policy as the code of a data contract
/// @notice Words: policyHash, descriptorHash, policyTree, shapeHash, rowTableHash, one word of times and counts, then two
/// for each asset: token and price; weight, unitWeight and decimals.
library PolicyTable {
    using SlotDerivation for bytes32;
    using TransientSlot for bytes32;
    using TransientSlot for TransientSlot.BooleanSlot;

    /// @notice Stands for the chain's own coin where a token is expected (ERC-7528).
    address internal constant NATIVE = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;
    /// @notice Of a row: 10^18 units of a price below 2^96 stay below 2^156.
    uint8 internal constant MAX_DECIMALS = 18;

    uint256 private constant HEADER_WORDS = 6;
    uint256 private constant ROW_TABLE_WORD = 4;
    uint256 private constant ASSET_WORDS = 2;
    bytes32 private constant TOKENS_SLOT = keccak256("plimsoll.policy-table.tokens");

    // Times and counts, from the top: observationTime, publishedAt, nextExpiry (64 bits each), configuration (32), assets (16).
    uint256 private constant OBSERVATION_SHIFT = 192;
    uint256 private constant PUBLISHED_SHIFT = 128;
    uint256 private constant EXPIRY_SHIFT = 64;
    uint256 private constant CONFIGURATION_SHIFT = 32;

    // An asset: token | price, then weight | unitWeight | decimals.
    uint256 private constant TOKEN_SHIFT = 96;
    uint256 private constant WEIGHT_SHIFT = 160;
    uint256 private constant UNIT_WEIGHT_SHIFT = 32;

    /// @notice Checks a collateral table by itself. Marks its tokens in transient storage, for one observation time.
    function check(IPolicyRegistry.Collateral[] calldata collateral, uint64 observationTime) internal {
        if (collateral.length == 0) revert IPolicyRegistry.CollateralMissing();
        bytes32 seen = TOKENS_SLOT.deriveMapping(uint256(observationTime));
        for (uint256 k = 0; k < collateral.length; k++) {
            IPolicyRegistry.Collateral calldata asset = collateral[k];
            if (asset.price == 0) revert IPolicyRegistry.PriceMissing(k);
            if (asset.weight > asset.price || asset.weight > asset.unitWeight) {
                revert IPolicyRegistry.CollateralInconsistent(k, asset.price, asset.weight, asset.unitWeight);
            }
            if (asset.decimals > MAX_DECIMALS) {
                revert IPolicyRegistry.CollateralDecimalsUnsupported(k, asset.decimals);
            }
            if (asset.token == address(0)) continue;
            TransientSlot.BooleanSlot slot = seen.deriveMapping(asset.token).asBoolean();
            if (slot.tload()) revert IPolicyRegistry.CollateralTokenTwice(k, asset.token);
            slot.tstore(true);
        }
    }

    function write(
        IPolicyRegistry.Policy calldata policy,
        bytes32 descriptorHash,
        uint64 publishedAt,
        uint32 configuration
    ) internal returns (address) {
        uint256 assets = policy.collateral.length;
        uint256[] memory words = new uint256[](HEADER_WORDS + ASSET_WORDS * assets);
        words[0] = policy.policyHash;
        words[1] = uint256(descriptorHash);
        words[2] = policy.policyTree;
        words[3] = uint256(policy.shapeHash);
        words[ROW_TABLE_WORD] = uint256(policy.rowTableHash);
        // A table of 2^16 assets does not fit the code of a contract, so the count does not run over.
        words[5] = (uint256(policy.observationTime) << OBSERVATION_SHIFT) | (uint256(publishedAt) << PUBLISHED_SHIFT)
            | (uint256(policy.nextExpiry) << EXPIRY_SHIFT) | (uint256(configuration) << CONFIGURATION_SHIFT) | assets;
        for (uint256 k = 0; k < assets; k++) {
            IPolicyRegistry.Collateral calldata asset = policy.collateral[k];
            uint256 at = HEADER_WORDS + ASSET_WORDS * k;
            words[at] = (uint256(uint160(asset.token)) << TOKEN_SHIFT) | asset.price;
            words[at + 1] = (uint256(asset.weight) << WEIGHT_SHIFT) | (uint256(asset.unitWeight) << UNIT_WEIGHT_SHIFT)
                | asset.decimals;
        }
        return DataContract.write(abi.encodePacked(words));
    }

    /// @notice What was kept of the policy whose data contract this is.
    function read(address data) internal view returns (IPolicyRegistry.Published memory published) {
        bytes memory words = DataContract.slice(data, 0, 0x20 * HEADER_WORDS);
        uint256 counts = _word(words, 5);
        // Casts cut the packed word at its fields.
        return IPolicyRegistry.Published({
            policyHash: _word(words, 0),
            descriptorHash: bytes32(_word(words, 1)),
            policyTree: _word(words, 2),
            shapeHash: bytes32(_word(words, 3)),
            rowTableHash: bytes32(_word(words, ROW_TABLE_WORD)),
            observationTime: uint64(counts >> OBSERVATION_SHIFT),
            publishedAt: uint64(counts >> PUBLISHED_SHIFT),
            nextExpiry: uint64(counts >> EXPIRY_SHIFT),
            configuration: uint32(counts >> CONFIGURATION_SHIFT),
            assets: uint16(counts)
        });
    }

    /// @notice What a proof has to be about.
    function readHashes(address data) internal view returns (uint256 policyHash, bytes32 descriptorHash) {
        bytes memory words = DataContract.slice(data, 0, 0x40);
        return (_word(words, 0), bytes32(_word(words, 1)));
    }

    /// @notice What the numbers of its rows mean.
    function readRowTable(address data) internal view returns (bytes32) {
        return bytes32(_word(DataContract.slice(data, 0x20 * ROW_TABLE_WORD, 0x20), 0));
    }

    /// @notice How many assets the table has.
    function assetsOf(address data) internal view returns (uint256) {
        return (DataContract.sizeOf(data) / 0x20 - HEADER_WORDS) / ASSET_WORDS;
    }

    /// @notice The whole table.
    function readCollateral(address data) internal view returns (IPolicyRegistry.Collateral[] memory collateral) {
        bytes memory table = load(data);
        collateral = new IPolicyRegistry.Collateral[](countIn(table));
        for (uint256 k = 0; k < collateral.length; k++) collateral[k] = assetIn(table, k);
    }

    /// @notice The words of the whole table, for whoever looks up more than one asset.
    function load(address data) internal view returns (bytes memory table) {
        return DataContract.slice(data, 0x20 * HEADER_WORDS, 0x20 * ASSET_WORDS * assetsOf(data));
    }

    function countIn(bytes memory table) internal pure returns (uint256) {
        return table.length / (0x20 * ASSET_WORDS);
    }

    /// @notice One asset of a table, which the caller knows to be there.
    function assetIn(bytes memory table, uint256 k) internal pure returns (IPolicyRegistry.Collateral memory) {
        return _asset(table, ASSET_WORDS * k);
    }

    /// @notice Number of the asset that a token is, if the table lists it.
    function find(bytes memory table, address token) internal pure returns (bool isListed, uint256 k) {
        uint256 assets = countIn(table);
        for (k = 0; k < assets; k++) {
            if (address(uint160(_word(table, ASSET_WORDS * k) >> TOKEN_SHIFT)) == token) return (true, k);
        }
    }

    /// @notice One asset of the table.
    function readAsset(address data, uint256 k) internal view returns (IPolicyRegistry.Collateral memory) {
        uint256 assets = assetsOf(data);
        if (k >= assets) revert IPolicyRegistry.AssetUnknown(k, assets);
        return _asset(DataContract.slice(data, 0x20 * (HEADER_WORDS + ASSET_WORDS * k), 0x20 * ASSET_WORDS), 0);
    }

    function _asset(bytes memory words, uint256 at) private pure returns (IPolicyRegistry.Collateral memory) {
        (uint256 first, uint256 second) = (_word(words, at), _word(words, at + 1));
        // Casts cut the packed words at their fields.
        return IPolicyRegistry.Collateral({
            token: address(uint160(first >> TOKEN_SHIFT)),
            decimals: uint8(second),
            price: uint96(first),
            weight: uint96(second >> WEIGHT_SHIFT),
            unitWeight: uint128(second >> UNIT_WEIGHT_SHIFT)
        });
    }

    function _word(bytes memory words, uint256 index) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            // Callers pass indices of words that they have read.
            word := mload(add(add(words, 0x20), mul(index, 0x20)))
        }
    }
}
