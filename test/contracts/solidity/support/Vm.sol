// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @notice What these tests use of Hardhat's cheat codes: functions of an address at which only the test runner has something.
interface Vm {
    function assume(bool condition) external pure;
    function addr(uint256 privateKey) external pure returns (address);
    function deal(address account, uint256 balance) external;
    function expectRevert(bytes calldata data) external;
    function expectRevert(bytes4 selector) external;
    function prank(address sender) external;
    function roll(uint256 number) external;
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function warp(uint256 timestamp) external;
}
