// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What one exchange holds, read by one registry
/// @notice The exchange registers accounts that sign that they are its custody or its insurance, and tokens to read there.
/// At every opening, at every `sample`, and when the epoch is attested, balances are read, and the lowest counts. So what
/// counts was there when the snapshot's time was fixed, when its proofs came, and whenever anybody looked in between.
/// - Reserves: an asset's claim must be covered by its token's balances in custody, and what is missing by attestors.
/// - Insurance: the claim must be covered by balances of the insurance accounts, rounded down, each asset at the lower of
///   the policy's price and unit weight: what no margin counts, like the exchange's own token, insures nothing.
/// @dev What it does not say. Between two readings the tokens may be elsewhere; nobody knows when somebody samples. That an
/// account pledged its tokens to somebody else is not seen, nor that the same account signed for another exchange's book as
/// well: registrations are events, which anybody can compare. Deposits that come after the opening don't count for its
/// epoch, wherever they come in: the reading at the opening bounds what counts. Tokens that left since the opening, be
/// it to pay users who withdrew, are missing: an exchange holds more than it owes, or pays from elsewhere.
/// What attestors sign is their word. The owner names them.
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
    /// Custody(address registry,address account,bool isInsurance,uint64 fromEpoch,uint64 toEpoch); of a contract, as
    /// ERC-1271 has it. It counts for this book only, which counts for one registry on one chain.
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
    /// Statement(address registry,uint64 epoch,uint64 snapshotTime,uint256[] assets,uint256[] amounts).
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
    /// @notice The lowest balances so far, a word for each token of the set: reserves, then insurance, 128 bits each.
    event ReservesRead(uint64 indexed epoch, address indexed data, uint256[] lowest);
    event AttestorNamed(address indexed attestor, string name);
    event AttestorRemoved(address indexed attestor);
    /// @notice An attested epoch rests on this statement.
    event ReservesVouched(uint64 indexed epoch, address indexed attestor, uint256[] assets, uint256[] amounts);

    error RegistryOnly(address sender);
    error TokensNotAscending(uint256 index);
    /// @notice An account stands twice in the list, be it as reserve and as insurance, or out of order.
    error AccountsNotAscending(uint256 index);
    error SetTooLarge(uint256 readings, uint256 most);
    error TokenUnusable(address token);
    error CustodySignatureInvalid(address account, bytes32 digest);
    error EpochsOutOfOrder(address account, uint64 fromEpoch, uint64 toEpoch);
    error NothingOpen();
    /// @notice The reading at the end must be in another block than the one at the opening.
    error ReadingsInOneBlock(uint256 blockNumber);
    error AttestorUnknown(address attestor);
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

    /// @notice Reads all balances of the opening that waits, and keeps those that are lower. Anybody may, at any time.
    function sample() external;

    /// @notice Lets statements of this account count. The owner of the registry only. `name` is for people.
    function nameAttestor(address attestor, string calldata name) external;

    function removeAttestor(address attestor) external;

    /// @notice Reads all balances for an epoch that is being opened. The registry only.
    function begin(uint64 epoch) external;

    /// @notice Reads all balances again, and checks the claims against what is lowest. The registry only.
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

    /// @notice The lowest balances since the last opening, as they will count for its epoch.
    function lowest() external view returns (Reading[] memory);

    /// @notice Empty for an account that is not an attestor.
    function attestorName(address attestor) external view returns (string memory);

    /// @notice What an account signs to be read.
    function custodyDigest(address account, bool isInsurance, uint64 fromEpoch, uint64 toEpoch)
        external
        view
        returns (bytes32);

    /// @notice What the exchange signs to have others register.
    function registerDigest(uint64 registrations_, Token[] calldata tokens, Account[] calldata accounts)
        external
        view
        returns (bytes32);

    /// @notice What an attestor signs.
    function statementDigest(uint64 epoch, uint64 snapshotTime, uint256[] calldata assets, uint256[] calldata amounts)
        external
        view
        returns (bytes32);
}
