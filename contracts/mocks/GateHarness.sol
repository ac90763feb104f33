// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Gate} from "../gate/Gate.sol";
import {IAccountCheck} from "../interfaces/IAccountCheck.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";

/// @notice Opens a gate's functions to tests.
contract GateHarness is Gate {
    constructor(ISolvencyRegistry registry_, IAccountCheck accountCheck_) Gate(registry_, accountCheck_) {}

    function requireFresh(uint256 maxAge) external view {
        _requireFresh(maxAge);
    }

    function pledge(
        ILedger.Withdrawal calldata withdrawal,
        address vault,
        uint64 until,
        bytes32 payload,
        uint256 maxAge
    ) external returns (uint256 id, address token, uint256 amount) {
        return _pledge(withdrawal, vault, until, payload, maxAge);
    }

    function release(uint256 id) external {
        _release(id);
    }

    function judge(
        uint256 id,
        IAccountCheck.Statement calldata statement,
        bytes32 payload,
        uint256 maxLeafAge,
        uint256 maxMarksAge
    ) external view returns (bool covers, uint256 free) {
        return _judge(id, statement, payload, maxLeafAge, maxMarksAge);
    }
}
