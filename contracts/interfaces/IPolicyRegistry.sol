// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Margin policies, signed by several publishers
/// @notice A policy is the risk parameters, which change slowly, and the marks of one moment, the *observation time*. Both
/// are files that anybody compiles to the same integers. Publishers compile them, each on its own, and sign what came out;
/// m of n signatures put it here, and anybody relays them. What is published for an observation time is
/// - recomputable: whoever has the two files checks every field (`plimsoll policy verify --registry`);
/// - final: there is one policy for each observation time, and it is never edited or removed;
/// - in line with the chain's own prices, for the assets that have a feed.
/// @dev Who can do what. Publishers: choose marks within the feeds' bands, and anything for prices without a feed, if
/// `threshold` of them agree. A threshold is more than half of the publishers, so two policies for one time need one that
/// signed both: evidence against it. The owner: propose another configuration, which counts after the time lock; it
/// cannot publish, edit or stop a publication under the configuration in force. Anybody: relay a publication.
///
/// What it does not say. Feeds are compared at the time of the transaction, not of the observation: `publishWithin`
/// bounds the difference, and with it the freedom to wait for a favourable price. Feeds must quote in the policy's quote
/// currency; where they quote in another (USD for a stablecoin), the band has to hold the difference. Volatilities,
/// forwards and prices without a feed are the publishers' word. Nothing here looks at the exchange's balances.
///
/// When publishing fails because a feed is down, out of its band or silent, no policy exists for that time, and no epoch
/// can be attested at it: the exchange opens another.
interface IPolicyRegistry {
    /// @notice One row of the collateral table; its place in the table is the asset's number k, its row in the policy 2k.
    /// @param token The asset on this chain: an ERC-20, `NATIVE` for the chain's coin, 0 for an asset that is not here.
    /// @param decimals One unit of the row is 10^-decimals of the asset. Not the token's decimals.
    /// @param price Value of one unit at its mark, rounded down, in money units: 10^-12 of the quote currency.
    /// @param weight What one unit adds to initial margin by itself, rounded down, in money units: never more than its price.
    /// Collateral that counts by size tiers adds nothing by itself.
    /// @param unitWeight Upper bound on how much an account's surplus over initial margin falls when one unit leaves it,
    /// hedges included, in money units. Certified by the policy linter; never less than `weight`.
    struct Collateral {
        address token;
        uint8 decimals;
        uint96 price;
        uint96 weight;
        uint128 unitWeight;
    }

    /// @notice What publishers sign. All of it follows from the two files, the time and the chain.
    /// @param observationTime When the policy's marks count, in seconds since 1970: the snapshot time of an epoch.
    /// @param nextExpiry First expiry among the instruments, after which the rows are not what they were; 2^64 - 1 without one.
    /// @param policyHash Poseidon commitment to all coefficients and to the shape; an epoch proof opens it.
    /// @param policyTree Root of the Poseidon tree over rows; a statement about one account opens the rows it needs.
    /// @param shapeHash keccak256 of the numbers of the shape, as 32-byte words.
    /// @param riskParametersHash keccak256 of the canonical risk parameters: the one in the configuration.
    /// @param marksHash keccak256 of the canonical marks.
    /// @param rowTableHash keccak256 of the canonical row table: names, decimals, tokens and terms. Two policies with the
    /// same one give every row the same meaning.
    /// @param collateral Every accepted asset, in the order of its number.
    struct Policy {
        uint64 observationTime;
        uint64 nextExpiry;
        uint256 policyHash;
        uint256 policyTree;
        bytes32 shapeHash;
        bytes32 riskParametersHash;
        bytes32 marksHash;
        bytes32 rowTableHash;
        Collateral[] collateral;
    }

