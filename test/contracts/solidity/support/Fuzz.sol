// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Vm} from "./Vm.sol";

/// @notice What fuzz tests share: cheat codes, comparisons that say what differed, and random numbers in a range.
abstract contract Fuzz {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error Differs(string what, uint256 came, uint256 expected);

    function same(uint256 came, uint256 expected, string memory what) internal pure {
        if (came != expected) revert Differs(what, came, expected);
    }

    function same(bytes32 came, bytes32 expected, string memory what) internal pure {
        same(uint256(came), uint256(expected), what);
    }

    function same(address came, address expected, string memory what) internal pure {
        same(uint160(came), uint160(expected), what);
    }

    function same(bool came, bool expected, string memory what) internal pure {
        same(came ? 1 : 0, expected ? 1 : 0, what);
    }

    function same(bytes memory came, bytes memory expected, string memory what) internal pure {
        same(keccak256(came), keccak256(expected), what);
    }

    /// @notice A number from `least` to `most`, the same for the same `seed`. The ends come up often: a quarter of all seeds.
    function within(uint256 seed, uint256 least, uint256 most) internal pure returns (uint256) {
        if (seed % 8 == 0) return least;
        if (seed % 8 == 1) return most;
        return most - least == type(uint256).max ? seed : least + draw(seed, "within") % (most - least + 1);
    }

    /// @notice Random numbers without end, by what they are for.
    function draw(uint256 seed, bytes memory label) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, label)));
    }

    function draw(uint256 seed, bytes memory label, uint256 index) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, label, index)));
    }
}
