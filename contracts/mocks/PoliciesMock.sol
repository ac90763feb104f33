// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {PolicyTable} from "../lib/PolicyTable.sol";

/// @notice Publishes what anybody says, once for a time: stands for the policy registry in tests of those who read it.
contract PoliciesMock {
    mapping(uint64 observationTime => address) public dataOf;
    uint64 private _latest;

    function publish(IPolicyRegistry.Policy calldata policy, bytes32 descriptorHash) external {
        if (dataOf[policy.observationTime] != address(0)) {
            revert IPolicyRegistry.AlreadyPublished(policy.observationTime, policy.policyHash);
        }
        dataOf[policy.observationTime] = PolicyTable.write(policy, descriptorHash, uint64(block.timestamp), 1);
        if (policy.observationTime > _latest) _latest = policy.observationTime;
    }

    function latest(uint256 maxAge) external view returns (IPolicyRegistry.Published memory) {
        if (block.timestamp - _latest > maxAge) revert IPolicyRegistry.PolicyTooOld(_latest, maxAge);
        return PolicyTable.read(dataOf[_latest]);
    }

    function collateralTable(uint64 observationTime) external view returns (IPolicyRegistry.Collateral[] memory) {
        return PolicyTable.readCollateral(dataOf[observationTime]);
    }
}