    /// @notice What is kept of a policy, for ever.
    /// @param descriptorHash keccak256 of the words riskParametersHash, marksHash, rowTableHash.
    /// @param publishedAt Time of the block that published it.
    /// @param configuration Number of the configuration that it was published under, from 1.
    /// @param assets Length of the collateral table.
    struct Published {
        uint256 policyHash;
        bytes32 descriptorHash;
        uint256 policyTree;
        bytes32 shapeHash;
        bytes32 rowTableHash;
        uint64 observationTime;
        uint64 publishedAt;
        uint64 nextExpiry;
        uint32 configuration;
        uint16 assets;
    }

    /// @notice A publisher's signature over `publicationDigest`; of a contract, as ERC-1271 has it.
    struct Endorsement {
        address publisher;
        bytes signature;
    }

    /// @notice A feed that an asset's price is compared with.
    /// @param asset Number of the asset, so its place in the collateral table.
    /// @param aggregator A feed of the price of one whole asset in the policy's quote currency.
    /// @param decimals Of the feed's answers. A feed that says otherwise is refused, not rescaled.
    /// @param heartbeat Seconds after which an answer is stale.
    /// @param band How far the price may be from the answer, either way, in hundredths of a per cent of the answer.
    struct Feed {
        uint16 asset;
        address aggregator;
        uint8 decimals;
        uint32 heartbeat;
        uint16 band;
    }

    /// @notice What changes only behind the time lock.
    /// @param publishers Ascending addresses, at most 64.
    /// @param threshold How many of them must sign: more than half.
    /// @param riskParametersHash keccak256 of the canonical risk parameters that every policy must be compiled from.
    /// @param publishWithin A policy is published at most this many seconds after its observation time.
    /// @param sequencerFeed Uptime feed of the L2's sequencer; 0 on a chain without one.
    /// @param gracePeriod Seconds after the sequencer came back during which nothing is published.
    /// @param feeds Ascending by asset, one for an asset.
    struct Configuration {
        address[] publishers;
        uint8 threshold;
        bytes32 riskParametersHash;
        uint32 publishWithin;
        address sequencerFeed;
        uint32 gracePeriod;
        Feed[] feeds;
    }

    event PolicyPublished(
        uint64 indexed observationTime,
        uint256 indexed policyHash,
        bytes32 indexed descriptorHash,
        uint256 policyTree,
        bytes32 shapeHash,
        bytes32 rowTableHash,
        uint32 configuration,
        address[] publishers
    );
    event ConfigurationProposed(bytes32 indexed id, Configuration configuration, uint64 enactableFrom);
    event ProposalCancelled(bytes32 indexed id);
    event ConfigurationEnacted(bytes32 indexed id, uint32 indexed number, Configuration configuration);

    // Who signed.

    error SignaturesTooFew(uint256 came, uint256 threshold);
    error PublisherUnknown(address publisher);
    error PublisherTwice(address publisher);
    /// @notice Not this publisher's signature over this digest: of another policy, registry or chain, or of another key.
    error PublisherSignatureInvalid(address publisher, bytes32 digest);
    error SignaturesExpired(uint64 deadline, uint64 now_);

    // What was signed.

    error AlreadyPublished(uint64 observationTime, uint256 policyHash);
    error ObservationTimeOutOfRange(uint64 observationTime, uint64 earliest, uint64 latest);
    error RiskParametersDiffer(bytes32 riskParametersHash, bytes32 expected);
    /// @notice An instrument has expired at the observation time.
    error InstrumentExpired(uint64 nextExpiry, uint64 observationTime);
    error CollateralMissing();
    error PriceMissing(uint256 asset);
    /// @notice weight <= price and weight <= unitWeight must hold.
    error CollateralInconsistent(uint256 asset, uint256 price, uint256 weight, uint256 unitWeight);
    error CollateralDecimalsUnsupported(uint256 asset, uint8 decimals);
    /// @notice One balance would stand for two assets.
    error CollateralTokenTwice(uint256 asset, address token);

    // What the feeds say.

