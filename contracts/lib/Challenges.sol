// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {
    BETA_FLOOR,
    CLAIM_BITS,
    COLUMN_BITS,
    DOMAIN_BETA,
    DOMAIN_GAMMA,
    FIELD
} from "../generated/Constants.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";

/// @title What the verifier draws, and the sums that it forms itself
/// @notice gamma depends on everything that decides an account's equations, beta on gamma and the weighted totals.
library Challenges {
    /// @notice All that is fixed before gamma, in the order of its preimage.
    struct GammaInput {
        uint256 chainId;
        address registry;
        address exchange;
        uint64 epoch;
        uint64 snapshotTime;
        uint256 policyHash;
        bytes32 descriptorHash;
        uint256 totalsCommitment;
        bytes32 claimsHash;
        bytes32 epochCircuitId;
        uint256 batchCount;
        bytes32 accountsRoot;
    }

    /// @notice beta could be a row: a pole met exactly proves nothing. The prover draws new blinds.
    error BetaTooSmall(uint256 beta);
    /// @notice A field element that is not below the field's order has a second encoding.
    error NotInField(uint256 value);

    function gamma(GammaInput memory input) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(DOMAIN_GAMMA, input))) % FIELD;
    }

    function beta(uint256 gamma_, uint256 weightsCommitment) internal pure returns (uint256) {
        return betaOfDigest(keccak256(abi.encode(DOMAIN_BETA, gamma_, weightsCommitment)));
    }

    function betaOfDigest(bytes32 digest) internal pure returns (uint256 beta_) {
        beta_ = uint256(digest) % FIELD;
        if (beta_ < BETA_FLOOR) revert BetaTooSmall(beta_);
    }

    /// @notice keccak256 of the claims as words. Reverts on a claim of 2^128 or more.
    function claimsHash(uint256[] calldata claims) internal pure returns (bytes32) {
        uint256 union;
        assembly ("memory-safe") {
            // Reads the list's own words, whose extent the ABI decoder has checked.
            let end := add(claims.offset, mul(claims.length, 0x20))
            for { let at := claims.offset } lt(at, end) { at := add(at, 0x20) } { union := or(union, calldataload(at)) }
        }
        if (union >> CLAIM_BITS != 0) {
            uint256 k = 0;
            while (claims[k] >> CLAIM_BITS == 0) k++;
            revert ISolvencyRegistry.ClaimTooLarge(k, claims[k]);
        }
        return keccak256(abi.encodePacked(claims));
    }

    /// @notice rho = sum of claims_k gamma^k, by Horner from the last.
    function claimsPolynomial(uint256[] calldata claims, uint256 gamma_) internal pure returns (uint256 rho) {
        assembly ("memory-safe") {
            // As above, from the last word to the first.
            let at := add(claims.offset, mul(claims.length, 0x20))
            for {} gt(at, claims.offset) {} {
                at := sub(at, 0x20)
                rho := addmod(mulmod(rho, gamma_, FIELD), calldataload(at), FIELD)
            }
        }
    }

    /// @notice alpha^(2^14) with alpha = gamma^(2^14): the weight of a batch over that of the batch before it.
    function batchStep(uint256 gamma_) internal pure returns (uint256 step) {
        step = gamma_;
        for (uint256 i = 0; i < 2 * COLUMN_BITS; i++) step = mulmod(step, step, FIELD);
    }

    /// @notice t = sum of t_i and w = sum of step^i w_i over the batches i, from 0, whose bit in `skipped` is 0, and
    /// how many these are; so that with
    /// step = alpha^(2^14) account u of batch i has the weight alpha^(u + 2^14 i). Reverts when a signal is not in the field.
    function sums(ISolvencyRegistry.Batch[] calldata batches, uint256 step, uint256 skipped)
        internal
        pure
        returns (uint256 t, uint256 w, uint256 counted)
    {
        for (uint256 i = batches.length; i > 0; i--) {
            ISolvencyRegistry.Batch calldata batch = batches[i - 1];
            requireInField(batch.root);
            requireInField(batch.transcript);
            requireInField(batch.t);
            requireInField(batch.w);
            w = mulmod(w, step, FIELD);
            if ((skipped >> (i - 1)) & 1 == 1) continue;
            t = addmod(t, batch.t, FIELD);
            w = addmod(w, batch.w, FIELD);
            counted++;
        }
    }

    /// @notice base^exponent in the field, in as many steps as the exponent has bits.
    function power(uint256 base, uint256 exponent) internal pure returns (uint256 result) {
        result = 1;
        for (; exponent > 0; exponent >>= 1) {
            if (exponent & 1 == 1) result = mulmod(result, base, FIELD);
            base = mulmod(base, base, FIELD);
        }
    }

    function requireInField(uint256 value) internal pure {
        if (value >= FIELD) revert NotInField(value);
    }
}
