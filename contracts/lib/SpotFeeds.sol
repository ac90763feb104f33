// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {MONEY_DECIMALS} from "../generated/Constants.sol";
import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";
import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";

/// @title Prices of a policy against the chain's own
library SpotFeeds {
    uint256 private constant BAND_UNIT = 10_000;
    /// @dev Answers stay below 2^128 and prices below 2^156, so no product below runs over.
    uint8 private constant MAX_DECIMALS = 18;

    /// @notice Refuses a list in which a feed could not be used at all.
    function validate(IPolicyRegistry.Feed[] memory feeds, address sequencerFeed) internal view {
        for (uint256 i = 0; i < feeds.length; i++) {
            IPolicyRegistry.Feed memory feed = feeds[i];
            if (i > 0 && feed.asset <= feeds[i - 1].asset) revert IPolicyRegistry.FeedsNotAscending(i);
            bool usable = feed.aggregator.code.length != 0 && feed.decimals <= MAX_DECIMALS && feed.heartbeat != 0
                && feed.band != 0 && feed.band < BAND_UNIT;
            if (!usable) revert IPolicyRegistry.FeedUnusable(feed.asset, feed.aggregator);
            _requireDecimals(feed);
        }
        if (sequencerFeed != address(0) && sequencerFeed.code.length == 0) {
            revert IPolicyRegistry.FeedUnreadable(sequencerFeed);
        }
    }

    /// @notice Refuses prices while the sequencer is down, or was a moment ago: feeds then lag behind the market.
    function checkSequencer(address sequencerFeed, uint256 gracePeriod) internal view {
        if (sequencerFeed == address(0)) return;
        (int256 answer, uint256 startedAt,) = _read(sequencerFeed);
        // startedAt is 0 while the feed knows nothing yet.
        if (answer != 0 || startedAt == 0) revert IPolicyRegistry.SequencerDown(answer, startedAt);
        if (block.timestamp <= startedAt + gracePeriod) {
            revert IPolicyRegistry.SequencerGracePeriod(startedAt, gracePeriod);
        }
    }

    /// @notice Refuses a table whose price is outside its feed's band, or whose feed says nothing that counts.
    function checkPrices(IPolicyRegistry.Feed[] memory feeds, IPolicyRegistry.Collateral[] calldata collateral)
        internal
        view
    {
        for (uint256 i = 0; i < feeds.length; i++) {
            IPolicyRegistry.Feed memory feed = feeds[i];
            if (feed.asset >= collateral.length) {
                revert IPolicyRegistry.FeedWithoutAsset(feed.asset, collateral.length);
            }
            IPolicyRegistry.Collateral calldata asset = collateral[feed.asset];
            _requireDecimals(feed);
            uint256 answer = _answer(feed);
            // Both in 10^-(12 + the feed's decimals) of the quote currency for one whole asset.
            uint256 ours = uint256(asset.price) * 10 ** asset.decimals * 10 ** feed.decimals;
            uint256 theirs = answer * 10 ** MONEY_DECIMALS;
            uint256 difference = ours > theirs ? ours - theirs : theirs - ours;
            if (difference * BAND_UNIT > feed.band * theirs) {
                revert IPolicyRegistry.PriceOutsideBand(feed.asset, ours / 10 ** MONEY_DECIMALS, answer, feed.band);
            }
        }
    }

    function _answer(IPolicyRegistry.Feed memory feed) private view returns (uint256) {
        (int256 answer,, uint256 updatedAt) = _read(feed.aggregator);
        if (answer <= 0 || answer > int256(uint256(type(uint128).max))) {
            revert IPolicyRegistry.FeedPriceUnusable(feed.asset, feed.aggregator, answer);
        }
        // A time that lies ahead is no better than none.
        if (updatedAt > block.timestamp || block.timestamp - updatedAt > feed.heartbeat) {
            revert IPolicyRegistry.FeedStale(feed.asset, feed.aggregator, updatedAt, feed.heartbeat);
        }
        // Positive and below 2^128.
        return uint256(answer);
    }

    function _requireDecimals(IPolicyRegistry.Feed memory feed) private view {
        uint8 decimals;
        try IAggregatorV3(feed.aggregator).decimals() returns (uint8 came) {
            decimals = came;
        } catch {
            revert IPolicyRegistry.FeedUnreadable(feed.aggregator);
        }
        if (decimals != feed.decimals) {
            revert IPolicyRegistry.FeedDecimalsDiffer(feed.aggregator, decimals, feed.decimals);
        }
    }

    function _read(address aggregator) private view returns (int256 answer, uint256 startedAt, uint256 updatedAt) {
        try IAggregatorV3(aggregator).latestRoundData() returns (uint80, int256 a, uint256 s, uint256 u, uint80) {
            return (a, s, u);
        } catch {
            revert IPolicyRegistry.FeedUnreadable(aggregator);
        }
    }
}
