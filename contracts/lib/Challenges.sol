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

    /// @notice t = sum of t_b and w = sum of alpha^(2^14 b) w_b with alpha = gamma^(2^14), so that account u of batch b has
    /// the weight alpha^(u + 2^14 b). Reverts when a batch's signal is not in the field.
    function sums(ISolvencyRegistry.Batch[] calldata batches, uint256 gamma_) internal pure returns (uint256 t, uint256 w) {
        uint256 step = gamma_;
        for (uint256 i = 0; i < 2 * COLUMN_BITS; i++) step = mulmod(step, step, FIELD);
        for (uint256 b = batches.length; b > 0; b--) {
            ISolvencyRegistry.Batch calldata batch = batches[b - 1];
            requireInField(batch.root);
            requireInField(batch.transcript);
            requireInField(batch.t);
            requireInField(batch.w);
            t = addmod(t, batch.t, FIELD);
            w = addmod(mulmod(w, step, FIELD), batch.w, FIELD);
        }
    }

    function requireInField(uint256 value) internal pure {
        if (value >= FIELD) revert NotInField(value);
    }
}
