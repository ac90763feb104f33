// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A contract that is paid the chain's own coin: it refuses, or takes it and calls somebody first; and calls whatever it is
/// told to.
contract ReceiverMock {
    bool public isRefusing;
    address private _target;
    bytes private _call;
    /// @notice What the call on being paid came to.
    bool public callSucceeded;
    bytes public callAnswer;

    receive() external payable {
        require(!isRefusing, "No coins, please");
        if (_target == address(0)) return;
        address target = _target;
        _target = address(0);
        (callSucceeded, callAnswer) = target.call(_call);
    }

    function setRefusing(bool isRefusing_) external {
        isRefusing = isRefusing_;
    }

    /// @notice Calls this once, on being paid next.
    function callNext(address target, bytes calldata call) external {
        (_target, _call) = (target, call);
    }

    function execute(address target, bytes calldata call) external payable returns (bytes memory) {
        (bool succeeded, bytes memory answer) = target.call{value: msg.value}(call);
        if (!succeeded) {
            assembly ("memory-safe") {
                // Hands on what the target said, from behind the length.
                revert(add(answer, 0x20), mload(answer))
            }
        }
        return answer;
    }
}