    /// @notice A feed's asset is not in the collateral table.
    error FeedWithoutAsset(uint256 asset, uint256 assets);
    error FeedUnreadable(address aggregator);
    error FeedDecimalsDiffer(address aggregator, uint8 decimals, uint8 expected);
    /// @notice Zero, negative, or 2^128 and more.
    error FeedPriceUnusable(uint256 asset, address aggregator, int256 answer);
    error FeedStale(uint256 asset, address aggregator, uint256 updatedAt, uint256 heartbeat);
    /// @notice `price` is the policy's, in the feed's decimals and rounded down.
    error PriceOutsideBand(uint256 asset, uint256 price, uint256 answer, uint256 band);
    error SequencerDown(int256 answer, uint256 startedAt);
    error SequencerGracePeriod(uint256 startedAt, uint256 gracePeriod);

    // Configurations.

    error PublishersMiscounted(uint256 publishers, uint256 threshold);
    error PublishersNotAscending(uint256 index);
    error FeedsNotAscending(uint256 index);
    error FeedUnusable(uint256 asset, address aggregator);
    error PublishingTimeMissing();
    error TimeLockTooShort(uint64 timeLock, uint64 minimum);
    error NothingProposed(bytes32 id);
    /// @notice Too early, or so late that nobody would expect it any more.
    error NotEnactable(bytes32 id, uint64 from, uint64 until);

    // What a reader asked for.

    error NotPublished(uint64 observationTime);
    error NothingPublished();
    error PolicyTooOld(uint64 observationTime, uint256 maxAge);
    error AssetUnknown(uint256 asset, uint256 assets);

    /// @notice Publishes the policy of an observation time. Anybody sends it.
    /// @param deadline Until when the signatures count, in seconds since 1970; signed with the policy.
    /// @param endorsements At least `threshold`, in any order, each publisher once. All are checked.
    function publish(Policy calldata policy, uint64 deadline, Endorsement[] calldata endorsements) external;

    // The owner's time lock.

    /// @notice Proposes a configuration, in place of a proposal that waits. Nothing changes before `timeLock` has passed.
    /// @return id keccak256 of the ABI encoding of the configuration.
    function propose(Configuration calldata configuration) external returns (bytes32 id);

    /// @notice Takes the proposal back.
    function cancel(bytes32 id) external;

    /// @notice Puts the proposed configuration in force, from `timeLock` after its proposal and for `ENACT_WITHIN`.
    function enact(Configuration calldata configuration) external;

    // Readers.

    /// @notice The policy of an observation time. Reverts with NotPublished.
    function policyAt(uint64 observationTime) external view returns (Published memory);

    /// @notice The policy of the newest observation time, at most `maxAge` seconds old. Age counts from the observation, so
    /// a late publication does not look fresher. Reverts with NothingPublished or PolicyTooOld.
    function latest(uint256 maxAge) external view returns (Published memory);

    /// @notice One asset of a policy's collateral table. Reverts with NotPublished or AssetUnknown.
    function collateralAt(uint64 observationTime, uint256 asset) external view returns (Collateral memory);

    /// @notice The whole collateral table of a policy. Reverts with NotPublished.
    function collateralTable(uint64 observationTime) external view returns (Collateral[] memory);

    /// @notice Data contract of a policy, 0 for none: `PolicyTable` reads it without a call to this contract.
    function dataOf(uint64 observationTime) external view returns (address);

    /// @notice The configuration in force and its number.
    function configuration() external view returns (Configuration memory, uint32 number);

    /// @notice The proposal that waits; id is 0 for none.
    function proposal() external view returns (bytes32 id, uint64 enactableFrom, uint64 enactableUntil);

    /// @notice Seconds between a proposal and its enactment, the same for ever.
    function timeLock() external view returns (uint64);

    /// @notice What publishers sign (EIP-712): Publication(Policy policy,uint64 deadline) for this registry and chain.
    function publicationDigest(Policy calldata policy, uint64 deadline) external view returns (bytes32);
}
