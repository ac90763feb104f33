// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {FIELD} from "../../../../contracts/generated/Constants.sol";

/// @notice Groth16 keys whose secrets are known, and proofs made from the secrets instead of a circuit: valid for any signals.
/// @dev G2 has no precompile that multiplies, so secrets that stand in G2 are small: exponents 1 to 5, from a table.
library Trapdoor {
    uint256 internal constant BASE_FIELD = 21888242871839275222246405745257275088696311157297823662689037894645226208583;
    uint256 internal constant MOST = 5;
    /// @dev Secrets that all keys share, beside alpha.
    uint256 internal constant BETA = 2;
    uint256 internal constant GAMMA = 3;

    /// @param delta 4 or 5: the generator and gamma2 are refused.
    /// @param ic Exponents of the IC points, one more than there are signals.
    struct Key {
        uint256 alpha;
        uint256 delta;
        uint256[] ic;
    }

    function newKey(uint256 seed, uint256 alpha, uint256 delta, uint256 signals) internal pure returns (Key memory key) {
        key = Key(alpha, delta, new uint256[](signals + 1));
        for (uint256 i = 0; i <= signals; i++) key.ic[i] = uint256(keccak256(abi.encode(seed, delta, i))) % FIELD;
    }

    /// @notice alpha1, beta2, gamma2, delta2, IC, as keys are stored.
    function packed(Key memory key) internal view returns (bytes memory words) {
        words = abi.encode(g1(key.alpha), g2(BETA), g2(GAMMA), g2(key.delta));
        for (uint256 i = 0; i < key.ic.length; i++) words = bytes.concat(words, abi.encode(g1(key.ic[i])));
    }

    /// @notice A proof that holds for `signals` and no others; another one for another seed.
    function prove(Key memory key, uint256[] memory signals, uint256 seed) internal view returns (uint256[8] memory proof) {
        uint256 a = 1 + uint256(keccak256(abi.encode(seed, "a"))) % (FIELD - 1);
        uint256 b = 1 + uint256(keccak256(abi.encode(seed, "b"))) % MOST;
        uint256 input = key.ic[0];
        for (uint256 i = 0; i < signals.length; i++) input = addmod(input, mulmod(signals[i], key.ic[i + 1], FIELD), FIELD);
        uint256 taken = addmod(mulmod(key.alpha, BETA, FIELD), mulmod(input, GAMMA, FIELD), FIELD);
        uint256 c = mulmod(addmod(mulmod(a, b, FIELD), FIELD - taken, FIELD), inverse(key.delta), FIELD);
        (proof[0], proof[1]) = unpack(g1(a));
        uint256[4] memory twist = g2(b);
        (proof[2], proof[3], proof[4], proof[5]) = (twist[0], twist[1], twist[2], twist[3]);
        (proof[6], proof[7]) = unpack(g1(c));
    }

    /// @notice The textbook check of one proof: e(A, B) = e(alpha1, beta2) e(IC(x), gamma2) e(C, delta2).
    function proves(Key memory key, uint256[] memory signals, uint256[8] memory proof) internal view returns (bool) {
        uint256[2] memory input = g1(key.ic[0]);
        for (uint256 i = 0; i < signals.length; i++) input = add(input, multiply(g1(key.ic[i + 1]), signals[i]));
        bytes memory pairs = abi.encode(proof[0], BASE_FIELD - proof[1], proof[2], proof[3], proof[4], proof[5]);
        pairs = bytes.concat(pairs, abi.encode(g1(key.alpha), g2(BETA), input, g2(GAMMA)));
        return pairing(bytes.concat(pairs, abi.encode(proof[6], proof[7], g2(key.delta))));
    }

    function pairing(bytes memory pairs) internal view returns (bool) {
        (bool valid, bytes memory answer) = address(8).staticcall(pairs);
        require(valid, "pairing");
        return abi.decode(answer, (bool));
    }

    /// @notice scalar times the generator of G1.
    function g1(uint256 scalar) internal view returns (uint256[2] memory) {
        return multiply([uint256(1), 2], scalar);
    }

    function multiply(uint256[2] memory point, uint256 scalar) internal view returns (uint256[2] memory) {
        return precompiled(7, abi.encode(point, scalar));
    }

    function add(uint256[2] memory left, uint256[2] memory right) internal view returns (uint256[2] memory) {
        return precompiled(6, abi.encode(left, right));
    }

    function precompiled(uint160 which, bytes memory input) internal view returns (uint256[2] memory) {
        (bool valid, bytes memory answer) = address(which).staticcall(input);
        require(valid, "precompile");
        return abi.decode(answer, (uint256[2]));
    }

    function inverse(uint256 value) internal view returns (uint256) {
        bytes memory input = abi.encode(uint256(32), uint256(32), uint256(32), value, FIELD - 2, FIELD);
        (bool valid, bytes memory answer) = address(5).staticcall(input);
        require(valid, "modexp");
        return abi.decode(answer, (uint256));
    }

    function unpack(uint256[2] memory point) internal pure returns (uint256, uint256) {
        return (point[0], point[1]);
    }

    /// @notice scalar times the generator of G2: x.c1, x.c0, y.c1, y.c0. A test checks the table by pairings.
    function g2(uint256 scalar) internal pure returns (uint256[4] memory) {
        if (scalar == 1) {
            return [
                11559732032986387107991004021392285783925812861821192530917403151452391805634,
                10857046999023057135944570762232829481370756359578518086990519993285655852781,
                4082367875863433681332203403145435568316851327593401208105741076214120093531,
                8495653923123431417604973247489272438418190587263600148770280649306958101930
            ];
        }
        if (scalar == 2) {
            return [
                14583779054894525174450323658765874724019480979794335525732096752006891875705,
                18029695676650738226693292988307914797657423701064905010927197838374790804409,
                11474861747383700316476719153975578001603231366361248090558603872215261634898,
                2140229616977736810657479771656733941598412651537078903776637920509952744750
            ];
        }
        if (scalar == 3) {
            return [
                7273165102799931111715871471550377909735733521218303035754523677688038059653,
                2725019753478801796453339367788033689375851816420509565303521482350756874229,
                957874124722006818841961785324909313781880061366718538693995380805373202866,
                2512659008974376214222774206987427162027254181373325676825515531566330959255
            ];
        }
        if (scalar == 4) {
            return [
                18556147586753789634670778212244811446448229326945855846642767021074501673839,
                18936818173480011669507163011118288089468827259971823710084038754632518263340,
                13775476761357503446238925910346030822904460488609979964814810757616608848118,
                18825831177813899069786213865729385895767511805925522466244528695074736584695
            ];
        }
        require(scalar == 5, "not in the table");
        return [
            4540444681147253467785307942530223364530218361853237193970751657229138047649,
            20954117799226682825035885491234530437475518021362091509513177301640194298072,
            11631839690097995216017572651900167465857396346217730511548857041925508482915,
            21508930868448350162258892668132814424284302804699005394342512102884055673846
        ];
    }
}
