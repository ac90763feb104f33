// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IReserveBook} from "../interfaces/IReserveBook.sol";
import {PolicyTable} from "../lib/PolicyTable.sol";
import {Statements} from "../lib/Statements.sol";
import {BookOfRegistry} from "./BookOfRegistry.sol";

/// @title Who may vouch for what no contract reads, and what they say
abstract contract Attestors is BookOfRegistry {
    /// @notice From naming an attestor until its statements count, in seconds. A snapshot is at most a day after its opening,
    /// so whoever vouches for an epoch was named, for all to see, a day or more before the epoch was opened.
    /// @dev A constant: readers know it without looking, and the owner, whom it binds, doesn't choose it. The time lock of the
    /// policies is another matter: it is set by their owner, for all exchanges that they serve.
    uint64 public constant ATTESTOR_DELAY = 2 days;

    mapping(address attestor => string) public attestorName;
    mapping(address attestor => uint64) public attestorFrom;

    /// @inheritdoc IReserveBook
    function nameAttestor(address attestor, string calldata name) external onlyOwner {
        if (attestor == address(0) || bytes(name).length == 0) revert AttestorUnknown(attestor);
        string memory known = attestorName[attestor];
        bool isRenamed = bytes(known).length != 0 && keccak256(bytes(known)) != keccak256(bytes(name));
        if (attestorFrom[attestor] != 0 || isRenamed) revert AttestorNamedBefore(attestor, known);
        uint64 from = uint64(block.timestamp) + ATTESTOR_DELAY;
        (attestorName[attestor], attestorFrom[attestor]) = (name, from);
        emit AttestorNamed(attestor, name, from);
    }

    /// @inheritdoc IReserveBook
    function removeAttestor(address attestor) external onlyOwner {
        if (attestorFrom[attestor] == 0) revert AttestorUnknown(attestor);
        delete attestorFrom[attestor];
        emit AttestorRemoved(attestor);
    }

    /// @inheritdoc IReserveBook
    function statementDigest(
        uint64 epoch,
        uint64 snapshotTime,
        bytes32 rowTableHash,
        uint256[] calldata assets,
        uint256[] calldata amounts
    ) public view returns (bytes32) {
        return _hashTypedDataV4(Statements.hash(registry, epoch, snapshotTime, rowTableHash, assets, amounts));
    }

    /// @dev What attestors say to hold of each asset; empty without statements.
    function _vouched(
        uint64 epoch,
        uint64 snapshotTime,
        address policy,
        Statement[] calldata statements,
        uint256 assets
    ) internal returns (uint256[] memory sums) {
        if (statements.length == 0) return sums;
        sums = new uint256[](assets);
        bytes32 rowTableHash = PolicyTable.readRowTable(policy);
        for (uint256 i = 0; i < statements.length; i++) {
            Statement calldata one = statements[i];
            // Ascending, so that nobody's statement counts twice.
            if (i > 0 && one.attestor <= statements[i - 1].attestor) revert AttestorsNotAscending(i);
            _requireAttestor(one.attestor, snapshotTime);
            Statements.addTo(sums, one);
            bytes32 digest = statementDigest(epoch, snapshotTime, rowTableHash, one.assets, one.amounts);
            if (!_isSigned(one.attestor, digest, one.signature)) revert StatementSignatureInvalid(one.attestor, digest);
            emit ReservesVouched(epoch, one.attestor, one.assets, one.amounts);
        }
    }

    function _requireAttestor(address attestor, uint64 snapshotTime) private view {
        uint64 from = attestorFrom[attestor];
        if (from == 0) revert AttestorUnknown(attestor);
        if (snapshotTime < from) revert AttestorTooNew(attestor, from, snapshotTime);
    }
}
