// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What one exchange holds, read by one registry
/// @notice The exchange registers accounts that sign that they are its custody or its insurance, and tokens to read there.
/// At every opening, at every `sample`, and when the epoch is attested, balances are read, and the lowest counts. So what
/// counts was there when the snapshot's time was fixed, when its proofs came, and whenever anybody looked in between. Every
/// reading is in the log: the last `ReservesRead` of an attested epoch is what its claims were compared with.
/// - Reserves: an asset's claim must be covered by its token's balances in custody, and what is missing by attestors.
/// - Insurance: the claim must be covered by balances of the insurance accounts, rounded down, each asset at the lower of
///   the policy's price and unit weight: what no margin counts, like the exchange's own token, insures nothing.
/// @dev What it does not say. Between two readings the tokens may be elsewhere; nobody knows when somebody samples. That an
/// account pledged its tokens to somebody else is not seen, nor that the same account signed for another exchange's book as
/// well: registrations are events, which anybody can compare. Two tokens with one balance behind them, as a coin and its
/// wrapper at a second address may be, count twice if the policy lists both. Deposits that come after the opening don't
/// count for its epoch, wherever they come in: the reading at the opening bounds what counts. Tokens that left since the
/// opening, be it to pay users who withdrew, are missing: an exchange holds more than it owes, or pays from elsewhere.
/// What custody must not do: lend its tokens within a transaction. Whoever borrows them, samples and returns them lowers the
/// reading to nothing at the price of the gas, and the epoch can't be attested.
/// What attestors sign is their word. The owner names them, two days before it counts.
interface IReserveBook {
    /// @notice A token to read, for the asset of this number in every policy that names the token there.
    /// @param token An ERC-20 with `decimals`, or 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE for the chain's own coin.
    /// @param asset Number of the asset. A policy that has another token there leaves this one unread.
    /// @param insures Whether it is read in insurance accounts too.
    struct Token {
        address token;
        uint16 asset;
        bool insures;
    }

    /// @notice An account that consents to be read.
    /// @param isInsurance Its tokens are the insurance, otherwise reserves: never both.
    /// @param fromEpoch First epoch that it is read for.
    /// @param toEpoch Last one.
    /// @param signature The account's EIP-712 signature over
    /// Custody(address registry,address account,bool isInsurance,uint64 fromEpoch,uint64 toEpoch,uint64 revocations); of a
    /// contract, as ERC-1271 has it. It counts for this book only, which counts for one registry on one chain, and until the
    /// account revokes: `revocations` is how often it did so before.
    struct Account {
        address account;
        bool isInsurance;
        uint64 fromEpoch;
        uint64 toEpoch;
        bytes signature;
    }

    /// @notice What somebody named here says to hold for the exchange at the snapshot, in custody that no contract reads.
    /// @param attestor Who says it.
    /// @param assets Numbers of assets, ascending.
    /// @param amounts Of each, in units of its row; below 2^128.
    /// @param signature The attestor's EIP-712 signature over
    /// Statement(address registry,uint64 epoch,uint64 snapshotTime,bytes32 rowTableHash,uint256[] assets,uint256[] amounts).
    /// `rowTableHash` is that of the policy published for the snapshot's time. It says what asset 3 is and what one unit of
    /// it: the same numbers under another row table are another statement. It is known before the marks are.
    struct Statement {
        address attestor;
        uint256[] assets;
        uint256[] amounts;
        bytes signature;
    }

    /// @notice The lowest balances since the opening, in the token's units, at most 2^128 - 1.
    struct Reading {
        address token;
        uint256 reserves;
        uint256 insurance;
    }

    event ReservesRegistered(address indexed data, Token[] tokens, Account[] accounts);
    /// @notice From the next opening on the account is not read: `data` is the set without it.
    event CustodyRevoked(address indexed account, address indexed data, uint64 revocations);
    /// @notice The lowest balances so far, a word for each token of the set: reserves, then insurance, 128 bits each.
    event ReservesRead(uint64 indexed epoch, address indexed data, uint256[] lowest);
    /// @notice Its statements count for snapshots from `from` on, in seconds since 1970.
    event AttestorNamed(address indexed attestor, string name, uint64 from);
    event AttestorRemoved(address indexed attestor);
    /// @notice An attested epoch rests on this statement.
    event ReservesVouched(uint64 indexed epoch, address indexed attestor, uint256[] assets, uint256[] amounts);

