// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {
    DOMAIN_CONTEXT,
    REFUSAL_AMOUNT,
    REFUSAL_ASSET,
    REFUSAL_CHARGE,
    REFUSAL_EPOCH,
    REFUSAL_KEY,
    REFUSAL_ROOT,
    REFUSAL_SIGNALS,
    WITHDRAWAL_AMOUNT,
    WITHDRAWAL_ASSET,
    WITHDRAWAL_CHARGE,
    WITHDRAWAL_CONTEXT,
    WITHDRAWAL_EPOCH,
    WITHDRAWAL_HOME,
    WITHDRAWAL_KEY,
    WITHDRAWAL_RECIPIENT,
    WITHDRAWAL_ROOT,
    WITHDRAWAL_SIGNALS
} from "../generated/Constants.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";
import {Groth16Single} from "../lib/Groth16Single.sol";
import {KeyFolding} from "../lib/KeyFolding.sol";
import {VerificationKeys} from "../lib/VerificationKeys.sol";

/// @title Proofs about one account, and the registry that they are about
/// @dev Circuits are written in the constructor only, as the registry's are.
abstract contract LedgerProofs is ILedger {
    /// @dev Where proofs are at home, as owners in leaves have it: a chain that splits off later keeps its leaves.
    uint256 private immutable _chainId;

    mapping(bytes32 circuitId => address) private _withdrawalKeys;
    mapping(bytes32 circuitId => address) private _refusalKeys;
    bytes32[] private _withdrawalCircuits;
    /// @dev Keys of withdrawals with `home` folded in: it is the same in every proof of a ledger.
    mapping(bytes32 circuitId => address) private _keysAtHome;
    /// @inheritdoc ILedger
    address public registry;

    constructor(address[] memory withdrawalKeys, address[] memory refusalKeys) {
        _chainId = block.chainid;
        for (uint256 i = 0; i < withdrawalKeys.length; i++) {
            _withdrawalCircuits.push(_register(_withdrawalKeys, withdrawalKeys[i], WITHDRAWAL_SIGNALS));
        }
        for (uint256 i = 0; i < refusalKeys.length; i++) _register(_refusalKeys, refusalKeys[i], REFUSAL_SIGNALS);
    }

    /// @inheritdoc ILedger
    function bind() external {
        if (registry != address(0)) revert LedgerBound(registry);
        registry = msg.sender;
        for (uint256 i = 0; i < _withdrawalCircuits.length; i++) {
            bytes32 circuitId = _withdrawalCircuits[i];
            _keysAtHome[circuitId] =
                KeyFolding.fold(_withdrawalKeys[circuitId], WITHDRAWAL_SIGNALS, WITHDRAWAL_HOME, home());
        }
    }

    /// @inheritdoc ILedger
    function home() public view returns (uint256) {
        return uint256(keccak256(abi.encode(_chainId, registry))) >> 8;
    }

    /// @inheritdoc ILedger
    function contextOf(Action action, address consumer, bytes32 payload) public view returns (uint256) {
        return uint256(keccak256(abi.encode(DOMAIN_CONTEXT, block.chainid, address(this), action, consumer, payload))) >> 8;
    }

    /// @inheritdoc ILedger
    function circuitOf(bytes32 circuitId) external view returns (address key, bool isRefusal) {
        key = _withdrawalKeys[circuitId];
        if (key == address(0)) return (_refusalKeys[circuitId], _refusalKeys[circuitId] != address(0));
    }

    /// @dev Reverts unless the proof holds for this context, in an attested epoch.
    function _requireProof(Withdrawal calldata withdrawal, uint256 context) internal view {
        uint256[] memory signals = new uint256[](WITHDRAWAL_SIGNALS - 1);
        signals[WITHDRAWAL_ROOT] = withdrawal.root;
        signals[WITHDRAWAL_KEY] = withdrawal.key;
        signals[WITHDRAWAL_EPOCH] = withdrawal.epoch;
        signals[WITHDRAWAL_RECIPIENT] = uint160(withdrawal.recipient);
        signals[WITHDRAWAL_ASSET] = withdrawal.asset;
        signals[WITHDRAWAL_AMOUNT] = withdrawal.amount;
        signals[WITHDRAWAL_CHARGE] = withdrawal.charge;
        // Home stands before it, and in the key.
        signals[WITHDRAWAL_CONTEXT - 1] = context;
        _requireAttested(withdrawal.epoch, withdrawal.root, withdrawal.place);
        bytes memory key = _keyWords(_keysAtHome, withdrawal.circuitId, WITHDRAWAL_SIGNALS - 1);
        Groth16Single.requireProof(key, signals, withdrawal.proof);
    }

    /// @dev Reverts unless a leaf of the key does not allow the refusal's amount and charge.
    function _requireProof(Refusal calldata refusal, uint256 ledgerKey, uint256 asset) internal view {
        uint256[] memory signals = new uint256[](REFUSAL_SIGNALS);
        signals[REFUSAL_ROOT] = refusal.root;
        signals[REFUSAL_KEY] = ledgerKey;
        signals[REFUSAL_EPOCH] = refusal.epoch;
        signals[REFUSAL_ASSET] = asset;
        signals[REFUSAL_AMOUNT] = refusal.amount;
        signals[REFUSAL_CHARGE] = refusal.charge;
        _requireAttested(refusal.epoch, refusal.root, refusal.place);
        bytes memory key = _keyWords(_refusalKeys, refusal.circuitId, REFUSAL_SIGNALS);
        Groth16Single.requireProof(key, signals, refusal.proof);
    }

    function _requireAttested(uint64 epoch, uint256 root, Place calldata place) private view {
        bool isAttested = ISolvencyRegistry(registry).isAttested(
            epoch, place.index, place.circuitId, root, place.transcript, place.path
        );
        if (!isAttested) revert BatchNotAttested(epoch, root);
    }

    function _keyWords(mapping(bytes32 circuitId => address) storage keys, bytes32 circuitId, uint256 signals)
        private
        view
        returns (bytes memory)
    {
        address key = keys[circuitId];
        if (key == address(0)) revert LedgerCircuitUnknown(circuitId);
        return VerificationKeys.read(key, signals);
    }

    function _register(mapping(bytes32 circuitId => address) storage keys, address key, uint256 signals)
        private
        returns (bytes32 circuitId)
    {
        (circuitId,) = VerificationKeys.inspect(key, signals);
        if (keys[circuitId] != address(0)) revert LedgerCircuitTwice(circuitId);
        keys[circuitId] = key;
        emit LedgerCircuitRegistered(circuitId, key, signals);
    }
}
