// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {ILedger} from "../interfaces/ILedger.sol";
import {IMarginVault} from "../interfaces/IMarginVault.sol";
import {IReserveBook} from "../interfaces/IReserveBook.sol";
import {ISolvencyRegistry} from "../interfaces/ISolvencyRegistry.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Whom a vault serves, how long everybody has, and whether it is frozen
abstract contract VaultCore is IMarginVault, IERC1271, EIP712, ReentrancyGuardTransient {
    /// @notice Bounds of `Times`: nobody is hurried, and nobody waits for ever.
    uint64 public constant LEAST_TIME = 1 days;
    uint64 public constant MOST_TIME = 30 days;
    uint64 public constant LEAST_CLAIM_TIME = 7 days;
    uint64 public constant MOST_CLAIM_TIME = 90 days;
    uint64 public constant LEAST_ROOT_AGE = 7 days;
    uint64 public constant MOST_ROOT_AGE = 365 days;

    uint256 private constant CUSTODY_SIGNATURE_LENGTH = 0x40;

    ISolvencyRegistry public immutable registry;
    ILedger public immutable ledger;
    IReserveBook private immutable _book;
    address private immutable _exchange;
    uint64 internal immutable _response;
    uint64 internal immutable _answer;
    uint64 internal immutable _claim;
    uint64 internal immutable _maxRootAge;

    // One slot.
    address public operator;
    bool public isPaused;
    bool internal _isFrozen;

    // Of the escape; 0 before.
    uint64 internal _escapeEpoch;
    uint64 internal _frozenAt;
    uint64 internal _claimUntil;
    uint256 internal _pledgesAtFreeze;

    modifier onlyExchange() {
        if (msg.sender != _exchange) revert ExchangeOnly(_exchange, msg.sender);
        _;
    }

    modifier whileNotFrozen() {
        if (_isFrozen) revert VaultFrozen(_escapeEpoch);
        _;
    }

    constructor(ISolvencyRegistry registry_, address operator_, Times memory times_)
        EIP712("Plimsoll MarginVault", "1")
    {
        if (address(registry_) == address(0)) revert AddressMissing();
        _requireTime(times_.response, LEAST_TIME, MOST_TIME);
        _requireTime(times_.answer, LEAST_TIME, MOST_TIME);
        _requireTime(times_.claim, LEAST_CLAIM_TIME, MOST_CLAIM_TIME);
        _requireTime(times_.maxRootAge, LEAST_ROOT_AGE, MOST_ROOT_AGE);
        (registry, ledger, _book) = (registry_, registry_.ledger(), registry_.reserves());
        _exchange = registry_.exchange();
        (_response, _answer, _claim, _maxRootAge) =
            (times_.response, times_.answer, times_.claim, times_.maxRootAge);
        operator = operator_;
        emit OperatorNamed(operator_);
    }

    // What the exchange does.

    /// @inheritdoc IMarginVault
    function pauseDeposits(bool isPaused_) external onlyExchange {
        isPaused = isPaused_;
        emit DepositsPaused(isPaused_);
    }

    /// @inheritdoc IMarginVault
    function nameOperator(address operator_) external onlyExchange {
        operator = operator_;
        emit OperatorNamed(operator_);
    }

    // What others read.

    /// @inheritdoc IMarginVault
    function times() external view returns (Times memory) {
        return Times(_response, _answer, _claim, _maxRootAge);
    }

    /// @inheritdoc IMarginVault
    function escape() external view returns (bool isFrozen, uint64 epoch, uint64 frozenAt, uint64 claimUntil) {
        return (_isFrozen, _escapeEpoch, _frozenAt, _claimUntil);
    }

    /// @notice Consents to be read as custody by the reserve book of the vault's registry, and to nothing else.
    /// @param signature abi.encode(uint64 fromEpoch, uint64 toEpoch).
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        if (signature.length != CUSTODY_SIGNATURE_LENGTH) return 0xffffffff;
        (uint256 from, uint256 to) = abi.decode(signature, (uint256, uint256));
        if (from > type(uint64).max || to > type(uint64).max) return 0xffffffff;
        // Just compared, so the casts keep them.
        bytes32 custody = _book.custodyDigest(address(this), false, uint64(from), uint64(to));
        return hash == custody ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    /// @inheritdoc IMarginVault
    function payloadOf(Purpose purpose, uint256 exit, Relay memory relay) public pure returns (bytes32) {
        return keccak256(abi.encode(purpose, exit, relay));
    }

    // What several of the ways out share.

    /// @dev The operator sends the transaction itself, or has signed it for a time that has not run out.
    function _requireOperator(bytes32 digest, uint64 deadline, bytes calldata signature) internal view {
        address signer = operator;
        if (msg.sender == signer) return;
        if (block.timestamp > deadline) revert SignatureExpired(deadline, uint64(block.timestamp));
        // Before anybody asks whether the operator is a contract, which an account with a key rarely is. One that is both sends what
        // it likes itself.
        (address recovered, ECDSA.RecoverError fault,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (fault == ECDSA.RecoverError.NoError && recovered == signer) return;
        if (!SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature)) {
            revert OperatorSignatureInvalid(signer, digest);
        }
    }

    /// @dev The snapshot of an epoch was at most `maxRootAge` old at a time, or is the newest: an exchange that attests no
    /// more shall not lock anybody in.
    function _requireRecent(uint64 epoch, uint64 time) internal view {
        (uint64 snapshotTime,) = registry.policyOf(epoch);
        // The chain's time is beyond a year, so the difference is not negative.
        uint64 oldest = time - _maxRootAge;
        if (snapshotTime < oldest && epoch != registry.latest().epoch) revert RootTooOld(snapshotTime, oldest);
    }

    function _requireRelay(Relay calldata relay) internal pure {
        if (relay.relayer == address(0) && relay.fee != 0) revert RelayerMissing(relay.fee);
    }

    function _requireTime(uint64 time, uint64 least, uint64 most) private pure {
        if (time < least || time > most) revert TimeOutOfRange(time, least, most);
    }
}
