// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {DataContract} from "./DataContract.sol";
import {DEVELOPMENT_SETUP_HASH} from "./DevelopmentSetup.sol";

/// @title Groth16 verification keys as the code of data contracts
/// @notice The code is one byte 0x00 (STOP, so that nobody runs it), then 32-byte words: alpha1 (x, y), beta2, gamma2,
/// delta2 (each x.c1, x.c0, y.c1, y.c0), then the points IC (x, y), one more than the circuit has public signals.
/// A circuit's id is keccak256 of the words.
library VerificationKeys {
    uint256 internal constant ALPHA = 0x00;
    uint256 internal constant BETA = 0x40;
    uint256 internal constant GAMMA = 0xc0;
    uint256 internal constant DELTA = 0x140;
    uint256 internal constant IC = 0x1c0;

    /// @dev keccak256 of the generator of G2 in the order above.
    bytes32 private constant GENERATOR_HASH = keccak256(
        abi.encode(
            11559732032986387107991004021392285783925812861821192530917403151452391805634,
            10857046999023057135944570762232829481370756359578518086990519993285655852781,
            4082367875863433681332203403145435568316851327593401208105741076214120093531,
            8495653923123431417604973247489272438418190587263600148770280649306958101930
        )
    );

    error KeyWithoutCode(address key);
    error KeyMalformed(address key, uint256 length, uint256 expected);
    /// @notice gamma2 == delta2: nobody contributed to the key, and anybody forges under it.
    error KeyWithoutContribution(bytes32 circuitId);
    /// @notice A point is infinity, off its curve, or in the wrong subgroup.
    error KeyPointInvalid(bytes32 circuitId, uint256 offset);
    /// @notice Proofs are checked together, which needs one alpha1, beta2 and gamma2.
    error SetupNotShared(bytes32 circuitId);
    error DevelopmentKeyOnPublicChain(bytes32 circuitId, uint256 chainId);

    /// @notice The words of a key that `inspect` accepted.
    function read(address key, uint256 signals) internal view returns (bytes memory packed) {
        return DataContract.read(key, lengthOf(signals));
    }

    function lengthOf(uint256 signals) internal pure returns (uint256) {
        return IC + 0x40 * (signals + 1);
    }

    /// @notice Checks all that can be checked of a key without its circuit, and gives its id and the hash of the part that
    /// keys share (alpha1, beta2, gamma2).
    function inspect(address key, uint256 signals) internal view returns (bytes32 circuitId, bytes32 setupHash) {
        if (key.code.length == 0) revert KeyWithoutCode(key);
        uint256 length = lengthOf(signals);
        if (key.code.length != length + 1 || uint8(key.code[0]) != 0) {
            revert KeyMalformed(key, key.code.length, length + 1);
        }
        bytes memory packed = DataContract.read(key, length);
        circuitId = keccak256(packed);
        setupHash = hashOf(packed, ALPHA, DELTA);
        bytes32 delta = hashOf(packed, DELTA, IC);
        if (delta == hashOf(packed, GAMMA, DELTA) || delta == GENERATOR_HASH) revert KeyWithoutContribution(circuitId);
        _requirePoints(packed, circuitId);
        // Whoever reads the source of a development key's seed forges under it: it may prove things to its owner only.
        bool isLocal = block.chainid == 31337 || block.chainid == 1337;
        if (setupHash == DEVELOPMENT_SETUP_HASH && !isLocal) {
            revert DevelopmentKeyOnPublicChain(circuitId, block.chainid);
        }
    }

    /// @notice keccak256 of the bytes from `start` up to `end`.
    function hashOf(bytes memory packed, uint256 start, uint256 end) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            // Callers pass offsets within the length that `inspect` requires.
            hash := keccak256(add(add(packed, 0x20), start), sub(end, start))
        }
    }

    /// @dev A point added to infinity, or paired with it, comes back only when it is on its curve (and in its subgroup).
    function _requirePoints(bytes memory packed, bytes32 circuitId) private view {
        bytes32 infinity1 = keccak256(new bytes(0x40));
        bytes32 infinity2 = keccak256(new bytes(0x80));
        for (uint256 offset = BETA; offset < IC; offset += 0x80) {
            bytes memory pair = bytes.concat(new bytes(0x40), _slice(packed, offset, 0x80));
            (bool valid,) = address(8).staticcall(pair);
            if (!valid || hashOf(packed, offset, offset + 0x80) == infinity2) revert KeyPointInvalid(circuitId, offset);
        }
        for (uint256 offset = ALPHA; offset < packed.length; offset = offset == ALPHA ? IC : offset + 0x40) {
            bytes memory sum = bytes.concat(_slice(packed, offset, 0x40), new bytes(0x40));
            (bool valid,) = address(6).staticcall(sum);
            if (!valid || hashOf(packed, offset, offset + 0x40) == infinity1) revert KeyPointInvalid(circuitId, offset);
        }
    }

    function _slice(bytes memory packed, uint256 start, uint256 length) private pure returns (bytes memory slice) {
        slice = new bytes(length);
        for (uint256 i = 0; i < length; i++) slice[i] = packed[start + i];
    }
}
