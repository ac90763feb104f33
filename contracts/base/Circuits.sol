// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {BATCH_SIGNALS, EPOCH_SIGNALS} from "../generated/Constants.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";
import {VerificationKeys} from "../lib/VerificationKeys.sol";

/// @title The circuits that proofs may be made under
/// @dev Written in the constructor only: nobody swaps a verifier. A new version of a circuit stands beside the old one
/// under its own id; whoever needs one more deploys another registry.
abstract contract Circuits is ISolvencyRegistry {
    /// @notice Verification keys of an epoch circuit, with its number of assets.
    struct EpochKey {
        address key;
        uint16 assets;
    }

    mapping(bytes32 circuitId => Circuit) private _circuits;
    /// @dev By number, which is short enough to stand in an epoch's record.
    bytes32[] private _circuitIds;

    constructor(address[] memory batchKeys, EpochKey[] memory epochKeys) {
        bytes32 setup;
        for (uint256 i = 0; i < batchKeys.length; i++) {
            setup = _registerCircuit(Circuit(batchKeys[i], 0, 0, false), BATCH_SIGNALS, setup);
        }
        for (uint256 i = 0; i < epochKeys.length; i++) {
            setup = _registerCircuit(Circuit(epochKeys[i].key, epochKeys[i].assets, 0, true), EPOCH_SIGNALS, setup);
        }
    }

    /// @inheritdoc ISolvencyRegistry
    function circuitOf(bytes32 circuitId) external view returns (Circuit memory) {
        return _circuits[circuitId];
    }

    function _requireCircuit(bytes32 circuitId, bool isEpoch) internal view returns (Circuit memory circuit) {
        circuit = _circuits[circuitId];
        if (circuit.key == address(0) || circuit.isEpoch != isEpoch) revert CircuitUnknown(circuitId);
    }

    function _circuitAt(uint16 number) internal view returns (bytes32) {
        return _circuitIds[number];
    }

    /// @dev Takes the hash of the set-up that all keys so far share (0 for the first) and returns it.
    function _registerCircuit(Circuit memory circuit, uint256 signals, bytes32 setup) private returns (bytes32) {
        (bytes32 circuitId, bytes32 setupHash) = VerificationKeys.inspect(circuit.key, signals);
        if (setup != 0 && setupHash != setup) revert VerificationKeys.SetupNotShared(circuitId);
        if (_circuits[circuitId].key != address(0)) revert CircuitRegisteredTwice(circuitId);
        // A block has no room for 2^16 keys.
        circuit.number = uint16(_circuitIds.length);
        _circuitIds.push(circuitId);
        _circuits[circuitId] = circuit;
        emit CircuitRegistered(circuitId, circuit.key, circuit.isEpoch, circuit.assets);
        return setupHash;
    }
}
