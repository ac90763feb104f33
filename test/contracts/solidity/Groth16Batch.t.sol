// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {BATCH_SIGNALS, EPOCH_BETA, EPOCH_GAMMA, EPOCH_SIGNALS, FIELD} from "../../../contracts/generated/Constants.sol";
import {ISolvencyRegistry} from "../../../contracts/interfaces/ISolvencyRegistry.sol";
import {DataContract} from "../../../contracts/lib/DataContract.sol";
import {Groth16Batch} from "../../../contracts/lib/Groth16Batch.sol";
import {Groth16Harness} from "../../../contracts/mocks/Groth16Harness.sol";
import {Fuzz} from "./support/Fuzz.sol";
import {Trapdoor} from "./support/Trapdoor.sol";

/// @notice The combined check against checks one by one, on random good and bad proofs under several keys.
contract Groth16BatchTest is Fuzz {
    uint256 private constant ALPHA = 0xa1fa;

    Groth16Harness private _harness;
    /// @dev Two circuits for batches, one for epochs.
    Trapdoor.Key[3] private _keys;
    address[3] private _stored;

    struct Call {
        uint256[] circuits;
        Groth16Harness.KeyRun[] runs;
        ISolvencyRegistry.Batch[] batches;
        uint256[8] epochProof;
        uint256[EPOCH_SIGNALS] signals;
    }

    function setUp() external {
        _harness = new Groth16Harness();
        _keys[0] = Trapdoor.newKey(0, ALPHA, 4, BATCH_SIGNALS);
        _keys[1] = Trapdoor.newKey(1, ALPHA, 5, BATCH_SIGNALS);
        _keys[2] = Trapdoor.newKey(2, ALPHA, 5, EPOCH_SIGNALS);
        for (uint256 i = 0; i < 3; i++) _stored[i] = DataContract.write(Trapdoor.packed(_keys[i]));
    }

    /// @dev What all proofs below rest on: e(k G1, G2) = e(G1, k G2).
    function test_TheTableHasMultiplesOfTheGenerator() external view {
        for (uint256 k = 1; k <= Trapdoor.MOST; k++) {
            uint256[2] memory negated = Trapdoor.g1(FIELD - k);
            require(Trapdoor.pairing(abi.encode(negated, Trapdoor.g2(1), Trapdoor.g1(1), Trapdoor.g2(k))), "table");
        }
    }

    function randomCall(uint256 seed, uint256 count) internal view returns (Call memory made) {
        for (uint256 i = 0; i < EPOCH_SIGNALS; i++) made.signals[i] = draw(seed, "signal", i) % FIELD;
        made.circuits = new uint256[](count);
        made.runs = new Groth16Harness.KeyRun[](count);
        made.batches = new ISolvencyRegistry.Batch[](count);
        for (uint256 i = 0; i < count; i++) {
            uint256 circuit = made.circuits[i] = draw(seed, "circuit", i) % 2;
            made.runs[i] = Groth16Harness.KeyRun(_stored[circuit], 1);
            ISolvencyRegistry.Batch memory batch = made.batches[i];
            (batch.root, batch.transcript) = (draw(seed, "root", i) % FIELD, draw(seed, "transcript", i) % FIELD);
            (batch.t, batch.w) = (draw(seed, "t", i) % FIELD, draw(seed, "w", i) % FIELD);
            batch.proof = Trapdoor.prove(_keys[circuit], batchSignals(made, i), draw(seed, "proof", i));
        }
        made.epochProof = Trapdoor.prove(_keys[2], epochSignals(made), draw(seed, "epoch"));
    }

    function batchSignals(Call memory made, uint256 i) internal pure returns (uint256[] memory signals) {
        ISolvencyRegistry.Batch memory batch = made.batches[i];
        signals = new uint256[](BATCH_SIGNALS);
        (signals[0], signals[1], signals[2], signals[3]) = (batch.root, batch.transcript, batch.t, batch.w);
        (signals[4], signals[5]) = (made.signals[EPOCH_GAMMA], made.signals[EPOCH_BETA]);
    }

    function epochSignals(Call memory made) internal pure returns (uint256[] memory signals) {
        signals = new uint256[](EPOCH_SIGNALS);
        for (uint256 i = 0; i < EPOCH_SIGNALS; i++) signals[i] = made.signals[i];
    }

    /// @dev Whether every proof holds by itself.
    function holdOneByOne(Call memory made) internal view returns (bool all) {
        all = Trapdoor.proves(_keys[2], epochSignals(made), made.epochProof);
        for (uint256 i = 0; i < made.batches.length; i++) {
            all = Trapdoor.proves(_keys[made.circuits[i]], batchSignals(made, i), made.batches[i].proof) && all;
        }
    }

    function holdTogether(Call memory made) internal view returns (bool) {
        try _harness.check(made.runs, made.batches, made.epochProof, made.signals, _stored[2]) {
            return true;
        } catch (bytes memory reason) {
            same(reason, abi.encodeWithSelector(Groth16Batch.ProofsRejected.selector), "reason");
            return false;
        }
    }

    /// @dev A well-formed proof that is false, or a true one of something else.
    function spoil(Call memory made, uint256 seed) internal view {
        uint256 count = made.batches.length;
        uint256 i = draw(seed, "which") % count;
        uint256 other = draw(seed, "other") % count;
        ISolvencyRegistry.Batch memory batch = made.batches[i];
        uint256 kind = draw(seed, "fault") % 9;
        if (kind == 0) batch.t = addmod(batch.t, 1, FIELD);
        else if (kind == 1) batch.root = draw(seed, "root") % FIELD;
        else if (kind == 2) made.signals[draw(seed, "signal") % EPOCH_SIGNALS] ^= 1;
        else if (kind == 3) (batch.proof, made.batches[other].proof) = (made.batches[other].proof, batch.proof);
        else if (kind == 4) made.epochProof = batch.proof;
        else if (kind == 5) (made.circuits[i], made.runs[i].key) = (1 - made.circuits[i], _stored[1 - made.circuits[i]]);
        else if (kind == 6) shift(batch.proof, draw(seed, "shift"));
        else if (kind == 7) cancel(made, i, other, draw(seed, "shift") % FIELD);
        // Nothing changes but the order of good proofs: still good.
        else (made.batches[i], made.batches[other]) = (made.batches[other], made.batches[i]);
        if (kind == 8) {
            (made.circuits[i], made.circuits[other]) = (made.circuits[other], made.circuits[i]);
            (made.runs[i], made.runs[other]) = (made.runs[other], made.runs[i]);
        }
    }

    function shift(uint256[8] memory proof, uint256 by) internal view {
        uint256[2] memory moved = Trapdoor.add([proof[6], proof[7]], Trapdoor.g1(by));
        (proof[6], proof[7]) = (moved[0], moved[1]);
    }

    /// @dev Two false proofs whose errors add up to nothing: with equal weights they would pass.
    function cancel(Call memory made, uint256 i, uint256 other, uint256 by) internal view {
        shift(made.batches[i].proof, mulmod(by, _keys[made.circuits[other]].delta, FIELD));
        shift(made.batches[other].proof, mulmod(FIELD - by, _keys[made.circuits[i]].delta, FIELD));
    }

    /// hardhat-config: default.fuzz.runs = 30
    /// hardhat-config: long.fuzz.runs = 500
    function testFuzz_AllTogetherHoldsWhereEachHoldsByItself(uint256 seed) external view {
        Call memory made = randomCall(seed, within(draw(seed, "count"), 1, 4));
        if (draw(seed, "good") % 4 != 0) spoil(made, seed);
        if (draw(seed, "worse") % 4 == 0) spoil(made, draw(seed, "again"));
        same(holdTogether(made), holdOneByOne(made), "together");
    }

    /// hardhat-config: default.fuzz.runs = 15
    /// hardhat-config: long.fuzz.runs = 300
    function testFuzz_ErrorsThatCancelAreRefused(uint256 seed) external view {
        Call memory made = randomCall(seed, 2);
        require(holdTogether(made), "the honest ones");
        cancel(made, 0, 1, within(draw(seed, "by"), 1, FIELD - 1));
        require(!holdTogether(made), "cancelled");
    }

    /// hardhat-config: default.fuzz.runs = 20
    /// hardhat-config: long.fuzz.runs = 300
    function testFuzz_WordsThatAreNoPointsAreRefused(uint256 seed) external {
        Call memory made = randomCall(seed, 2);
        bool inEpoch = draw(seed, "epoch") % 2 == 0;
        uint256[8] memory proof = inEpoch ? made.epochProof : made.batches[draw(seed, "which") % 2].proof;
        uint256 word = draw(seed, "word") % 8;
        uint256 kind = draw(seed, "fault") % 3;
        if (kind == 0) proof[word] += Trapdoor.BASE_FIELD;
        else if (kind == 1) proof[word] = draw(seed, "random");
        else proof[word] = type(uint256).max;
        vm.expectRevert(abi.encodeWithSelector(Groth16Batch.PointInvalid.selector));
        _harness.check(made.runs, made.batches, made.epochProof, made.signals, _stored[2]);
    }

    function test_InfinityIsRefused() external {
        for (uint256 part = 0; part < 3; part++) {
            for (uint256 which = 0; which < 3; which++) {
                Call memory made = randomCall(part, 2);
                uint256[8] memory proof = which == 2 ? made.epochProof : made.batches[which].proof;
                (uint256 from, uint256 to) = part == 0 ? (0, 2) : part == 1 ? (2, 6) : (6, 8);
                for (uint256 i = from; i < to; i++) proof[i] = 0;
                vm.expectRevert(abi.encodeWithSelector(Groth16Batch.PointAtInfinity.selector));
                _harness.check(made.runs, made.batches, made.epochProof, made.signals, _stored[2]);
            }
        }
    }
}
