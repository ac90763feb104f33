// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {BETA_FLOOR, DOMAIN_BETA, DOMAIN_GAMMA, FIELD} from "../../../contracts/generated/Constants.sol";
import {ISolvencyRegistry} from "../../../contracts/interfaces/ISolvencyRegistry.sol";
import {Challenges} from "../../../contracts/lib/Challenges.sol";
import {Fuzz} from "./support/Fuzz.sol";

/// @notice Sums and powers against the same sums term by term, and signals at the edge of the field.
contract ChallengesTest is Fuzz {
    // The library, for arguments that are in calldata, and for reverts that are awaited.

    function claimsHash(uint256[] calldata claims) external pure returns (bytes32) {
        return Challenges.claimsHash(claims);
    }

    function claimsPolynomial(uint256[] calldata claims, uint256 gamma) external pure returns (uint256) {
        return Challenges.claimsPolynomial(claims, gamma);
    }

    function sums(ISolvencyRegistry.Batch[] calldata batches, uint256 step, uint256 skipped)
        external
        pure
        returns (uint256, uint256, uint256)
    {
        return Challenges.sums(batches, step, skipped);
    }

    function betaOfDigest(bytes32 digest) external pure returns (uint256) {
        return Challenges.betaOfDigest(digest);
    }

    function requireInField(uint256 value) external pure {
        Challenges.requireInField(value);
    }

    // The definitions.

    function plainPower(uint256 base, uint256 exponent) internal pure returns (uint256 result) {
        result = 1;
        for (uint256 i = 0; i < exponent; i++) result = mulmod(result, base, FIELD);
    }

    /// @dev By the precompile for exponents, which knows nothing of the library.
    function precompiledPower(uint256 base, uint256 exponent) internal view returns (uint256) {
        (bool done, bytes memory result) =
            address(5).staticcall(abi.encode(uint256(32), uint256(32), uint256(32), base, exponent, FIELD));
        require(done, "modexp");
        return abi.decode(result, (uint256));
    }

    /// @dev A number, often at the field's edge: FIELD - 1, FIELD, FIELD + x, 2^256 - 1.
    function edge(uint256 seed) internal pure returns (uint256) {
        uint256 kind = draw(seed, "kind") % 8;
        if (kind == 0) return FIELD - 1;
        if (kind == 1) return FIELD;
        if (kind == 2) return FIELD + draw(seed, "x") % 1000;
        if (kind == 3) return type(uint256).max;
        return draw(seed, "value") % FIELD;
    }

    function randomBatches(uint256 seed, uint256 count) internal pure returns (ISolvencyRegistry.Batch[] memory batches) {
        batches = new ISolvencyRegistry.Batch[](count);
        for (uint256 i = 0; i < count; i++) {
            batches[i].root = draw(seed, "root", i) % FIELD;
            batches[i].transcript = draw(seed, "transcript", i) % FIELD;
            batches[i].t = draw(seed, "t", i) % FIELD;
            batches[i].w = draw(seed, "w", i) % FIELD;
        }
    }

    function testFuzz_SumsAreThoseTermByTermWithoutWhatWasProved(uint256 seed, uint256 step, uint256 skipped) external view {
        uint256 count = within(seed, 0, 20);
        step %= FIELD;
        ISolvencyRegistry.Batch[] memory batches = randomBatches(seed, count);
        (uint256 t, uint256 w, uint256 counted) = (0, 0, 0);
        for (uint256 i = 0; i < count; i++) {
            if ((skipped >> i) & 1 == 1) continue;
            t = addmod(t, batches[i].t, FIELD);
            w = addmod(w, mulmod(plainPower(step, i), batches[i].w, FIELD), FIELD);
            counted++;
        }
        (uint256 t_, uint256 w_, uint256 counted_) = this.sums(batches, step, skipped);
        same(t_, t, "t");
        same(w_, w, "w");
        same(counted_, counted, "counted");
    }

    /// @dev As the registry counts them: what two parts add is what the whole list adds.
    function testFuzz_PartsAddUpToTheWhole(uint256 seed, uint256 step) external view {
        uint256 count = within(seed, 2, 20);
        uint256 cut = within(draw(seed, "cut"), 1, count - 1);
        step %= FIELD;
        ISolvencyRegistry.Batch[] memory whole = randomBatches(seed, count);
        ISolvencyRegistry.Batch[] memory left = new ISolvencyRegistry.Batch[](cut);
        ISolvencyRegistry.Batch[] memory right = new ISolvencyRegistry.Batch[](count - cut);
        for (uint256 i = 0; i < count; i++) (i < cut ? left : right)[i < cut ? i : i - cut] = whole[i];
        (uint256 t, uint256 w,) = this.sums(left, step, 0);
        {
            (uint256 more, uint256 weighted,) = this.sums(right, step, 0);
            t = addmod(t, more, FIELD);
            w = addmod(w, mulmod(Challenges.power(step, cut), weighted, FIELD), FIELD);
        }
        (uint256 allT, uint256 allW,) = this.sums(whole, step, 0);
        same(t, allT, "t");
        same(w, allW, "w");
    }

    function testFuzz_EverySignalOfABatchMustBeInTheField(uint256 seed, uint256 skipped) external {
        uint256 count = within(seed, 1, 8);
        ISolvencyRegistry.Batch[] memory batches = randomBatches(seed, count);
        uint256 i = draw(seed, "batch") % count;
        uint256 value = edge(seed);
        uint256 signal = draw(seed, "signal") % 4;
        if (signal == 0) batches[i].root = value;
        else if (signal == 1) batches[i].transcript = value;
        else if (signal == 2) batches[i].t = value;
        else batches[i].w = value;
        // Also of one that was proved before, and is not counted.
        if (value >= FIELD) vm.expectRevert(abi.encodeWithSelector(Challenges.NotInField.selector, value));
        this.sums(batches, 1, skipped);
    }

    function testFuzz_FieldElementsEndAtTheFieldsOrder(uint256 seed) external {
        uint256 value = edge(seed);
        if (value >= FIELD) vm.expectRevert(abi.encodeWithSelector(Challenges.NotInField.selector, value));
        this.requireInField(value);
    }

    function testFuzz_PowerIsThatOfThePrecompile(uint256 base, uint256 exponent) external view {
        base %= FIELD;
        same(Challenges.power(base, exponent), precompiledPower(base, exponent), "power");
        same(Challenges.power(base, exponent % 8), plainPower(base, exponent % 8), "small power");
    }

    function testFuzz_StepOfABatchIsGammaToTwoToThe28(uint256 gamma) external view {
        same(Challenges.batchStep(gamma % FIELD), precompiledPower(gamma % FIELD, 1 << 28), "step");
    }

    function testFuzz_ClaimsPolynomialIsTheSumOfItsTerms(uint128[] calldata amounts, uint256 gamma) external view {
        gamma %= FIELD;
        uint256[] memory claims = new uint256[](amounts.length);
        uint256 sum = 0;
        uint256 power = 1;
        for (uint256 k = 0; k < claims.length; k++) {
            claims[k] = amounts[k];
            sum = addmod(sum, mulmod(power, amounts[k], FIELD), FIELD);
            power = mulmod(power, gamma, FIELD);
        }
        same(this.claimsPolynomial(claims, gamma), sum, "rho");
        same(this.claimsHash(claims), keccak256(abi.encodePacked(claims)), "hash");
    }

    function testFuzz_AClaimOf128BitsIsRefusedByItsPlace(uint256 seed) external {
        uint256[] memory claims = new uint256[](within(seed, 1, 12));
        uint256 first = claims.length;
        for (uint256 k = 0; k < claims.length; k++) {
            uint256 drawn = draw(seed, "claim", k);
            // 2^128 - 1 and 2^128 among them.
            claims[k] = drawn % 5 == 0 ? (1 << 128) - drawn % 2 : drawn % 5 == 1 ? drawn : drawn >> 128;
            if (first == claims.length && claims[k] > type(uint128).max) first = k;
        }
        if (first < claims.length) {
            vm.expectRevert(abi.encodeWithSelector(ISolvencyRegistry.ClaimTooLarge.selector, first, claims[first]));
        }
        this.claimsHash(claims);
    }

    function testFuzz_ChallengesAreHashesOfAllThatComesBefore(Challenges.GammaInput calldata input, uint256 weights)
        external
        view
    {
        uint256 gamma = uint256(
            keccak256(
                bytes.concat(
                    abi.encode(DOMAIN_GAMMA, input.chainId, input.registry, input.exchange, input.epoch),
                    abi.encode(input.snapshotTime, input.policyHash, input.descriptorHash, input.totalsCommitment),
                    abi.encode(input.claimsHash, input.epochCircuitId, input.batchCount, input.accountsRoot)
                )
            )
        ) % FIELD;
        same(Challenges.gamma(input), gamma, "gamma");
        same(Challenges.beta(gamma, weights), this.betaOfDigest(keccak256(abi.encode(DOMAIN_BETA, gamma, weights))), "beta");
    }

    function testFuzz_BetaIsNoRow(uint256 seed) external {
        // Around the floor, in each of the field's copies below 2^256.
        uint256 wanted = seed % (2 * BETA_FLOOR);
        uint256 digest = wanted + FIELD * (draw(seed, "copy") % 5);
        if (wanted < BETA_FLOOR) vm.expectRevert(abi.encodeWithSelector(Challenges.BetaTooSmall.selector, wanted));
        same(this.betaOfDigest(bytes32(digest)), wanted < BETA_FLOOR ? 0 : wanted, "beta");
    }
}
