// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILedger} from "./ILedger.sol";
import {ISolvencyRegistry} from "./ISolvencyRegistry.sol";

/// @title Collateral of an exchange's customers
/// @notice Deposits name an owner, as leaves do; the exchange credits the account of that owner. Tokens leave in four
/// ways, and in no other; the exchange itself takes out only what a proof shows to be free in an account of its own.
/// - *Instant*: a proof against the newest attestation and the operator's signature, since trading after the snapshot
///   may have spent what was free. Not while an epoch is open.
/// - *Forced exit*: a proof against a recent attestation, without the operator. The operator pays, or refuses by
///   showing the newest attestation's leaf of the same key, which does not allow it. The user answers a false refusal
///   with a leaf of that same attestation that does allow it: two leaves of one key are evidence against the operator,
///   and the exit can't be refused again.
/// - *Escape*: an exit that was neither paid nor refused in time freezes the vault for good. Claims against the newest
///   attestation are registered for a time, then paid, pro rata if the vault is short; then older leaves, from what is
///   left.
/// - *Pledge*: a gate that was pledged free collateral exits or escapes with it in the account's place.
/// Nobody pauses an exit. The exchange may pause deposits.
///
/// @dev Payments of exits and escapes go to a purse of each recipient, outside the vault (`IPurse`), so that no
/// recipient can make them fail and what is paid is not read as a reserve. The vault consents by ERC-1271 to be read as
/// custody by the reserve book of its registry, and signs nothing else.
///
/// Amounts of tokens are in the token's units, those in proofs in units of the policy's row. The chain's own coin is
/// 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE.
///
/// What it can't see. Whoever the exchange credits with nothing for a deposit has no leaf, and what is not in a leaf is
/// not paid: users check each epoch that they were counted. Collateral that is margin of open positions is not free,
/// and is paid in no escape. An escape pays from what is here: tokens in other custody are not, though a forced exit
/// may ask for them, and then the operator has to bring them. A token that takes from its holders leaves the vault
/// short, as a theft would: whoever comes first is paid in full, and in an escape all lose alike. A token that stops
/// all transfers makes its exits fail, and freezes the vault.
interface IMarginVault {
    /// @notice What a proof is made for here. Bound in the proof, beside the ledger's action, this vault and its chain.
    enum Purpose {
        Withdraw,
        Exit,
        Answer,
        Claim
    }

    /// @notice `Over`: nothing was owed any more when the operator came to pay or to refuse.
    enum ExitState {
        None,
        Requested,
        Refused,
        Answered,
        Paid,
        Over
    }

    /// @notice How long everybody has, in seconds; fixed for ever.
    /// @param response The operator, to pay or refuse an exit. Longer than from one attestation to the next, since only
    /// a newer one refuses.
    /// @param answer The user, to answer a refusal.
    /// @param claim Everybody, to register claims once the vault is frozen.
    /// @param maxRootAge Age of the oldest snapshot that exits and claims may be proved against, and pledges were last; the newest
    /// may be older.
    struct Times {
        uint64 response;
        uint64 answer;
        uint64 claim;
        uint64 maxRootAge;
    }

    /// @notice Somebody who sends a user's proof and is paid from the withdrawal; bound in the proof. No relayer: 0, 0.
    /// @param fee In the token's units, at most what is paid: where less is paid than the fee, all of it.
    struct Relay {
        address relayer;
        uint96 fee;
    }

    /// @notice What the operator adds to an instant withdrawal when it signs.
    /// @param paidBefore What was paid to the key of this token since the epoch was opened (`ILedger.paidSince`), so
    /// that a signature is good for one payment only, whatever is released or proved later.
    /// @param deadline The last second in which it counts.
    struct Order {
        uint256 paidBefore;
        uint64 deadline;
    }

    /// @notice A forced exit. Of a pledge, the first line is the pledge's, amount and charge are 0 and nobody relays.
    /// @param key, epoch, recipient, asset, amount, charge As proved; after an answer, as proved in it.
    /// @param deadline For the step that comes next: the operator's answer, or the user's to a refusal.
    /// @param pledgeId 0 unless it is a pledge's.
    struct Exit {
        uint256 key;
        uint64 epoch;
        address recipient;
        uint16 asset;
        ExitState state;
        address token;
        uint64 deadline;
        uint128 amount;
        uint128 charge;
        Relay relay;
        uint256 pledgeId;
    }

