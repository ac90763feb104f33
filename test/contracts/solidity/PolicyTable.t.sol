// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IPolicyRegistry} from "../../../contracts/interfaces/IPolicyRegistry.sol";
import {PolicyTable} from "../../../contracts/lib/PolicyTable.sol";
import {Fuzz} from "./support/Fuzz.sol";

/// @notice What is packed comes out, and what the checks let through is what they say.
contract PolicyTableTest is Fuzz {
    function write(IPolicyRegistry.Policy calldata policy, bytes32 descriptorHash, uint64 publishedAt, uint32 configuration)
        external
        returns (address)
    {
        return PolicyTable.write(policy, descriptorHash, publishedAt, configuration);
    }

    function check(IPolicyRegistry.Collateral[] calldata collateral, uint64 time) external {
        PolicyTable.check(collateral, time);
    }

    function readAsset(address data, uint256 k) external view returns (IPolicyRegistry.Collateral memory) {
        return PolicyTable.readAsset(data, k);
    }

    function testFuzz_APolicyComesBackAsItWasWritten(
        IPolicyRegistry.Policy calldata policy,
        bytes32 descriptorHash,
        uint64 publishedAt,
        uint32 configuration
    ) external {
        address data = this.write(policy, descriptorHash, publishedAt, configuration);
        uint256 assets = policy.collateral.length;
        IPolicyRegistry.Published memory expected = IPolicyRegistry.Published(
            policy.policyHash,
            descriptorHash,
            policy.policyTree,
            policy.shapeHash,
            policy.rowTableHash,
            policy.observationTime,
            publishedAt,
            policy.nextExpiry,
            configuration,
            uint16(assets)
        );
        same(abi.encode(PolicyTable.read(data)), abi.encode(expected), "header");
        (uint256 policyHash, bytes32 descriptorHash_) = PolicyTable.readHashes(data);
        same(policyHash, policy.policyHash, "policyHash");
        same(descriptorHash_, descriptorHash, "descriptorHash");
        same(PolicyTable.assetsOf(data), assets, "assets");
        same(abi.encode(PolicyTable.readCollateral(data)), abi.encode(policy.collateral), "table");
        for (uint256 k = 0; k < assets; k++) {
            same(abi.encode(PolicyTable.readAsset(data, k)), abi.encode(policy.collateral[k]), "asset");
        }
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.AssetUnknown.selector, assets, assets));
        this.readAsset(data, assets);
    }

    /// @dev Every field at its largest: nothing runs over into its neighbour.
    function test_TheLargestValuesStayInTheirFields() external {
        IPolicyRegistry.Collateral memory most = IPolicyRegistry.Collateral(
            address(type(uint160).max), type(uint8).max, type(uint96).max, type(uint96).max, type(uint128).max
        );
        IPolicyRegistry.Collateral memory none;
        for (uint256 field = 0; field < 5; field++) {
            IPolicyRegistry.Policy memory policy;
            if (field % 2 == 0) policy.observationTime = type(uint64).max;
            else policy.nextExpiry = type(uint64).max;
            policy.collateral = new IPolicyRegistry.Collateral[](3);
            (policy.collateral[0], policy.collateral[2]) = (most, most);
            IPolicyRegistry.Collateral memory one = abi.decode(abi.encode(none), (IPolicyRegistry.Collateral));
            if (field == 0) one.token = most.token;
            if (field == 1) one.decimals = most.decimals;
            if (field == 2) one.price = most.price;
            if (field == 3) one.weight = most.weight;
            if (field == 4) one.unitWeight = most.unitWeight;
            policy.collateral[1] = one;
            address data = this.write(policy, 0, field == 1 ? type(uint64).max : 0, field == 2 ? type(uint32).max : 0);
            same(abi.encode(PolicyTable.readCollateral(data)), abi.encode(policy.collateral), "table");
            IPolicyRegistry.Published memory read = PolicyTable.read(data);
            same(read.observationTime, policy.observationTime, "observationTime");
            same(read.nextExpiry, policy.nextExpiry, "nextExpiry");
            same(read.publishedAt, field == 1 ? type(uint64).max : 0, "publishedAt");
            same(read.configuration, field == 2 ? type(uint32).max : 0, "configuration");
            same(read.assets, 3, "assets");
        }
    }

    /// hardhat-config: default.fuzz.runs = 300
    function testFuzz_TablesAreRefusedForTheFirstFault(uint256 seed, uint64 time) external {
        uint256 count = within(seed, 0, 4);
        IPolicyRegistry.Collateral[] memory table = new IPolicyRegistry.Collateral[](count);
        bytes memory fault;
        if (count == 0) fault = abi.encodeWithSelector(IPolicyRegistry.CollateralMissing.selector);
        for (uint256 k = 0; k < count; k++) {
            table[k] = IPolicyRegistry.Collateral({
                token: address(uint160(draw(seed, "token", k) % 6)),
                decimals: uint8(draw(seed, "decimals", k) % 20),
                price: uint96(draw(seed, "price", k) % 4),
                weight: uint96(draw(seed, "weight", k) % 3),
                unitWeight: uint128(draw(seed, "unitWeight", k) % 4)
            });
            if (fault.length == 0) fault = faultOf(table, k);
        }
        if (fault.length != 0) vm.expectRevert(fault);
        this.check(table, time);
    }

    /// @dev The same tokens in another policy, in the same transaction, are no repetition.
    function test_TokensAreMarkedByTime() external {
        IPolicyRegistry.Collateral[] memory table = new IPolicyRegistry.Collateral[](1);
        table[0] = IPolicyRegistry.Collateral(address(this), 18, 1, 0, 0);
        this.check(table, 1);
        this.check(table, 2);
        vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.CollateralTokenTwice.selector, 0, address(this)));
        this.check(table, 1);
    }

    function faultOf(IPolicyRegistry.Collateral[] memory table, uint256 k) internal pure returns (bytes memory) {
        IPolicyRegistry.Collateral memory one = table[k];
        if (one.price == 0) return abi.encodeWithSelector(IPolicyRegistry.PriceMissing.selector, k);
        if (one.weight > one.price || one.weight > one.unitWeight) {
            return abi.encodeWithSelector(
                IPolicyRegistry.CollateralInconsistent.selector, k, one.price, one.weight, one.unitWeight
            );
        }
        if (one.decimals > 18) {
            return abi.encodeWithSelector(IPolicyRegistry.CollateralDecimalsUnsupported.selector, k, one.decimals);
        }
        for (uint256 i = 0; i < k; i++) {
            if (one.token != address(0) && table[i].token == one.token) {
                return abi.encodeWithSelector(IPolicyRegistry.CollateralTokenTwice.selector, k, one.token);
            }
        }
        return "";
    }
}
