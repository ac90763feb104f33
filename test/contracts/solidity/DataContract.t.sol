// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {DataContract} from "../../../contracts/lib/DataContract.sol";
import {Fuzz} from "./support/Fuzz.sol";

contract DataContractTest is Fuzz {
    function write(bytes memory data) external returns (address) {
        return DataContract.write(data);
    }

    /// @dev Random bytes of any length, 0 and multiples of 32 among them.
    function random(uint256 seed, uint256 most) internal pure returns (bytes memory data) {
        uint256 length = within(seed, 0, most);
        if (draw(seed, "whole words") % 3 == 0) length -= length % 32;
        data = new bytes(length);
        for (uint256 i = 0; i < length; i++) data[i] = bytes1(uint8(draw(seed, "byte", i / 32) >> (i % 32)));
    }

    function testFuzz_WhatWasWrittenIsRead(uint256 seed) external {
        bytes memory data = random(seed, 600);
        address where = DataContract.write(data);
        same(DataContract.sizeOf(where), data.length, "size");
        same(DataContract.read(where, data.length), data, "data");
        same(where.code, bytes.concat(hex"00", data), "code");
    }

    function testFuzz_SlicesAreThoseOfTheDataThenZeros(uint256 seed) external {
        bytes memory data = random(seed, 300);
        address where = DataContract.write(data);
        uint256 start = within(draw(seed, "start"), 0, data.length + 40);
        uint256 length = within(draw(seed, "length"), 0, 340);
        // Memory that is not clean, so that zeros have to be written.
        bytes memory dirt = new bytes(2_000);
        for (uint256 i = 0; i < dirt.length; i++) dirt[i] = 0xff;
        assembly ("memory-safe") {
            // Gives the dirt back: it is not used again.
            mstore(0x40, dirt)
        }
        bytes memory slice = DataContract.slice(where, start, length);
        bytes memory expected = new bytes(length);
        for (uint256 i = 0; i < length; i++) if (start + i < data.length) expected[i] = data[start + i];
        same(slice, expected, "slice");
    }

    /// @dev It is a contract that anybody may call: nothing happens.
    function testFuzz_CallingTheDataDoesNothing(uint256 seed, bytes calldata input) external {
        address where = DataContract.write(random(seed, 100));
        (bool done, bytes memory answer) = where.call{value: 0}(input);
        require(done && answer.length == 0, "the code ran");
    }

    function test_MoreThanTwoBytesCanCountIsRefusedOrWhole() external {
        // The size in the creation code has two bytes: 65,535 with the STOP before it.
        try this.write(new bytes(65_534)) returns (address where) {
            same(DataContract.sizeOf(where), 65_534, "size");
        } catch (bytes memory reason) {
            same(reason, abi.encodeWithSelector(DataContract.DataNotStored.selector), "reason");
        }
        for (uint256 beyond = 65_535; beyond <= 65_538; beyond++) {
            vm.expectRevert(abi.encodeWithSelector(DataContract.DataNotStored.selector));
            this.write(new bytes(beyond));
        }
    }
}