    /// @notice What the newest leaf was shown not to allow.
    struct Denial {
        uint64 epoch;
        uint16 asset;
        uint128 amount;
        uint128 charge;
    }

    /// @notice What is due to somebody in the escape.
    /// @param isFirst Whether it was proved against the attestation that was the newest when the vault was frozen.
    /// @param amount Of the token, as the ledger counted it.
    /// @param paid Of that.
    struct Claim {
        address token;
        uint64 epoch;
        bool isFirst;
        address recipient;
        uint256 amount;
        uint256 paid;
        Relay relay;
    }

    /// @notice What a token's claims share.
    /// @param first, second Sums of the claims of both classes.
    /// @param balance The vault's, when the first of them was paid.
    struct Pool {
        uint256 first;
        uint256 second;
        uint256 balance;
        bool isFixed;
    }

    // What happened.

    /// @notice The exchange credits `owner` with it.
    event Deposited(uint256 indexed owner, address indexed token, address indexed from, uint256 amount);
    /// @notice `amount` includes the fee.
    event Withdrawn(
        uint256 indexed key,
        address indexed recipient,
        address indexed token,
        uint64 epoch,
        uint256 amount,
        address relayer,
        uint256 fee
    );
    /// @notice `owed` is what the exit asks for as things stand.
    event ExitRequested(uint256 indexed id, uint256 indexed key, address indexed token, uint256 owed, Exit exit);
    event ExitPaid(uint256 indexed id, uint256 indexed key, address indexed token, uint256 amount, uint256 fee);
    event ExitOver(uint256 indexed id, uint256 indexed key);
    event ExitRefused(uint256 indexed id, uint256 indexed key, Denial denial, uint64 answerUntil);
    /// @notice The operator attested two leaves of one key: one is in the refusal, the other in this transaction, or in the
    /// pledge's renewal.
    event RefusalAnswered(uint256 indexed id, uint256 indexed key, uint64 indexed epoch, Exit exit);
    event Frozen(uint256 indexed exit, uint64 epoch, uint64 claimUntil);
    event ClaimRegistered(uint256 indexed id, uint256 indexed key, address indexed token, Claim claim);
    event ClaimPaid(uint256 indexed id, address indexed token, uint256 amount, uint256 fee);
    event PurseOpened(address indexed recipient, address purse);
    event DepositsPaused(bool isPaused);
    event OperatorNamed(address indexed operator);

    // What was wrong.

    error AddressMissing();
    /// @notice A time is out of its range; see `Times` and the constants of the contract.
    error TimeOutOfRange(uint64 time, uint64 least, uint64 most);
    error ExchangeOnly(address exchange, address sender);
    error DepositsArePaused();
    /// @notice An owner is a field element, not 0.
    error OwnerInvalid(uint256 owner);
    error NothingDeposited();
    error TokenWithoutCode(address token);
    /// @notice The coin that came with the call is not the amount, or a token was named.
    error CoinMismatch(uint256 amount, uint256 came);
    /// @notice The token credited the vault with another amount than was sent: it takes a fee, or worse.
    error DepositMismatch(address token, uint256 amount, uint256 before, uint256 balance);
    /// @notice Neither the operator sent it nor is the signature the operator's over this very message.
    error OperatorSignatureInvalid(address operator, bytes32 digest);
    error SignatureExpired(uint64 deadline, uint64 now_);
    /// @notice Instant withdrawals are against the newest attestation only.
    error EpochNotLatest(uint64 epoch, uint64 latest);
    /// @notice Something was paid since the operator signed, or its signature was used.
    error PaidSinceOrder(uint256 paidBefore, uint256 paid);
    error FeeAboveAmount(uint256 fee, uint256 amount);
    error RelayerMissing(uint256 fee);
    error RootTooOld(uint64 snapshotTime, uint64 oldest);
    error NothingOwed(uint256 key, uint64 epoch);
    /// @notice The exit owes more than the operator is ready to pay.
    error OwedMore(uint256 id, uint256 owed, uint256 most);
    error ExitNotPending(uint256 id, ExitState state);
    error ExitNotRefused(uint256 id, ExitState state);
    /// @notice An exit is refused once, while it is requested: where that was false, there is no second time.
    error ExitNotRefusable(uint256 id, ExitState state);
    error DeadlinePassed(uint64 deadline, uint64 now_);
    error DeadlineNotPassed(uint64 deadline, uint64 now_);
    /// @notice A refusal is of the newest attestation, and newer than what it refuses.
    error RefusalNotNewer(uint64 epoch, uint64 exitEpoch, uint64 latest);
    /// @notice The answer is not by the key, to the recipient, of the attestation and of the asset of what was refused.
    error AnswerDiffers(uint256 id);
    /// @notice A leaf that allows this may as well be the one of the refusal: the answer shows less than that one denies.
    error AnswerTooSmall(uint128 amount, uint128 denied, uint128 charge, uint128 deniedCharge);
    error GateOnly(address gate, address sender);
    error PledgeElsewhere(uint256 pledgeId, address vault);
    error VaultFrozen(uint64 epoch);
    error VaultNotFrozen();
    error ClaimsClosed(uint64 until, uint64 now_);
    error ClaimsStillOpen(uint64 until, uint64 now_);
    /// @notice Newer than the attestation at which the vault was frozen.
    error EpochTooNew(uint64 epoch, uint64 escapeEpoch);
    /// @notice A key claims with one leaf only.
    error OtherEpochClaimed(uint256 key, uint64 epoch, uint64 claimed);
    error ClaimNotRegistered(uint256 id);
    /// @notice Paid already, or the vault has nothing for it.
    error NothingToPay(uint256 id);

