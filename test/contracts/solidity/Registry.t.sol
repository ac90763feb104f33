// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IPolicyRegistry} from "../../../contracts/interfaces/IPolicyRegistry.sol";
import {IReserveBook} from "../../../contracts/interfaces/IReserveBook.sol";
import {ISolvencyRegistry} from "../../../contracts/interfaces/ISolvencyRegistry.sol";
import {Fuzz} from "./support/Fuzz.sol";
import {RegistryHandler} from "./support/RegistryHandler.sol";

/// @notice What holds of SolvencyRegistry, ReserveBook and PolicyRegistry after any steps of anybody.
contract RegistryTest is Fuzz {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    RegistryHandler private _handler;
    ISolvencyRegistry private _registry;

    function setUp() external {
        _handler = new RegistryHandler();
        _registry = _handler.registry();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_handler), steps());
    }

    function steps() internal pure returns (bytes4[] memory selectors) {
        selectors = new bytes4[](10);
        selectors[0] = RegistryHandler.advance.selector;
        selectors[1] = RegistryHandler.open.selector;
        selectors[2] = RegistryHandler.publish.selector;
        selectors[3] = RegistryHandler.commit.selector;
        selectors[4] = RegistryHandler.prove.selector;
        selectors[5] = RegistryHandler.finalise.selector;
        selectors[6] = RegistryHandler.attest.selector;
        selectors[7] = RegistryHandler.sample.selector;
        selectors[8] = RegistryHandler.move.selector;
        selectors[9] = RegistryHandler.wait.selector;
    }

    /// @notice After the last step of a run.
    function afterInvariant() external {
        _handler.complete(uint256(_handler.recordHash(_handler.epoch())) ^ block.timestamp);
        checkAll();
    }

    function invariant_TheRegistriesAreWhereTheModelIs() external view {
        checkAll();
    }

    function checkAll() internal view {
        epochsOnlyIncrease();
        nothingAttestedChanges();
        nothingPublishedChanges();
        aCommitmentIsNotReplaced();
        readingsNeverRiseWithinARound();
    }

    function epochsOnlyIncrease() internal view {
        (uint64 epoch, uint64 snapshotTime, bool isPending) = _registry.opening();
        same(epoch, _handler.epoch(), "epoch");
        same(snapshotTime, _handler.snapshotTime(), "snapshotTime");
        same(isPending, _handler.isPending(), "isPending");
        same(_registry.isFrozen(), isPending, "isFrozen");
        uint64[] memory attested = _handler.attestedEpochs();
        for (uint256 i = 1; i < attested.length; i++) require(attested[i] > attested[i - 1], "epochs do not increase");
        if (attested.length == 0) return;
        uint64 last = attested[attested.length - 1];
        same(_registry.latest().epoch, last, "latest");
        require(last <= epoch, "attested before it was opened");
    }

    function nothingAttestedChanges() internal view {
        uint64[] memory attested = _handler.attestedEpochs();
        for (uint256 i = 0; i < attested.length; i++) {
            bytes32 record = keccak256(abi.encode(_registry.attestationOf(attested[i])));
            same(record, _handler.recordHash(attested[i]), "record");
        }
    }

    function nothingPublishedChanges() internal view {
        uint64[] memory times = _handler.publishedTimes();
        for (uint256 i = 0; i < times.length; i++) {
            bytes32 policy = keccak256(abi.encode(_handler.policies().policyAt(times[i])));
            same(policy, _handler.policyHashes(times[i]), "policy");
        }
    }

    function aCommitmentIsNotReplaced() internal view {
        if (!_handler.isCommitted()) return;
        (bytes32 root,, uint32 proved) = _registry.commitmentOf(_handler.epoch());
        same(root, _handler.committedRoot(), "committed root");
        uint256 bits = _handler.provedBits();
        same(_registry.provedBatches(_handler.epoch(), 0), bits, "proved bits");
        for (; bits != 0; bits &= bits - 1) proved--;
        same(proved, 0, "proved");
    }

    /// @dev The model only ever lowers what it read, until the next opening.
    function readingsNeverRiseWithinARound() internal view {
        if (_handler.epoch() == 0) return;
        IReserveBook.Reading[] memory readings = _handler.book().lowest();
        for (uint256 i = 0; i < readings.length; i++) {
            same(readings[i].reserves, _handler.lowestOf(i, 0), "reserves");
            same(readings[i].insurance, _handler.lowestOf(i, 1), "insurance");
        }
    }

    /// @dev Invariants of steps that never pass would say nothing.
    function test_EveryKindOfStepPasses() external {
        for (uint256 i = 0; i < 60; i++) {
            _handler.move(i);
            _handler.advance(draw(0, "step", i));
            _handler.sample(i);
            checkAll();
        }
        bytes4[7] memory kinds = [
            ISolvencyRegistry.open.selector,
            IPolicyRegistry.publish.selector,
            ISolvencyRegistry.commit.selector,
            ISolvencyRegistry.prove.selector,
            ISolvencyRegistry.finalise.selector,
            ISolvencyRegistry.attest.selector,
            IReserveBook.sample.selector
        ];
        for (uint256 i = 0; i < kinds.length; i++) require(_handler.passed(kinds[i]) > 0, "a kind of step never passed");
    }
}
