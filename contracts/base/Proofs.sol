// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {BATCH_SIGNALS, EPOCH_SIGNALS} from "../generated/Constants.sol";
import {Challenges} from "../lib/Challenges.sol";
import {Groth16Batch} from "../lib/Groth16Batch.sol";
import {VerificationKeys} from "../lib/VerificationKeys.sol";
import {Circuits} from "./Circuits.sol";

/// @title The proofs of a call, each added to one pairing check under its circuit's key
abstract contract Proofs is Circuits {
    /// @dev Adds all batch proofs of the call, and returns the last key.
    function _addRuns(
        Groth16Batch.Work memory work,
        Run[] calldata runs,
        Batch[] calldata batches,
        uint256 gamma,
        uint256 beta
    ) internal view returns (bytes memory key) {
        // Proofs and signals are in the call's data; the challenges follow from it or from an earlier one.
        bytes32 seed = keccak256(abi.encode(keccak256(msg.data), gamma, beta));
        Groth16Batch.Challenge memory challenge = Groth16Batch.Challenge(gamma, beta, seed);
        uint256 from = 0;
        for (uint256 r = 0; r < runs.length; r++) {
            key = VerificationKeys.read(_requireCircuit(runs[r].circuitId, false).key, BATCH_SIGNALS);
            uint256 to = from + runs[r].count;
            Groth16Batch.addRun(work, batches, from, to, key, challenge);
            from = to;
        }
    }

    /// @dev Adds the epoch proof for (gamma, beta, t, w), and returns its key.
    function _addEpoch(
        Groth16Batch.Work memory work,
        Terms calldata terms,
        uint256[8] calldata proof,
        uint256[4] memory drawn
    ) internal view returns (bytes memory key) {
        key = VerificationKeys.read(_requireCircuit(terms.epochCircuitId, true).key, EPOCH_SIGNALS);
        uint256 rho = Challenges.claimsPolynomial(terms.claims, drawn[0]);
        uint256[EPOCH_SIGNALS] memory signals = [
            terms.policyHash,
            terms.totalsCommitment,
            terms.weightsCommitment,
            drawn[0],
            drawn[1],
            drawn[2],
            drawn[3],
            rho
        ];
        Groth16Batch.addEpoch(work, proof, signals, key);
    }
}
