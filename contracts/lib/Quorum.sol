// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title m of n signatures, each signer counted once
/// @dev A contract that signs is asked by STATICCALL: it cannot call back and write.
library Quorum {
    /// @dev A bit for each publisher fits a word, with room.
    uint256 internal constant MAX_PUBLISHERS = 64;

    /// @notice More than half must sign, so that two quorums share a publisher. Ascending, so that none is listed twice.
    function validate(address[] memory publishers, uint256 threshold) internal pure {
        uint256 count = publishers.length;
        if (count > MAX_PUBLISHERS || threshold > count || 2 * threshold <= count) {
            revert IPolicyRegistry.PublishersMiscounted(count, threshold);
        }
        for (uint256 i = 0; i < count; i++) {
            // The first one is above 0, whom no signature recovers to.
            if (publishers[i] <= (i == 0 ? address(0) : publishers[i - 1])) {
                revert IPolicyRegistry.PublishersNotAscending(i);
            }
        }
    }

    /// @notice Reverts unless `threshold` different publishers signed and every signature given is good. Who signed comes back.
    function check(
        address[] memory publishers,
        uint256 threshold,
        IPolicyRegistry.Endorsement[] calldata endorsements,
        bytes32 digest
    ) internal view returns (address[] memory signers) {
        if (endorsements.length < threshold) {
            revert IPolicyRegistry.SignaturesTooFew(endorsements.length, threshold);
        }
        signers = new address[](endorsements.length);
        uint256 seen;
        for (uint256 i = 0; i < endorsements.length; i++) {
            address publisher = endorsements[i].publisher;
            uint256 bit = 1 << _indexOf(publishers, publisher);
            if (seen & bit != 0) revert IPolicyRegistry.PublisherTwice(publisher);
            seen |= bit;
            if (!SignatureChecker.isValidSignatureNowCalldata(publisher, digest, endorsements[i].signature)) {
                revert IPolicyRegistry.PublisherSignatureInvalid(publisher, digest);
            }
            signers[i] = publisher;
        }
    }

    function _indexOf(address[] memory publishers, address publisher) private pure returns (uint256) {
        for (uint256 i = 0; i < publishers.length; i++) {
            if (publishers[i] == publisher) return i;
        }
        revert IPolicyRegistry.PublisherUnknown(publisher);
    }
}