    error RegistryOnly(address sender);
    error TokensNotAscending(uint256 index);
    /// @notice An account stands twice in the list, be it as reserve and as insurance, or out of order.
    error AccountsNotAscending(uint256 index);
    error SetTooLarge(uint256 readings, uint256 most);
    error TokenUnusable(address token);
    /// @notice What the account was to consent to, or to revoke, it has neither signed nor sent.
    error CustodySignatureInvalid(address account, bytes32 digest);
    error EpochsOutOfOrder(address account, uint64 fromEpoch, uint64 toEpoch);
    error NothingOpen();
    /// @notice The reading at the end must be in another block than the one at the opening.
    error ReadingsInOneBlock(uint256 blockNumber);
    /// @notice Not named, or removed; or what it is to be named is nothing.
    error AttestorUnknown(address attestor);
    /// @notice It counts already, or had this other name before.
    error AttestorNamedBefore(address attestor, string name);
    /// @notice It counts for snapshots from `from` on only.
    error AttestorTooNew(address attestor, uint64 from, uint64 snapshotTime);
    error AttestorsNotAscending(uint256 index);
    error StatementMalformed(address attestor);
    error StatementSignatureInvalid(address attestor, bytes32 digest);
    /// @notice Amounts in units of the row: what is claimed, what was read of it (rounded down), what attestors add.
    error ReserveTooSmall(uint256 asset, uint256 claimed, uint256 read, uint256 vouched);
    /// @notice In 10^-12 of the quote currency.
    error InsuranceTooSmall(uint256 claimed, uint256 value);

    /// @notice Replaces the tokens and accounts that are read, from the next opening on.
    /// @param tokens Ascending by asset, so one for an asset.
    /// @param accounts Ascending by address, so each in one role only.
    /// @param signature The exchange's, over Register(address registry,uint64 registrations,bytes32 content), content being
    /// keccak256 of the ABI encoding of both lists; not looked at when the exchange is the sender.
    function register(Token[] calldata tokens, Account[] calldata accounts, bytes calldata signature)
        external
        returns (address data);

    /// @notice Takes back every consent that an account has signed, and takes the account out of what is read, from the next
    /// opening on; an epoch that is open goes on with it. To be read again it has to sign anew.
    /// @param signature The account's, over Revoke(address registry,address account,uint64 revocations); not looked at when
    /// the account is the sender.
    /// @return data The set that the next opening uses.
    function revoke(address account, bytes calldata signature) external returns (address data);

    /// @notice Reads all balances of the opening that waits, and keeps those that are lower. Anybody may, at any time.
    function sample() external;

    /// @notice Lets statements of this account count, for snapshots `ATTESTOR_DELAY` from now and later. The owner of the
    /// registry only. `name` is for people, and for ever: no account ever has another one.
    function nameAttestor(address attestor, string calldata name) external;

    /// @notice Statements of this account count no more, at once. The owner only. Named again, it waits again.
    function removeAttestor(address attestor) external;

    /// @notice Reads all balances for an epoch that is being opened. The registry only.
    function begin(uint64 epoch) external;

    /// @notice Reads all balances again, leaves the lowest in the log, and checks the claims against what is lowest. The registry only.
    /// @param policy Data contract of the published policy.
    /// @param claims Insurance in 10^-12 of the quote currency, then each asset in units of its row.
    /// @return onChain Assets whose claim is covered by balances.
    /// @return vouched Assets whose claim is covered by attestors, wholly or in part.
    function settle(
        uint64 epoch,
        uint64 snapshotTime,
        address policy,
        uint256[] calldata claims,
        Statement[] calldata statements
    ) external returns (uint256 onChain, uint256 vouched);

    function registry() external view returns (address);

    /// @notice Data contract of the set that the next opening uses; 0 before there is one.
    function registered() external view returns (address);

    /// @notice How often something was registered: an order that was carried out is not carried out again.
    function registrations() external view returns (uint64);

    /// @notice How often an account took its consents back: what it signed before the last time is void.
    function revocations(address account) external view returns (uint64);

    /// @notice The lowest balances since the last opening, without the reading that the attestation takes.
    function lowest() external view returns (Reading[] memory);

    /// @notice Under which name an account was or is an attestor; empty if it never was.
    function attestorName(address attestor) external view returns (string memory);

    /// @notice From which snapshot time on an account's statements count, in seconds since 1970; 0 if they don't.
    function attestorFrom(address attestor) external view returns (uint64);

    /// @notice What an account signs to be read, as often as it has revoked by now.
    function custodyDigest(address account, bool isInsurance, uint64 fromEpoch, uint64 toEpoch)
        external
        view
        returns (bytes32);

    /// @notice What an account signs to have others revoke for it.
    function revokeDigest(address account) external view returns (bytes32);

    /// @notice What the exchange signs to have others register.
    function registerDigest(uint64 registrations_, Token[] calldata tokens, Account[] calldata accounts)
        external
        view
        returns (bytes32);

    /// @notice What an attestor signs.
    function statementDigest(
        uint64 epoch,
        uint64 snapshotTime,
        bytes32 rowTableHash,
        uint256[] calldata assets,
        uint256[] calldata amounts
    ) external view returns (bytes32);
}
