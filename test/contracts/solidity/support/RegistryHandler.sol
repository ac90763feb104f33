// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IPolicyRegistry} from "../../../../contracts/interfaces/IPolicyRegistry.sol";
import {IReserveBook} from "../../../../contracts/interfaces/IReserveBook.sol";
import {ISolvencyRegistry} from "../../../../contracts/interfaces/ISolvencyRegistry.sol";
import {TokenMock} from "../../../../contracts/mocks/TokenMock.sol";
import {PlainTree} from "./PlainTree.sol";
import {Stage} from "./Stage.sol";

/// @notice What anybody does to the registries, good and bad, beside a model of them. Every call passes exactly when the
/// model says so, and one that is refused has changed nothing: else the handler reverts, which fails the invariants.
/// @dev Each public function is one kind of step and takes a seed, from which all its choices follow. Fault 0 is none.
contract RegistryHandler is Stage {
    // The model: what the registry should know.

    uint64 public epoch;
    uint64 public snapshotTime;
    uint64 public openedAt;
    uint256 public openedBlock;
    bool public isPublished;
    bool public isCommitted;
    bool public isAttested;
    bytes32 public committedRoot;
    uint256 public provedBits;
    /// @dev The exchange has two lists for each epoch, of which it may commit to either.
    uint256 private _seed;
    uint256 private _committedVariant;
    uint64[] private _attested;
    mapping(uint64 epoch => bytes32) public recordHash;
    mapping(uint64 time => bytes32) public policyHashes;
    uint64[] private _published;
    /// @dev By asset: reserves, insurance.
    uint256[2][ASSETS] private _lowest;
    /// @dev The most that could be claimed at the opening: insurance, then units of each asset.
    uint256[ASSETS + 1] private _held;
    /// @notice How often each kind of step passed.
    mapping(bytes4 step => uint256) public passed;

    function attestedEpochs() external view returns (uint64[] memory) {
        return _attested;
    }

    function publishedTimes() external view returns (uint64[] memory) {
        return _published;
    }

    function lowestOf(uint256 asset, uint256 role) external view returns (uint256) {
        return _lowest[asset][role];
    }

    // Steps.

    function open(uint256 seed) external {
        _open(seed, draw(seed, "fault") % 8);
    }

    function publish(uint256 seed) external {
        _publish(seed, draw(seed, "fault") % 6);
    }

    function commit(uint256 seed) external {
        _commit(seed, draw(seed, "fault") % 6);
    }

    function prove(uint256 seed) external {
        _prove(seed, draw(seed, "fault") % 10);
    }

    function finalise(uint256 seed) external {
        _finalise(seed, draw(seed, "fault") % 6);
    }

    function attest(uint256 seed) external {
        _attest(seed, draw(seed, "fault") % 8);
    }

    function sample(uint256 seed) external {
        bool wasPending = isPending();
        bool done = attempt(someone(seed), address(book), abi.encodeCall(IReserveBook.sample, ()));
        same(done, wasPending, "sample");
        if (done) keepLower();
    }

    /// @notice Tokens leave custody or the insurance fund, or come in.
    function move(uint256 seed) external {
        TokenMock token = _tokens[draw(seed, "token") % ASSETS];
        address account = draw(seed, "account") % 2 == 0 ? _custody : _fund;
        if (draw(seed, "in") % 3 != 0) {
            token.mint(account, within(draw(seed, "amount"), 1, 10 ** (token.decimals() + 3)));
            return;
        }
        uint256 amount = within(draw(seed, "amount"), 0, token.balanceOf(account));
        vm.prank(account);
        token.transfer(_stranger, amount);
    }

    function wait(uint256 seed) external {
        uint256 kind = draw(seed, "long") % 12;
        pass(kind == 0 ? 7 days + 1 : kind == 1 ? PUBLISH_WITHIN + 1 : within(draw(seed, "seconds"), 1, 60));
    }

    /// @notice Up to four steps of an honest exchange, each tried with a fault before.
    function advance(uint256 seed) external {
        for (uint256 i = draw(seed, "steps") % 4 + 1; i > 0; i--) {
            sensible(draw(seed, "fault", i), 1 + draw(seed, "which fault", i) % 5);
            sensible(draw(seed, "step", i), 0);
        }
    }

    function sensible(uint256 seed, uint256 fault) private {
        if (!isPending()) {
            if (epoch != 0 && block.timestamp < openedAt + INTERVAL) pass(INTERVAL);
            _open(seed, fault);
        } else if (block.timestamp < snapshotTime) {
            pass(snapshotTime - block.timestamp);
        } else if (!isPublished) {
            // Too late for a policy: the epoch is lost, and the exchange opens another.
            if (block.timestamp <= snapshotTime + PUBLISH_WITHIN) _publish(seed, fault);
            else _open(seed, fault);
        } else if (block.number == openedBlock) {
            pass(12);
        } else if (!isCommitted) {
            if (draw(seed, "one") % 3 == 0) _attest(seed, fault);
            else _commit(seed, fault);
        } else if (!isProved()) {
            _prove(seed, fault);
        } else {
            _finalise(seed, fault);
        }
    }

    /// @notice Whatever was left behind: an honest exchange that opens an epoch now gets it attested.
    function complete(uint256 seed) external {
        if (epoch != 0 && block.timestamp < openedAt + INTERVAL) pass(INTERVAL);
        _open(seed, 0);
        pass(snapshotTime - block.timestamp + 1);
        _publish(seed, 0);
        if (draw(seed, "way") % 2 == 0) {
            _attest(seed, 0);
        } else {
            _commit(seed, 0);
            for (uint256 i = 0; !isProved(); i++) _prove(draw(seed, "part", i), 0);
            _finalise(seed, 0);
        }
        require(isAttested, "an honest epoch was not attested");
    }

    // What each step is, and when it should pass.

    function _open(uint256 seed, uint256 fault) private {
        uint64 now_ = uint64(block.timestamp);
        uint64 number = epoch + 1 + uint64(draw(seed, "number") % 3);
        uint64 time = now_ + uint64(draw(seed, "ahead") % 2 == 0 ? 0 : within(draw(seed, "lead"), 0, 40));
        if (fault == 1) number = uint64(within(draw(seed, "old"), 0, epoch));
        if (fault == 2) time = draw(seed, "past") % 2 == 0 ? now_ - 1 : now_ + 1 days + 1;
        (address sender, bytes memory signed) = authority(seed, registry.openDigest(number, time), fault == 3);
        bool inTime = epoch == 0 || now_ >= openedAt + INTERVAL;
        bool expected = fault != 2 && fault != 3 && number > epoch && inTime;
        bool done = attempt(sender, address(registry), abi.encodeCall(ISolvencyRegistry.open, (number, time, signed)));
        same(done, expected, "open");
        if (!done) return;
        (epoch, snapshotTime, openedAt, openedBlock) = (number, time, now_, block.number);
        (isPublished, isCommitted, isAttested) = (policyHashes[time] != 0, false, false);
        (committedRoot, provedBits, _seed) = (0, 0, seed);
        for (uint256 k = 0; k < ASSETS; k++) _lowest[k] = balances(k);
        _held = [_lowest[0][1] * PRICE, _lowest[0][0], _lowest[1][0] / 10 ** 10];
    }

    function _publish(uint256 seed, uint256 fault) private {
        uint64 time = snapshotTime;
        IPolicyRegistry.Policy memory policy = policyOf(time);
        IPolicyRegistry.Endorsement[] memory endorsements = new IPolicyRegistry.Endorsement[](fault == 1 ? 1 : 2);
        if (fault == 2) policy.policyHash ^= 1;
        bytes32 digest = policies.publicationDigest(policy, type(uint64).max);
        for (uint256 i = 0; i < endorsements.length; i++) {
            uint256 key = _publisherKeys[fault == 3 ? 0 : (i + draw(seed, "first")) % 3];
            endorsements[i] = IPolicyRegistry.Endorsement(vm.addr(key), signature(key, digest));
        }
        // Somebody changes what was signed.
        if (fault == 2) policy.policyHash ^= 1;
        bool isHonest = fault == 0 || fault > 3;
        bool inTime = block.timestamp >= time && block.timestamp <= time + PUBLISH_WITHIN;
        bytes memory call = abi.encodeCall(IPolicyRegistry.publish, (policy, type(uint64).max, endorsements));
        bool done = attempt(someone(seed), address(policies), call);
        same(done, isHonest && inTime && policyHashes[time] == 0, "publish");
        if (!done) return;
        isPublished = true;
        _published.push(time);
        policyHashes[time] = hashOf(address(policies), abi.encodeCall(IPolicyRegistry.policyAt, (time)));
    }

    function _commit(uint256 seed, uint256 fault) private {
        uint256 variant = draw(seed, "variant") % 2;
        Plan memory plan = planOf(variant);
        ISolvencyRegistry.Submission memory made = submissionOf(plan);
        if (fault == 1) made.terms.policyHash ^= 1;
        (address sender, bytes memory signed) = authority(seed, commitDigest(plan, made), fault == 2);
        bytes memory call =
            abi.encodeCall(ISolvencyRegistry.commit, (made.terms, made.batches.length, rootOf(made), signed));
        bool done = attempt(sender, address(registry), call);
        same(done, isReady() && !isCommitted && (fault == 0 || fault > 2), "commit");
        if (!done) return;
        (isCommitted, committedRoot, _committedVariant) = (true, rootOf(made), variant);
    }

    function _prove(uint256 seed, uint256 fault) private {
        uint256 variant = fault == 1 ? 1 - _committedVariant : _committedVariant;
        Plan memory plan = planOf(variant);
        ISolvencyRegistry.Submission memory made = submissionOf(plan);
        uint256 depth = draw(seed, "depth") % 4;
        uint256 index = draw(seed, "index") % ((plan.count + (1 << depth) - 1) >> depth);
        uint256 first = index << depth;
        uint256 length = plan.count - first < 1 << depth ? plan.count - first : 1 << depth;
        bytes memory call = partCall(made, [first, depth, length], fault, draw(seed, "spoilt"));
        bool done = attempt(someone(seed), address(registry), call);
        same(done, isReady() && isCommitted && (fault == 0 || fault > 5), "prove");
        if (done) provedBits |= ((1 << length) - 1) << first;
    }

    /// @dev `part`: first, depth, length.
    function partCall(ISolvencyRegistry.Submission memory made, uint256[3] memory part, uint256 fault, uint256 spoilt)
        private
        view
        returns (bytes memory)
    {
        ISolvencyRegistry.Run[] memory runs = new ISolvencyRegistry.Run[](part[2]);
        ISolvencyRegistry.Batch[] memory batches = new ISolvencyRegistry.Batch[](part[2]);
        bytes32[] memory path = PlainTree.pathOf(levelsOf(made), part[0] >> part[1], part[1]);
        for (uint256 i = 0; i < part[2]; i++) (runs[i], batches[i]) = (made.runs[part[0] + i], made.batches[part[0] + i]);
        ISolvencyRegistry.Batch memory one = batches[spoilt % part[2]];
        if (fault == 2) one.t ^= 1;
        if (fault == 3) one.w ^= 1;
        if (fault == 4) path[spoilt % path.length] ^= bytes32(uint256(1));
        if (fault == 5) (one.proof[6], one.proof[7]) = (1, 2);
        return abi.encodeCall(ISolvencyRegistry.prove, (made.terms.epoch, part[0], part[1], runs, batches, path));
    }

    function _finalise(uint256 seed, uint256 fault) private {
        Plan memory plan = planOf(fault == 1 ? 1 - _committedVariant : _committedVariant);
        ISolvencyRegistry.Submission memory made = submissionOf(plan);
        // A true proof, of another list's sums; a false one; terms that were not committed to.
        if (fault == 2) made.epochProof = submissionOf(planOf(1 - _committedVariant)).epochProof;
        if (fault == 3) (made.epochProof[6], made.epochProof[7]) = (1, 2);
        if (fault == 4) made.terms.publicHash ^= bytes32(uint256(1));
        bytes memory call =
            abi.encodeCall(ISolvencyRegistry.finalise, (made.terms, made.epochProof, made.statements));
        bool expected = isReady() && isCommitted && isProved() && isCovered(plan) && (fault == 0 || fault > 4);
        same(attempt(someone(seed), address(registry), call), expected, "finalise");
        if (expected) recordAttested(made);
    }

    function _attest(uint256 seed, uint256 fault) private {
        uint256 variant = draw(seed, "variant") % 2;
        Plan memory plan = planOf(variant);
        ISolvencyRegistry.Submission memory made = submissionOf(plan);
        ISolvencyRegistry.Batch memory one = made.batches[draw(seed, "spoilt") % plan.count];
        if (fault == 1) one.t ^= 1;
        if (fault == 2) (one.proof[6], one.proof[7]) = (1, 2);
        if (fault == 3) (made.epochProof[6], made.epochProof[7]) = (1, 2);
        if (fault == 4) made.terms.claims[1] += 1;
        (address sender, bytes memory signed) = authority(seed, commitDigest(plan, made), fault == 5);
        bool isSame = !isCommitted || variant == _committedVariant;
        bool expected = isReady() && isSame && isCovered(plan) && (fault == 0 || fault > 5);
        bytes memory call = abi.encodeCall(ISolvencyRegistry.attest, (made, signed));
        same(attempt(sender, address(registry), call), expected, "attest");
        if (expected) recordAttested(made);
    }

    function recordAttested(ISolvencyRegistry.Submission memory made) private {
        isAttested = true;
        _attested.push(epoch);
        ISolvencyRegistry.Attestation memory record = registry.attestationOf(epoch);
        same(record.accountsRoot, rootOf(made), "accountsRoot");
        same(record.policyHash, made.terms.policyHash, "policyHash");
        same(record.batchCount, made.batches.length, "batchCount");
        same(record.snapshotTime, snapshotTime, "snapshotTime");
        same(record.attestedAt, block.timestamp, "attestedAt");
        recordHash[epoch] = hashOf(address(registry), abi.encodeCall(ISolvencyRegistry.attestationOf, (epoch)));
    }

    // The model's own views.

    function isPending() public view returns (bool) {
        return epoch != 0 && !isAttested && block.timestamp <= snapshotTime + 7 days;
    }

    /// @dev The snapshot is taken, its policy is known, its time is not up.
    function isReady() private view returns (bool) {
        return isPending() && block.timestamp >= snapshotTime && isPublished;
    }

    function isProved() private view returns (bool) {
        return provedBits == (1 << planOf(_committedVariant).count) - 1;
    }

    /// @dev Two readings in different blocks, and the lower of them covers every claim.
    function isCovered(Plan memory plan) private view returns (bool) {
        uint256[2][ASSETS] memory kept = lower();
        bool covers = kept[0][1] * PRICE >= plan.claims[0] && kept[0][0] >= plan.claims[1];
        return block.number != openedBlock && covers && kept[1][0] / 10 ** 10 >= plan.claims[2];
    }

    /// @dev Of the epoch's two lists. Claims are what was read at the opening, or somewhat less.
    function planOf(uint256 variant) private view returns (Plan memory plan) {
        (plan.epoch, plan.snapshotTime, plan.seed) = (epoch, snapshotTime, draw(_seed, "plan", variant));
        plan.count = 1 + draw(plan.seed, "count") % 5;
        for (uint256 k = 0; k <= ASSETS; k++) plan.claims[k] = within(draw(plan.seed, "claim", k), 0, _held[k]);
    }

    function balances(uint256 asset) private view returns (uint256[2] memory) {
        // Only asset 0 insures.
        return [_tokens[asset].balanceOf(_custody), asset == 0 ? _tokens[asset].balanceOf(_fund) : 0];
    }

    function lower() private view returns (uint256[2][ASSETS] memory kept) {
        for (uint256 k = 0; k < ASSETS; k++) {
            uint256[2] memory now_ = balances(k);
            for (uint256 role = 0; role < 2; role++) {
                kept[k][role] = now_[role] < _lowest[k][role] ? now_[role] : _lowest[k][role];
            }
        }
    }

    function keepLower() private {
        uint256[2][ASSETS] memory kept = lower();
        for (uint256 k = 0; k < ASSETS; k++) _lowest[k] = kept[k];
    }

    // How steps are sent.

    function pass(uint256 time) private {
        vm.warp(block.timestamp + time);
        vm.roll(block.number + time / 12 + 1);
    }

    function someone(uint256 seed) private view returns (address) {
        return draw(seed, "sender") % 2 == 0 ? _exchange : _stranger;
    }

    /// @dev The exchange itself, or a stranger with its signature; forged: a stranger without, or with another's, or with
    /// one of something else.
    function authority(uint256 seed, bytes32 digest, bool isForged) private view returns (address, bytes memory) {
        uint256 kind = draw(seed, "authority") % 3;
        if (isForged) {
            if (kind == 0) return (_stranger, "");
            if (kind == 1) return (_stranger, signature(CUSTODY_KEY, digest));
            return (_stranger, signature(EXCHANGE_KEY, digest ^ bytes32(uint256(1))));
        }
        return kind == 0 ? (_stranger, signature(EXCHANGE_KEY, digest)) : (_exchange, bytes(""));
    }

    /// @dev A call that is refused must have changed nothing that anybody can see.
    function attempt(address sender, address target, bytes memory call) private returns (bool done) {
        bytes32 before = fingerprint();
        vm.prank(sender);
        (done,) = target.call(call);
        if (!done) same(fingerprint(), before, "a refused call changed something");
        else passed[bytes4(call)]++;
    }

    function fingerprint() private view returns (bytes32) {
        return keccak256(
            abi.encode(
                hashOf(address(registry), abi.encodeCall(ISolvencyRegistry.opening, ())),
                hashOf(address(registry), abi.encodeCall(ISolvencyRegistry.latest, ())),
                hashOf(address(registry), abi.encodeCall(ISolvencyRegistry.commitmentOf, (epoch))),
                registry.provedBatches(epoch, 0),
                hashOf(address(book), abi.encodeCall(IReserveBook.lowest, ())),
                policies.dataOf(snapshotTime)
            )
        );
    }

    /// @dev Of what a view answers, or of its refusal.
    function hashOf(address target, bytes memory call) private view returns (bytes32) {
        (, bytes memory answer) = target.staticcall(call);
        return keccak256(answer);
    }
}
