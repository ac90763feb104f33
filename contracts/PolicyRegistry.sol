// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {Challenges} from "./lib/Challenges.sol";
import {DataContract} from "./lib/DataContract.sol";
import {PolicyTable} from "./lib/PolicyTable.sol";
import {Publication} from "./lib/Publication.sol";
import {Quorum} from "./lib/Quorum.sol";
import {SpotFeeds} from "./lib/SpotFeeds.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title Margin policies, signed by several publishers
/// @dev Calls out to feeds and to contract wallets by STATICCALL only, so nothing can re-enter and write.
contract PolicyRegistry is IPolicyRegistry, Ownable2Step, EIP712 {
    /// @dev One slot.
    struct State {
        uint64 latest;
        uint32 number;
        address configuration;
    }

    struct Proposal {
        bytes32 id;
        uint64 enactableFrom;
    }

    /// @notice The shortest time lock, in seconds: whoever relies on publishers has a day to see that they change.
    uint64 public constant MIN_TIME_LOCK = 1 days;
    /// @notice For how long after its time lock a proposal can be enacted, in seconds.
    uint64 public constant ENACT_WITHIN = 14 days;
    /// @notice Stands for the chain's own coin in a collateral table.
    address public constant NATIVE = PolicyTable.NATIVE;

    uint64 public immutable timeLock;

    State private _state;
    Proposal private _proposal;
    mapping(uint64 observationTime => address) public dataOf;

    constructor(address owner_, uint64 timeLock_, Configuration memory initial)
        Ownable(owner_)
        EIP712("Plimsoll PolicyRegistry", "1")
    {
        if (timeLock_ < MIN_TIME_LOCK) revert TimeLockTooShort(timeLock_, MIN_TIME_LOCK);
        timeLock = timeLock_;
        _validate(initial);
        _putInForce(initial);
    }

    // Publishers sign, anybody relays.

    /// @inheritdoc IPolicyRegistry
    function publish(Policy calldata policy, uint64 deadline, Endorsement[] calldata endorsements) external {
        Configuration memory inForce = _configuration();
        _checkPolicy(policy, inForce);
        if (block.timestamp > deadline) revert SignaturesExpired(deadline, uint64(block.timestamp));
        bytes32 digest = publicationDigest(policy, deadline);
        address[] memory signers = Quorum.check(inForce.publishers, inForce.threshold, endorsements, digest);
        SpotFeeds.checkSequencer(inForce.sequencerFeed, inForce.gracePeriod);
        SpotFeeds.checkPrices(inForce.feeds, policy.collateral);
        _record(policy, signers);
    }

    // The owner's time lock.

    /// @inheritdoc IPolicyRegistry
    function propose(Configuration calldata configuration_) external onlyOwner returns (bytes32 id) {
        _validate(configuration_);
        bytes32 replaced = _proposal.id;
        if (replaced != 0) emit ProposalCancelled(replaced);
        id = keccak256(abi.encode(configuration_));
        uint64 enactableFrom = uint64(block.timestamp) + timeLock;
        _proposal = Proposal(id, enactableFrom);
        emit ConfigurationProposed(id, configuration_, enactableFrom);
    }

    /// @inheritdoc IPolicyRegistry
    function cancel(bytes32 id) external onlyOwner {
        _requireProposed(id);
        delete _proposal;
        emit ProposalCancelled(id);
    }

    /// @inheritdoc IPolicyRegistry
    function enact(Configuration calldata configuration_) external onlyOwner {
        bytes32 id = keccak256(abi.encode(configuration_));
        _requireProposed(id);
        (uint64 from, uint64 until) = (_proposal.enactableFrom, _proposal.enactableFrom + ENACT_WITHIN);
        if (block.timestamp < from || block.timestamp > until) revert NotEnactable(id, from, until);
        // Feeds may have changed since it was proposed.
        _validate(configuration_);
        delete _proposal;
        _putInForce(configuration_);
    }

    // Readers.

    /// @inheritdoc IPolicyRegistry
    function policyAt(uint64 observationTime) external view returns (Published memory) {
        return PolicyTable.read(_requirePublished(observationTime));
    }

    /// @inheritdoc IPolicyRegistry
    function latest(uint256 maxAge) external view returns (Published memory) {
        uint64 observationTime = _state.latest;
        if (observationTime == 0) revert NothingPublished();
        // Observed before it was published, so the age is not negative.
        if (block.timestamp - observationTime > maxAge) revert PolicyTooOld(observationTime, maxAge);
        return PolicyTable.read(dataOf[observationTime]);
    }

    /// @inheritdoc IPolicyRegistry
    function collateralAt(uint64 observationTime, uint256 asset) external view returns (Collateral memory) {
        return PolicyTable.readAsset(_requirePublished(observationTime), asset);
    }

    /// @inheritdoc IPolicyRegistry
    function collateralTable(uint64 observationTime) external view returns (Collateral[] memory) {
        return PolicyTable.readCollateral(_requirePublished(observationTime));
    }

    /// @inheritdoc IPolicyRegistry
    function configuration() external view returns (Configuration memory, uint32 number) {
        return (_configuration(), _state.number);
    }

    /// @inheritdoc IPolicyRegistry
    function proposal() external view returns (bytes32 id, uint64 enactableFrom, uint64 enactableUntil) {
        (id, enactableFrom) = (_proposal.id, _proposal.enactableFrom);
        enactableUntil = id == 0 ? 0 : enactableFrom + ENACT_WITHIN;
    }

    /// @inheritdoc IPolicyRegistry
    function publicationDigest(Policy calldata policy, uint64 deadline) public view returns (bytes32) {
        return _hashTypedDataV4(Publication.hash(policy, deadline));
    }

    // What publishing takes.

    function _checkPolicy(Policy calldata policy, Configuration memory inForce) private {
        address published = dataOf[policy.observationTime];
        if (published != address(0)) {
            revert AlreadyPublished(policy.observationTime, PolicyTable.read(published).policyHash);
        }
        uint64 now_ = uint64(block.timestamp);
        uint64 earliest = now_ > inForce.publishWithin ? now_ - inForce.publishWithin : 0;
        if (policy.observationTime < earliest || policy.observationTime > now_) {
            revert ObservationTimeOutOfRange(policy.observationTime, earliest, now_);
        }
        if (policy.nextExpiry < policy.observationTime) {
            revert InstrumentExpired(policy.nextExpiry, policy.observationTime);
        }
        if (policy.riskParametersHash != inForce.riskParametersHash) {
            revert RiskParametersDiffer(policy.riskParametersHash, inForce.riskParametersHash);
        }
        Challenges.requireInField(policy.policyHash);
        Challenges.requireInField(policy.policyTree);
        PolicyTable.check(policy.collateral, policy.observationTime);
    }

    function _record(Policy calldata policy, address[] memory signers) private {
        bytes32 descriptorHash = Publication.descriptorHash(policy);
        State memory state = _state;
        dataOf[policy.observationTime] =
            PolicyTable.write(policy, descriptorHash, uint64(block.timestamp), state.number);
        if (policy.observationTime > state.latest) _state.latest = policy.observationTime;
        emit PolicyPublished(
            policy.observationTime,
            policy.policyHash,
            descriptorHash,
            policy.policyTree,
            policy.shapeHash,
            policy.rowTableHash,
            state.number,
            signers
        );
    }

    function _requirePublished(uint64 observationTime) private view returns (address data) {
        data = dataOf[observationTime];
        if (data == address(0)) revert NotPublished(observationTime);
    }

    // Configurations.

    function _validate(Configuration memory given) private view {
        Quorum.validate(given.publishers, given.threshold);
        if (given.publishWithin == 0) revert PublishingTimeMissing();
        SpotFeeds.validate(given.feeds, given.sequencerFeed);
    }

    function _putInForce(Configuration memory given) private {
        bytes memory encoded = abi.encode(given);
        (_state.number, _state.configuration) = (_state.number + 1, DataContract.write(encoded));
        emit ConfigurationEnacted(keccak256(encoded), _state.number, given);
    }

    function _configuration() private view returns (Configuration memory) {
        address data = _state.configuration;
        return abi.decode(DataContract.read(data, DataContract.sizeOf(data)), (Configuration));
    }

    function _requireProposed(bytes32 id) private view {
        if (id == 0 || id != _proposal.id) revert NothingProposed(id);
    }
}
