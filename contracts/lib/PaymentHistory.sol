// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

/// @title A total that only grows, and what it was before an epoch was opened
/// @notice An amount is kept under the number of the last epoch that was opened before it was paid. So it counts for that
/// epoch and all before it, whose snapshots may not have seen it, and for none that is opened later.
library PaymentHistory {
    /// @dev The newest total stands beside all that is read with it: one slot for whoever is paid in one epoch only.
    /// @param count Of past totals.
    /// @param place, isOneOfMany The caller's.
    struct History {
        uint64 epoch;
        uint128 total;
        uint24 count;
        uint32 place;
        bool isOneOfMany;
        mapping(uint256 index => Past) past;
    }

    /// @dev The total after the last payment under an epoch's number.
    struct Past {
        uint64 epoch;
        uint128 total;
    }

    /// @notice Adds a payment. `epoch` is not below any that came before; the caller keeps the total below 2^128.
    function add(History storage self, uint64 epoch, uint256 amount) internal {
        (uint64 last, uint24 count, uint128 total) = (self.epoch, self.count, self.total);
        if (total != 0 && last != epoch) {
            self.past[count] = Past(last, total);
            self.count = count + 1;
        }
        self.epoch = epoch;
        self.total = total + uint128(amount);
    }

    /// @notice Sum of all payments since `epoch` was opened.
    function since(History storage self, uint64 epoch) internal view returns (uint256) {
        if (self.epoch < epoch) return 0;
        // The first past total that counts is searched for; mostly it is none, since readers ask for new epochs.
        (uint256 low, uint256 high) = (0, self.count);
        if (high > 0 && self.past[high - 1].epoch < epoch) low = high;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (self.past[middle].epoch < epoch) low = middle + 1;
            else high = middle;
        }
        return self.total - (low == 0 ? 0 : self.past[low - 1].total);
    }
}
