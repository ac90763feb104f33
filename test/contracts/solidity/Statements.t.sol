// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IReserveBook} from "../../../contracts/interfaces/IReserveBook.sol";
import {Statements} from "../../../contracts/lib/Statements.sol";
import {Fuzz} from "./support/Fuzz.sol";

contract StatementsTest is Fuzz {
    function addTo(uint256[] memory sums, IReserveBook.Statement calldata statement)
        external
        pure
        returns (uint256[] memory)
    {
        Statements.addTo(sums, statement);
        return sums;
    }

    function hash(
        address registry,
        uint64 epoch,
        uint64 snapshotTime,
        bytes32 rowTableHash,
        uint256[] calldata assets,
        uint256[] calldata amounts
    ) external pure returns (bytes32) {
        return Statements.hash(registry, epoch, snapshotTime, rowTableHash, assets, amounts);
    }

    /// @dev Ascending assets of the list, with amounts up to 2^128 - 1.
    function randomStatement(uint256 seed, uint256 listed) internal pure returns (IReserveBook.Statement memory made) {
        uint256 mask = draw(seed, "mask");
        uint256 count = 0;
        for (uint256 k = 0; k < listed; k++) count += (mask >> k) & 1;
        (made.assets, made.amounts) = (new uint256[](count), new uint256[](count));
        made.attestor = address(uint160(draw(seed, "attestor")));
        uint256 next = 0;
        for (uint256 k = 0; k < listed; k++) {
            if ((mask >> k) & 1 == 0) continue;
            made.assets[next] = k;
            made.amounts[next++] = within(draw(seed, "amount", k), 0, type(uint128).max);
        }
    }

    function testFuzz_AmountsAreAddedWhereTheyBelong(uint256 seed, uint256 before) external view {
        uint256 listed = within(seed, 1, 40);
        uint256[] memory sums = new uint256[](listed);
        for (uint256 k = 0; k < listed; k++) sums[k] = draw(before, "sum", k) >> 2;
        IReserveBook.Statement memory made = randomStatement(seed, listed);
        uint256[] memory added = this.addTo(sums, made);
        for (uint256 i = 0; i < made.assets.length; i++) sums[made.assets[i]] += made.amounts[i];
        same(abi.encode(added), abi.encode(sums), "sums");
    }

    function testFuzz_OneFaultRefusesTheStatement(uint256 seed) external {
        uint256 listed = within(seed, 2, 40);
        IReserveBook.Statement memory made = randomStatement(seed, listed);
        uint256 count = made.assets.length;
        vm.assume(count > 1);
        uint256 i = draw(seed, "place") % count;
        uint256 fault = draw(seed, "fault") % 5;
        if (fault == 0) made.amounts = new uint256[](count - 1);
        else if (fault == 1) made.amounts = new uint256[](count + 1);
        else if (fault == 2) made.assets[count - 1] = within(draw(seed, "beyond"), listed, type(uint256).max);
        else if (fault == 3) made.amounts[i] = within(draw(seed, "amount"), 1 << 128, type(uint256).max);
        // An asset twice, or out of order.
        else made.assets[i > 0 ? i : 1] = within(draw(seed, "order"), 0, made.assets[i > 0 ? i - 1 : 0]);
        vm.expectRevert(abi.encodeWithSelector(IReserveBook.StatementMalformed.selector, made.attestor));
        this.addTo(new uint256[](listed), made);
    }

    /// @dev Where a list ends is part of what is signed.
    function testFuzz_MovingAWordFromListToListIsAnotherStatement(uint256 seed) external view {
        uint256[] memory assets = new uint256[](within(seed, 0, 5));
        uint256[] memory amounts = new uint256[](within(draw(seed, "amounts"), 1, 5));
        uint256[] memory more = new uint256[](assets.length + 1);
        uint256[] memory fewer = new uint256[](amounts.length - 1);
        for (uint256 i = 0; i < assets.length; i++) more[i] = assets[i] = draw(seed, "asset", i);
        for (uint256 i = 0; i < amounts.length; i++) amounts[i] = draw(seed, "amount", i);
        more[assets.length] = amounts[0];
        for (uint256 i = 0; i < fewer.length; i++) fewer[i] = amounts[i + 1];
        bytes32 hashed = this.hash(address(this), 1, 2, 0, assets, amounts);
        require(hashed != this.hash(address(this), 1, 2, 0, more, fewer), "moved");
        require(hashed != this.hash(address(this), 2, 2, 0, assets, amounts), "another epoch");
        require(hashed != this.hash(address(this), 1, 3, 0, assets, amounts), "another time");
        require(hashed != this.hash(address(vm), 1, 2, 0, assets, amounts), "another registry");
        bytes32 table = bytes32(within(draw(seed, "table"), 1, type(uint256).max));
        require(hashed != this.hash(address(this), 1, 2, table, assets, amounts), "another row table");
    }
}
