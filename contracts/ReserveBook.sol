// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.37;

import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {IReserveBook} from "./interfaces/IReserveBook.sol";
import {ISolvencyRegistry} from "./interfaces/ISolvencyRegistry.sol";
import {PolicyTable} from "./lib/PolicyTable.sol";
import {ReserveSet} from "./lib/ReserveSet.sol";
import {ReserveUnits} from "./lib/ReserveUnits.sol";
import {Statements} from "./lib/Statements.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title What one exchange holds, read by one registry
/// @dev Made by its registry. Calls out to tokens and wallets by STATICCALL only, so nothing can re-enter and write.
contract ReserveBook is IReserveBook, EIP712 {
    /// @dev The opening whose readings these are. The block's number is kept modulo 2^32.
    struct Round {
        address data;
        uint64 epoch;
        uint32 openedBlock;
    }

    bytes32 public constant CUSTODY_TYPEHASH =
        keccak256("Custody(address registry,address account,bool isInsurance,uint64 fromEpoch,uint64 toEpoch)");
    bytes32 public constant REGISTER_TYPEHASH =
        keccak256("Register(address registry,uint64 registrations,bytes32 content)");
    uint256 private constant RESERVES_SHIFT = 128;

    address public immutable registry;
    address public immutable exchange;

    address public registered;
    uint64 public registrations;
    Round private _round;
    /// @dev By place in the set: reserves, then insurance, 128 bits each. Overwritten by the next opening.
    mapping(uint256 index => uint256) private _lowest;
    mapping(address attestor => string) public attestorName;

    modifier onlyRegistry() {
        if (msg.sender != registry) revert RegistryOnly(msg.sender);
        _;
    }

    modifier onlyOwner() {
        if (msg.sender != Ownable(registry).owner()) revert Ownable.OwnableUnauthorizedAccount(msg.sender);
        _;
    }

    constructor(address exchange_) EIP712("Plimsoll ReserveBook", "1") {
        (registry, exchange) = (msg.sender, exchange_);
    }

    // The exchange says where to look, its accounts consent.

    /// @inheritdoc IReserveBook
    function register(Token[] calldata tokens, Account[] calldata accounts, bytes calldata signature)
        external
        returns (address data)
    {
        bytes32 order = registerDigest(registrations, tokens, accounts);
        if (msg.sender != exchange && !SignatureChecker.isValidSignatureNowCalldata(exchange, order, signature)) {
            revert ISolvencyRegistry.ExchangeSignatureInvalid(exchange, order);
        }
        for (uint256 i = 0; i < accounts.length; i++) {
            Account calldata one = accounts[i];
            bytes32 digest = custodyDigest(one.account, one.isInsurance, one.fromEpoch, one.toEpoch);
            if (!SignatureChecker.isValidSignatureNowCalldata(one.account, digest, one.signature)) {
                revert CustodySignatureInvalid(one.account, digest);
            }
        }
        data = ReserveSet.write(tokens, accounts);
        registered = data;
        registrations++;
        emit ReservesRegistered(data, tokens, accounts);
    }

    // Anybody looks.

    /// @inheritdoc IReserveBook
    function sample() external {
        (uint64 epoch,, bool isPending) = ISolvencyRegistry(registry).opening();
        if (!isPending) revert NothingOpen();
        Round memory round = _round;
        bytes memory set = ReserveSet.load(round.data);
        uint256[] memory lowest_ = _readLowest(set, epoch);
        for (uint256 i = 0; i < lowest_.length; i++) _lowest[i] = lowest_[i];
        emit ReservesRead(epoch, round.data, lowest_);
    }

    // The registry reads at both ends.

    /// @inheritdoc IReserveBook
    function begin(uint64 epoch) external onlyRegistry {
        address data = registered;
        // The cast cuts the number, as meant.
        _round = Round(data, epoch, uint32(block.number));
        bytes memory set = ReserveSet.load(data);
        uint256[] memory read = new uint256[](ReserveSet.tokenCount(set));
        for (uint256 i = 0; i < read.length; i++) {
            read[i] = _pack(set, i, epoch);
            _lowest[i] = read[i];
        }
        emit ReservesRead(epoch, data, read);
    }

    /// @inheritdoc IReserveBook
    function settle(
        uint64 epoch,
        uint64 snapshotTime,
        address policy,
        uint256[] calldata claims,
        Statement[] calldata statements
    ) external onlyRegistry returns (uint256 onChain, uint256 vouched) {
        Round memory round = _round;
        if (round.openedBlock == uint32(block.number)) revert ReadingsInOneBlock(block.number);
        (uint256[] memory held, uint256 insurance) = _valued(ReserveSet.load(round.data), epoch, policy, claims.length - 1);
        if (insurance < claims[0]) revert InsuranceTooSmall(claims[0], insurance);
        uint256[] memory extra = _vouched(epoch, snapshotTime, statements, held.length);
        for (uint256 k = 0; k < held.length; k++) {
            uint256 claim = claims[k + 1];
            if (claim == 0) continue;
            if (held[k] >= claim) onChain++;
            else if (extra.length > 0 && held[k] + extra[k] >= claim) vouched++;
            else revert ReserveTooSmall(k, claim, held[k], extra.length > 0 ? extra[k] : 0);
        }
    }

    // The owner names whose word counts.

    /// @inheritdoc IReserveBook
    function nameAttestor(address attestor, string calldata name) external onlyOwner {
        if (attestor == address(0) || bytes(name).length == 0) revert AttestorUnknown(attestor);
        attestorName[attestor] = name;
        emit AttestorNamed(attestor, name);
    }

    /// @inheritdoc IReserveBook
    function removeAttestor(address attestor) external onlyOwner {
        _requireAttestor(attestor);
        delete attestorName[attestor];
        emit AttestorRemoved(attestor);
    }

    // Views.

    /// @inheritdoc IReserveBook
    function lowest() external view returns (Reading[] memory readings) {
        bytes memory set = ReserveSet.load(_round.data);
        readings = new Reading[](ReserveSet.tokenCount(set));
        for (uint256 i = 0; i < readings.length; i++) {
            uint256 word = _lowest[i];
            readings[i] = Reading(ReserveSet.tokenAt(set, i).token, word >> RESERVES_SHIFT, uint128(word));
        }
    }

    /// @inheritdoc IReserveBook
    function custodyDigest(address account, bool isInsurance, uint64 fromEpoch, uint64 toEpoch)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(
            keccak256(abi.encode(CUSTODY_TYPEHASH, registry, account, isInsurance, fromEpoch, toEpoch))
        );
    }

    /// @inheritdoc IReserveBook
    function registerDigest(uint64 registrations_, Token[] calldata tokens, Account[] calldata accounts)
        public
        view
        returns (bytes32)
    {
        bytes32 content = keccak256(abi.encode(tokens, accounts));
        return _hashTypedDataV4(keccak256(abi.encode(REGISTER_TYPEHASH, registry, registrations_, content)));
    }

    /// @inheritdoc IReserveBook
    function statementDigest(uint64 epoch, uint64 snapshotTime, uint256[] calldata assets, uint256[] calldata amounts)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(Statements.hash(registry, epoch, snapshotTime, assets, amounts));
    }

    // What a reading takes.

    /// @dev Word of token i as it is now.
    function _pack(bytes memory set, uint256 i, uint64 epoch) private view returns (uint256) {
        (uint256 reserves, uint256 insurance) = ReserveSet.balancesOf(set, i, epoch);
        return (reserves << RESERVES_SHIFT) | insurance;
    }

    /// @dev The lower of what was kept and what is there now, token by token and role by role.
    function _readLowest(bytes memory set, uint64 epoch) private view returns (uint256[] memory words) {
        words = new uint256[](ReserveSet.tokenCount(set));
        for (uint256 i = 0; i < words.length; i++) {
            (uint256 kept, uint256 now_) = (_lowest[i], _pack(set, i, epoch));
            uint256 reserves = kept >> RESERVES_SHIFT < now_ >> RESERVES_SHIFT ? kept : now_;
            uint256 insurance = uint128(kept) < uint128(now_) ? kept : now_;
            words[i] = ((reserves >> RESERVES_SHIFT) << RESERVES_SHIFT) | uint128(insurance);
        }
    }

    /// @dev What is held of each asset, in units of its row, and what the insurance is worth; each rounded down.
    function _valued(bytes memory set, uint64 epoch, address policy, uint256 assets)
        private
        view
        returns (uint256[] memory held, uint256 insurance)
    {
        held = new uint256[](assets);
        uint256[] memory lowest_ = _readLowest(set, epoch);
        uint256 listed = PolicyTable.assetsOf(policy);
        for (uint256 i = 0; i < lowest_.length; i++) {
            ReserveSet.Token memory token = ReserveSet.tokenAt(set, i);
            if (token.asset >= assets || token.asset >= listed) continue;
            IPolicyRegistry.Collateral memory asset = PolicyTable.readAsset(policy, token.asset);
            // One token stands for one asset of a policy, so no balance counts twice.
            if (asset.token != token.token) continue;
            held[token.asset] = ReserveUnits.down(lowest_[i] >> RESERVES_SHIFT, token.decimals, asset.decimals);
            // What margin counts for less than its mark, or not at all, insures no more: an exchange could print it.
            if (asset.unitWeight < asset.price) asset.price = uint96(asset.unitWeight);
            insurance += ReserveUnits.valueDown(uint128(lowest_[i]), asset.price, token.decimals, asset.decimals);
        }
    }

    /// @dev What attestors say to hold of each asset; empty without statements.
    function _vouched(uint64 epoch, uint64 snapshotTime, Statement[] calldata statements, uint256 assets)
        private
        returns (uint256[] memory sums)
    {
        if (statements.length == 0) return sums;
        sums = new uint256[](assets);
        for (uint256 i = 0; i < statements.length; i++) {
            Statement calldata one = statements[i];
            // Ascending, so that nobody's statement counts twice.
            if (i > 0 && one.attestor <= statements[i - 1].attestor) revert AttestorsNotAscending(i);
            _requireAttestor(one.attestor);
            Statements.addTo(sums, one);
            bytes32 digest = statementDigest(epoch, snapshotTime, one.assets, one.amounts);
            if (!SignatureChecker.isValidSignatureNowCalldata(one.attestor, digest, one.signature)) {
                revert StatementSignatureInvalid(one.attestor, digest);
            }
            emit ReservesVouched(epoch, one.attestor, one.assets, one.amounts);
        }
    }

    function _requireAttestor(address attestor) private view {
        if (bytes(attestorName[attestor]).length == 0) revert AttestorUnknown(attestor);
    }
}
