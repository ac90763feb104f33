// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A price feed, or an L2 sequencer's uptime feed, in Chainlink's interface
/// @notice Only what is read here of AggregatorV3Interface.
interface IAggregatorV3 {
    /// @notice Digits of `answer` after the decimal point.
    function decimals() external view returns (uint8);

    /// @notice The newest answer. Of a sequencer's feed, answer 0 says that it is up, and startedAt since when.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
