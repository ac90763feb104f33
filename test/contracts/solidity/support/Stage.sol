// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {Ledger} from "../../../../contracts/Ledger.sol";
import {PolicyRegistry} from "../../../../contracts/PolicyRegistry.sol";
import {SolvencyRegistry} from "../../../../contracts/SolvencyRegistry.sol";
import {Circuits} from "../../../../contracts/base/Circuits.sol";
import {BATCH_SIGNALS, EPOCH_SIGNALS, FIELD} from "../../../../contracts/generated/Constants.sol";
import {IPolicyRegistry} from "../../../../contracts/interfaces/IPolicyRegistry.sol";
import {IReserveBook} from "../../../../contracts/interfaces/IReserveBook.sol";
import {ISolvencyRegistry} from "../../../../contracts/interfaces/ISolvencyRegistry.sol";
import {Challenges} from "../../../../contracts/lib/Challenges.sol";
import {DataContract} from "../../../../contracts/lib/DataContract.sol";
import {TokenMock} from "../../../../contracts/mocks/TokenMock.sol";
import {Fuzz} from "./Fuzz.sol";
import {PlainTree} from "./PlainTree.sol";
import {Trapdoor} from "./Trapdoor.sol";

/// @notice Both registries with their people, two reserve assets, and everything that an honest exchange sends, made from
/// a seed. Keys are trapdoor keys, so a valid proof costs a few scalar multiplications.
abstract contract Stage is Fuzz {
    uint64 internal constant INTERVAL = 30;
    uint64 internal constant PUBLISH_WITHIN = 1 hours;
    uint256 internal constant ASSETS = 2;
    uint256 internal constant EXCHANGE_KEY = 0xe;
    uint256 internal constant CUSTODY_KEY = 0xc;
    uint256 internal constant INSURANCE_KEY = 0x1;
    /// @dev Of one unit of asset 0, in 10^-12 of the quote currency.
    uint96 internal constant PRICE = 1_000_000;
    bytes32 internal constant RISK_PARAMETERS = "risk parameters";

    /// @notice All that decides a list of batches.
    struct Plan {
        uint64 epoch;
        uint64 snapshotTime;
        uint256 seed;
        uint256 count;
        uint256[ASSETS + 1] claims;
    }

    PolicyRegistry public policies;
    SolvencyRegistry public registry;
    IReserveBook public book;
    /// @dev Without circuits: nobody withdraws here.
    Ledger public ledger;
    /// @dev Of asset 0, with the row's 6 decimals, which insures too; of asset 1, with 18 where the row has 8.
    TokenMock[ASSETS] internal _tokens;
    address internal _exchange = vm.addr(EXCHANGE_KEY);
    address internal _stranger = address(0x57);
    address internal _custody = vm.addr(CUSTODY_KEY);
    address internal _fund = vm.addr(INSURANCE_KEY);
    uint256[3] internal _publisherKeys;
    Trapdoor.Key[2] internal _batchKeys;
    Trapdoor.Key internal _epochKey;
    bytes32[2] internal _batchIds;
    bytes32 internal _epochId;

    constructor() {
        vm.warp(1_800_000_000);
        vm.roll(1_000);
        policies = newPolicyRegistry();
        address[] memory keys = new address[](2);
        for (uint256 i = 0; i < 2; i++) {
            _batchKeys[i] = Trapdoor.newKey(i, 0xa1fa, 4 + i, BATCH_SIGNALS);
            (keys[i], _batchIds[i]) = stored(_batchKeys[i]);
        }
        _epochKey = Trapdoor.newKey(2, 0xa1fa, 5, EPOCH_SIGNALS);
        Circuits.EpochKey[] memory epochKeys = new Circuits.EpochKey[](1);
        epochKeys[0].assets = uint16(ASSETS);
        (epochKeys[0].key, _epochId) = stored(_epochKey);
        ledger = new Ledger(new address[](0), new address[](0));
        registry = new SolvencyRegistry(_exchange, address(this), policies, INTERVAL, keys, epochKeys, ledger);
        book = registry.reserves();
        _tokens = [new TokenMock("A", 6), new TokenMock("B", 18)];
        registerReserves();
    }

    function newPolicyRegistry() private returns (PolicyRegistry) {
        IPolicyRegistry.Configuration memory initial;
        initial.publishers = new address[](3);
        for (uint256 i = 0; i < 3; i++) _publisherKeys[i] = i + 0x100;
        // Three sorted by hand.
        for (uint256 i = 0; i < 3; i++) {
            for (uint256 j = i + 1; j < 3; j++) {
                (uint256 left, uint256 right) = (_publisherKeys[i], _publisherKeys[j]);
                if (vm.addr(left) > vm.addr(right)) (_publisherKeys[i], _publisherKeys[j]) = (right, left);
            }
            initial.publishers[i] = vm.addr(_publisherKeys[i]);
        }
        (initial.threshold, initial.riskParametersHash) = (2, RISK_PARAMETERS);
        initial.publishWithin = uint32(PUBLISH_WITHIN);
        return new PolicyRegistry(address(this), 1 days, initial);
    }

    function stored(Trapdoor.Key memory key) private returns (address where, bytes32 circuitId) {
        bytes memory words = Trapdoor.packed(key);
        return (DataContract.write(words), keccak256(words));
    }

    function registerReserves() private {
        IReserveBook.Token[] memory tokens = new IReserveBook.Token[](ASSETS);
        for (uint16 k = 0; k < ASSETS; k++) tokens[k] = IReserveBook.Token(address(_tokens[k]), k, k == 0);
        IReserveBook.Account[] memory accounts = new IReserveBook.Account[](2);
        bool isOrdered = _custody < _fund;
        accounts[isOrdered ? 0 : 1] = consenting(CUSTODY_KEY, false);
        accounts[isOrdered ? 1 : 0] = consenting(INSURANCE_KEY, true);
        vm.prank(_exchange);
        book.register(tokens, accounts, "");
    }

    function consenting(uint256 key, bool isInsurance) private view returns (IReserveBook.Account memory) {
        bytes32 digest = book.custodyDigest(vm.addr(key), isInsurance, 0, type(uint64).max);
        return IReserveBook.Account(vm.addr(key), isInsurance, 0, type(uint64).max, signature(key, digest));
    }

    function signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    // What publishers and the exchange make.

    function policyOf(uint64 time) internal view returns (IPolicyRegistry.Policy memory policy) {
        policy.observationTime = time;
        policy.nextExpiry = type(uint64).max;
        policy.policyHash = draw(time, "policy") % FIELD;
        policy.policyTree = draw(time, "tree") % FIELD;
        policy.riskParametersHash = RISK_PARAMETERS;
        policy.marksHash = bytes32(draw(time, "marks"));
        policy.collateral = new IPolicyRegistry.Collateral[](ASSETS);
        policy.collateral[0] = IPolicyRegistry.Collateral(address(_tokens[0]), 6, PRICE, PRICE, PRICE);
        policy.collateral[1] = IPolicyRegistry.Collateral(address(_tokens[1]), 8, 700, 600, 800);
    }

    /// @notice Everything that attests the plan's epoch in one transaction, all proofs valid.
    function submissionOf(Plan memory plan) internal view returns (ISolvencyRegistry.Submission memory made) {
        made.terms = termsOf(plan);
        made.runs = new ISolvencyRegistry.Run[](plan.count);
        made.batches = new ISolvencyRegistry.Batch[](plan.count);
        for (uint256 i = 0; i < plan.count; i++) {
            made.runs[i] = ISolvencyRegistry.Run(_batchIds[circuitAt(plan, i)], 1);
            ISolvencyRegistry.Batch memory batch = made.batches[i];
            (batch.root, batch.transcript) = (draw(plan.seed, "root", i) % FIELD, draw(plan.seed, "transcript", i) % FIELD);
            (batch.t, batch.w) = (draw(plan.seed, "t", i) % FIELD, draw(plan.seed, "w", i) % FIELD);
        }
        prove(plan, made);
    }

    function termsOf(Plan memory plan) private view returns (ISolvencyRegistry.Terms memory terms) {
        IPolicyRegistry.Policy memory policy = policyOf(plan.snapshotTime);
        terms.epoch = plan.epoch;
        terms.epochCircuitId = _epochId;
        terms.policyHash = policy.policyHash;
        terms.descriptorHash = keccak256(abi.encode(policy.riskParametersHash, policy.marksHash, policy.rowTableHash));
        terms.totalsCommitment = draw(plan.seed, "totals") % FIELD;
        terms.weightsCommitment = draw(plan.seed, "weights") % FIELD;
        terms.publicHash = bytes32(draw(plan.seed, "public"));
        terms.claims = new uint256[](ASSETS + 1);
        for (uint256 k = 0; k <= ASSETS; k++) terms.claims[k] = plan.claims[k];
    }

    function circuitAt(Plan memory plan, uint256 i) private pure returns (uint256) {
        return draw(plan.seed, "circuit", i) % 2;
    }

    /// @dev Makes all proofs, for the challenges that follow from everything else.
    function prove(Plan memory plan, ISolvencyRegistry.Submission memory made) private view {
        uint256 gamma = gammaOf(plan, made);
        uint256[] memory signals = new uint256[](EPOCH_SIGNALS);
        (signals[0], signals[1], signals[2]) =
            (made.terms.policyHash, made.terms.totalsCommitment, made.terms.weightsCommitment);
        (signals[3], signals[4]) = (gamma, Challenges.beta(gamma, made.terms.weightsCommitment));
        uint256 weight = 1;
        for (uint256 i = 0; i < plan.count; i++) {
            ISolvencyRegistry.Batch memory batch = made.batches[i];
            proveBatch(plan, batch, i, signals);
            signals[5] = addmod(signals[5], batch.t, FIELD);
            signals[6] = addmod(signals[6], mulmod(weight, batch.w, FIELD), FIELD);
            weight = mulmod(weight, Challenges.batchStep(gamma), FIELD);
        }
        for (uint256 k = ASSETS + 1; k > 0; k--) {
            signals[7] = addmod(mulmod(signals[7], gamma, FIELD), plan.claims[k - 1], FIELD);
        }
        made.epochProof = Trapdoor.prove(_epochKey, signals, draw(plan.seed, "epoch proof"));
    }

    function proveBatch(
        Plan memory plan,
        ISolvencyRegistry.Batch memory batch,
        uint256 i,
        uint256[] memory epochSignals
    ) private view {
        uint256[] memory signals = new uint256[](BATCH_SIGNALS);
        (signals[0], signals[1], signals[2], signals[3]) = (batch.root, batch.transcript, batch.t, batch.w);
        (signals[4], signals[5]) = (epochSignals[3], epochSignals[4]);
        batch.proof = Trapdoor.prove(_batchKeys[circuitAt(plan, i)], signals, draw(plan.seed, "proof", i));
    }

    function gammaOf(Plan memory plan, ISolvencyRegistry.Submission memory made) private view returns (uint256) {
        return Challenges.gamma(
            Challenges.GammaInput({
                chainId: block.chainid,
                registry: address(registry),
                exchange: _exchange,
                epoch: plan.epoch,
                snapshotTime: plan.snapshotTime,
                policyHash: made.terms.policyHash,
                descriptorHash: made.terms.descriptorHash,
                totalsCommitment: made.terms.totalsCommitment,
                claimsHash: keccak256(abi.encodePacked(made.terms.claims)),
                epochCircuitId: made.terms.epochCircuitId,
                batchCount: plan.count,
                accountsRoot: rootOf(made)
            })
        );
    }

    function levelsOf(ISolvencyRegistry.Submission memory made) internal pure returns (bytes32[][] memory) {
        bytes32[] memory leaves = new bytes32[](made.batches.length);
        for (uint256 i = 0; i < leaves.length; i++) {
            leaves[i] = PlainTree.leafOf(made.runs[i].circuitId, made.batches[i].root, made.batches[i].transcript);
        }
        return PlainTree.levelsOf(leaves);
    }

    function rootOf(ISolvencyRegistry.Submission memory made) internal pure returns (bytes32) {
        bytes32[][] memory levels = levelsOf(made);
        return levels[levels.length - 1][0];
    }

    /// @notice What the exchange signs to have others commit or attest, hashed here from the words of the type.
    function commitDigest(Plan memory plan, ISolvencyRegistry.Submission memory made) internal view returns (bytes32) {
        ISolvencyRegistry.Terms memory terms = made.terms;
        bytes memory head = abi.encode(
            keccak256(
                "Commit(uint64 epoch,uint64 snapshotTime,uint256 policyHash,bytes32 descriptorHash,bytes32 epochCircuitId,uint256 batchCount,bytes32 accountsRoot,uint256 totalsCommitment,uint256 weightsCommitment,bytes32 claimsHash,bytes32 publicHash)"
            ),
            terms.epoch,
            plan.snapshotTime,
            terms.policyHash,
            terms.descriptorHash,
            terms.epochCircuitId
        );
        bytes memory tail = abi.encode(
            made.batches.length,
            rootOf(made),
            terms.totalsCommitment,
            terms.weightsCommitment,
            keccak256(abi.encodePacked(terms.claims)),
            terms.publicHash
        );
        return keccak256(abi.encodePacked("\x19\x01", domainSeparator(), keccak256(bytes.concat(head, tail))));
    }

    function domainSeparator() private view returns (bytes32) {
        bytes32 domain =
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        return keccak256(
            abi.encode(domain, keccak256("Plimsoll SolvencyRegistry"), keccak256("1"), block.chainid, address(registry))
        );
    }
}
