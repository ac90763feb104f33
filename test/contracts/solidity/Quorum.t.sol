// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IPolicyRegistry} from "../../../contracts/interfaces/IPolicyRegistry.sol";
import {Quorum} from "../../../contracts/lib/Quorum.sol";
import {Fuzz} from "./support/Fuzz.sol";

/// @notice m of n against a count of distinct publishers with good signatures.
contract QuorumTest is Fuzz {
    function check(
        address[] memory publishers,
        uint256 threshold,
        IPolicyRegistry.Endorsement[] calldata endorsements,
        bytes32 digest
    ) external view returns (address[] memory) {
        return Quorum.check(publishers, threshold, endorsements, digest);
    }

    function validate(address[] memory publishers, uint256 threshold) external pure {
        Quorum.validate(publishers, threshold);
    }

    struct Case {
        uint256[] keys;
        address[] publishers;
        uint256 threshold;
        bytes32 digest;
        IPolicyRegistry.Endorsement[] endorsements;
        bytes fault;
    }

    /// @dev Endorsements in any order, with publishers left out, repeated, unknown, or signed by another key or for another
    /// digest; `fault` is what the first of them meets.
    function randomCase(uint256 seed) internal pure returns (Case memory made) {
        uint256 count = within(draw(seed, "count"), 1, 5);
        (made.keys, made.publishers) = (new uint256[](count), new address[](count));
        for (uint256 i = 0; i < count; i++) {
            made.keys[i] = draw(seed, "key", i) >> 8;
            made.publishers[i] = vm.addr(made.keys[i]);
        }
        made.threshold = within(draw(seed, "threshold"), count / 2 + 1, count);
        made.digest = bytes32(draw(seed, "digest"));
        uint256 given = within(draw(seed, "given"), count / 2, count + 1);
        // Mostly one each from a random publisher on, so that most cases have few faults.
        uint256 offset = draw(seed, "offset") % count;
        made.endorsements = new IPolicyRegistry.Endorsement[](given);
        if (given < made.threshold) {
            made.fault = abi.encodeWithSelector(IPolicyRegistry.SignaturesTooFew.selector, given, made.threshold);
        }
        uint256 seen = 0;
        for (uint256 i = 0; i < given; i++) {
            uint256 publisher = (offset + i) % count;
            uint256 kind = draw(seed, "kind", i) % 24;
            if (kind == 0) publisher = draw(seed, "any", i) % count;
            address named = kind == 1 ? vm.addr(draw(seed, "stranger", i) >> 8) : made.publishers[publisher];
            uint256 key = made.keys[kind == 2 ? (publisher + 1) % count : publisher];
            bytes32 signed = kind == 3 ? bytes32(uint256(made.digest) ^ 1) : made.digest;
            made.endorsements[i] = IPolicyRegistry.Endorsement(named, signature(key, signed));
            bool isGood = vm.addr(key) == named && signed == made.digest;
            if (made.fault.length != 0) continue;
            if (kind == 1) made.fault = abi.encodeWithSelector(IPolicyRegistry.PublisherUnknown.selector, named);
            else if ((seen >> publisher) & 1 == 1) made.fault = abi.encodeWithSelector(IPolicyRegistry.PublisherTwice.selector, named);
            else if (!isGood) made.fault = abi.encodeWithSelector(IPolicyRegistry.PublisherSignatureInvalid.selector, named, made.digest);
            seen |= 1 << publisher;
        }
    }

    function signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// hardhat-config: default.fuzz.runs = 300
    function testFuzz_SignaturesCountOnceEachOrTheFirstFaultIsNamed(uint256 seed) external {
        Case memory made = randomCase(seed);
        if (made.fault.length != 0) vm.expectRevert(made.fault);
        address[] memory signers = this.check(made.publishers, made.threshold, made.endorsements, made.digest);
        if (made.fault.length != 0) return;
        require(signers.length >= made.threshold, "too few");
        for (uint256 i = 0; i < signers.length; i++) same(signers[i], made.endorsements[i].publisher, "signer");
    }

    function testFuzz_OrderDoesNotMatter(uint256 seed) external view {
        uint256 count = within(draw(seed, "count"), 2, 5);
        (uint256[] memory keys, address[] memory publishers) = (new uint256[](count), new address[](count));
        for (uint256 i = 0; i < count; i++) publishers[i] = vm.addr(keys[i] = draw(seed, "key", i) >> 8);
        IPolicyRegistry.Endorsement[] memory endorsements = new IPolicyRegistry.Endorsement[](count);
        for (uint256 i = 0; i < count; i++) {
            endorsements[i] = IPolicyRegistry.Endorsement(publishers[i], signature(keys[i], bytes32(seed)));
        }
        for (uint256 i = count - 1; i > 0; i--) {
            uint256 other = draw(seed, "swap", i) % (i + 1);
            (endorsements[i], endorsements[other]) = (endorsements[other], endorsements[i]);
        }
        same(this.check(publishers, count, endorsements, bytes32(seed)).length, count, "signers");
    }

    /// hardhat-config: default.fuzz.runs = 300
    function testFuzz_TwoQuorumsSharePublishers(uint256 seed) external {
        address[] memory publishers = new address[](within(draw(seed, "count"), 0, 66));
        uint256 count = publishers.length;
        uint256 threshold = within(draw(seed, "threshold"), 0, count + 1);
        uint256 bad = count;
        for (uint256 i = 0; i < count; i++) {
            address before = i == 0 ? address(0) : publishers[i - 1];
            // Steps of 0 and backwards now and then; the first may be 0.
            uint256 drawn = draw(seed, "step", i) % 200;
            publishers[i] = drawn == 0 ? before : drawn == 1 ? address(uint160(before) / 2) : address(uint160(before) + 7);
            if (bad == count && publishers[i] <= before) bad = i;
        }
        if (count > 64 || threshold > count || threshold + threshold <= count) {
            vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.PublishersMiscounted.selector, count, threshold));
        } else if (bad < count) {
            vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.PublishersNotAscending.selector, bad));
        }
        this.validate(publishers, threshold);
    }
}