    // Deposits.

    /// @notice Takes tokens for the account of an owner. Anybody may pay for anybody.
    /// @param token One that the policy of the newest attestation lists, once there is one: a token that no policy
    /// lists is never paid out.
    /// @param amount All of it must arrive: a token that takes a fee is refused.
    /// @param owner H3(TAG_OWNER, secret, home), as registered with the exchange. One that the exchange doesn't know is
    /// in no leaf.
    function deposit(address token, uint256 amount, uint256 owner) external payable;

    /// @notice Stops deposits, or allows them again. The exchange only.
    function pauseDeposits(bool isPaused) external;

    // Instant withdrawal.

    /// @notice Pays what a proof has left, at once. Anybody sends it. Fails where the recipient doesn't take the chain's own
    /// coin (`IPurse.CoinRefused`): a forced exit pays into a purse.
    /// @param withdrawal Proved for (Spend, this vault, payloadOf(Withdraw, 0, relay)), against the newest attestation.
    /// @param signature The operator's EIP-712 signature over Withdraw(...) (see `WITHDRAW_TYPEHASH`); not looked at
    /// when the operator is the sender.
    /// @return token What was paid.
    /// @return amount With the fee.
    function withdraw(
        ILedger.Withdrawal calldata withdrawal,
        Relay calldata relay,
        Order calldata order,
        bytes calldata signature
    ) external returns (address token, uint256 amount);

    /// @notice Names the key whose signature instant withdrawals and approvals need; a contract wallet will do. It
    /// permits nothing that isn't proved. The exchange only. 0: nobody signs, which leaves exits.
    function nameOperator(address operator) external;

    // Forced exit.

    /// @notice Asks for what a proof has left. Anybody sends it.
    /// @param withdrawal Proved for (Admit, this vault, payloadOf(Exit, 0, relay)), against a snapshot of at most
    /// `maxRootAge`, or the newest. Who asks for all of an amount that shrinks from epoch to epoch is refused by the next: ask for a
    /// little less.
    function requestExit(ILedger.Withdrawal calldata withdrawal, Relay calldata relay) external returns (uint256 id);

    /// @notice Asks for what was pledged to the caller, to be paid to the pledge's recipient. The pledge was last proved against a
    /// snapshot of at most `maxRootAge`, or the newest: a gate that waits longer needs a renewal first.
    function requestPledgeExit(uint256 pledgeId) external returns (uint256 id);

    /// @notice Pays an exit into its recipient's purse. An exit that owes nothing any more is over.
    /// @param most What the operator is ready to pay. What an exit owes comes back when a pledge is released, which may be in
    /// the moment of paying. Less than is owed is not paid: then the exit would be over for less.
    /// @param signature The operator's EIP-712 signature over Approve(uint256 exit,uint256 most,uint64 deadline); not looked
    /// at when the operator is the sender.
    /// @dev Fails where the vault has less than is owed. Then the operator brings what is missing, or the vault freezes.
    function approveExit(uint256 id, uint256 most, uint64 deadline, bytes calldata signature)
        external
        returns (uint256 amount);

    /// @notice Refuses an exit that was requested, by the newest attestation. Anybody who can prove it may. An exit
    /// that owes nothing any more is over.
    /// @dev The user has `answer` seconds from here. If she can't answer, the exit has ended, and she may ask for less.
    function refuse(uint256 id, ILedger.Refusal calldata refusal) external;

    /// @notice Answers a false refusal, with a leaf that allows what the operator denied.
    /// @param withdrawal Proved for (Admit, this vault, payloadOf(Answer, id, relay)), of the refusal's epoch and
    /// asset, by the key and to the recipient of the exit, of at least the amount and the charge that were denied. It
    /// takes the claim's place.
    function answer(uint256 id, ILedger.Withdrawal calldata withdrawal, Relay calldata relay) external;

    /// @notice Answers a false refusal of a pledge's exit: the pledge was renewed since, against the refusal's epoch.
    /// Anybody may; only the account can renew.
    function answerByRenewal(uint256 id) external;

    /// @notice Freezes the vault for an exit that was neither paid nor refused in time. Anybody may. Not for one that owes
    /// nothing.
    /// @dev So an operator answers each exit, one that owes nothing too: what it owes comes back when a pledge is released.
    function freeze(uint256 id) external;

    // Escape.

    /// @notice Registers what a proof has left. First class against the attestation at which the vault was frozen,
    /// second class against an older one whose snapshot was at most `maxRootAge` old then. A key claims with one leaf
    /// only, but may claim several tokens.
    /// @param withdrawal Proved for (Spend, this vault, payloadOf(Claim, 0, relay)).
    /// @dev Second class is paid from what first class leaves: what other users didn't claim. It is for those whom the
    /// last attestation left out; who is in it and takes an older leaf takes that chance.
    function registerClaim(ILedger.Withdrawal calldata withdrawal, Relay calldata relay) external returns (uint256 id);

    /// @notice Registers what was pledged to the caller: first class if the pledge was last proved against the
    /// attestation at which the vault was frozen. `ILedger.renew` does that afterwards, too; but one that is renewed against what
    /// was attested since is second class, so a gate registers before that. Not one that was made against such.
    function registerPledge(uint256 pledgeId) external returns (uint256 id);

    /// @notice Pays a claim into its recipient's purse, once claims are closed. Anybody may. More only where balances
    /// have come back.
    function payClaim(uint256 id) external returns (uint256 amount);

    // Purses.

    /// @notice Gives a purse its code. Anybody may, at any time; nothing happens the second time.
    function openPurse(address recipient) external returns (address purse);

    /// @notice Where exits and escapes pay to; without code until it is opened.
    function purseOf(address recipient) external view returns (address);

    // What others read.

    function registry() external view returns (ISolvencyRegistry);

    function ledger() external view returns (ILedger);

    function times() external view returns (Times memory);

    function operator() external view returns (address);

    function isPaused() external view returns (bool);

    /// @notice Whether the vault is in escape; if so, the epoch of first class, when it was frozen, and until when
    /// claims are registered.
    function escape() external view returns (bool isFrozen, uint64 epoch, uint64 frozenAt, uint64 claimUntil);

    function exitOf(uint256 id) external view returns (Exit memory);

    /// @notice What was shown against an exit; epoch 0 where nothing was.
    function denialOf(uint256 id) external view returns (Denial memory);

    /// @notice What an exit would pay now; 0 unless it waits for the operator.
    function owedOf(uint256 id) external view returns (uint256);

    function claimOf(uint256 id) external view returns (Claim memory);

    function poolOf(address token) external view returns (Pool memory);

    /// @notice The epoch whose leaf a key claims with; 0 while it claims nothing.
    function claimedEpochOf(uint256 key) external view returns (uint64);

    /// @notice What the ledger binds in a proof for this vault. `exit` is 0 but for an answer.
    function payloadOf(Purpose purpose, uint256 exit, Relay calldata relay) external view returns (bytes32);

    /// @notice What the operator signs for an instant withdrawal.
    function orderDigest(ILedger.Withdrawal calldata withdrawal, Relay calldata relay, Order calldata order)
        external
        view
        returns (bytes32);

    /// @notice What the operator signs to have an exit paid.
    function approvalDigest(uint256 id, uint256 most, uint64 deadline) external view returns (bytes32);
}
