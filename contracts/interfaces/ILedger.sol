// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The only place where free collateral is spent
/// @notice One ledger for one registry: made by it, so that nobody finds a second. An account is known here by its *ledger
/// key*, the same in every epoch. A proof under `withdrawal` shows that an account of an attested epoch held at least `amount`
/// of an asset and had at least `charge` of free collateral. Both are *cumulative*: they must cover
/// - every payment to that key since the epoch was opened, against whichever epoch it was proved and by whichever vault,
/// - every pledge of that key that is in force, whatever epoch it was made in,
/// - and what is asked for now.
/// What is paid is what the proof has beyond the first two. So sending a proof twice pays nothing twice, and neither two
/// epochs, two vaults, two tokens nor a pledge and a withdrawal spend one free twice.
/// The charge of a payment is not stored: it is recomputed, for each proof, with the unit weights of the policy that the
/// proof's epoch was attested under. Payments are counted by token, not by number of asset, which may mean another coin
/// under another policy.
/// @dev Anybody may be a *consumer* (a vault, a gate, a contract yet to be written): what a proof is good for is bound in its
/// context, which names the action, the consumer and a payload of the consumer's own. So a proof that is seen on its way is
/// of no use to another contract or for another action, and a consumer that misuses one hurts only those who proved to it.
/// Which epochs are recent enough is the consumer's business: every attested epoch is accepted here.
///
/// What it does not say. A proof speaks of the snapshot: what was traded since is known to the exchange alone. Until the
/// next epoch, an account may lose what it has pledged, or what it is about to withdraw by a forced exit.
interface ILedger {
    /// @notice What a proof is made for. It is bound in the proof's context.
    enum Action {
        Spend,
        Admit,
        Pledge,
        Renew
    }

    /// @notice Where a batch stands in an attested epoch (`ISolvencyRegistry.isAttested`).
    struct Place {
        uint256 index;
        bytes32 circuitId;
        uint256 transcript;
        bytes32[] path;
    }

    /// @notice A withdrawal proof with its public signals, but home and context, which the ledger knows.
    /// @param circuitId keccak256 of the packed verification key of the proof: one of the ledger's withdrawal circuits.
    /// @param root Root of the batch's tree that the account's leaf is in.
    /// @param key Ledger key of the account.
    /// @param recipient Whom the consumer shall pay.
    /// @param asset Number of the asset under the policy of the epoch.
    /// @param amount Cumulative, in units of the asset's row.
    /// @param charge Cumulative, in 10^-12 of the quote currency.
    struct Withdrawal {
        bytes32 circuitId;
        uint256 root;
        uint256 key;
        uint64 epoch;
        address recipient;
        uint16 asset;
        uint128 amount;
        uint128 charge;
        Place place;
        uint256[8] proof;
    }

    /// @notice A proof by the operator that an account's leaf does not allow something: signals root, key, epoch, asset,
    /// amount, charge; key and asset are the ledger's to fill in.
    /// @param amount, charge At most what is needed. A leaf that does not allow these does not allow more, so a payment or a pledge
    /// that comes between proof and transaction, and moves what is needed, does not spoil a proof that was made for less.
    struct Refusal {
        bytes32 circuitId;
        uint256 root;
        uint64 epoch;
        uint128 amount;
        uint128 charge;
        Place place;
        uint256[8] proof;
    }

    /// @notice A withdrawal that was proved to `consumer` and waits to be taken. Its id is keccak256(abi.encode(claim)).
    struct Claim {
        uint256 key;
        uint64 epoch;
        address recipient;
        uint16 asset;
        uint128 amount;
        uint128 charge;
        address consumer;
        bytes32 payload;
    }

    /// @notice Free collateral that backs something at a gate. It counts like a payment, in every epoch, until it ends.
    /// @param gate Who may release it: the consumer that made it.
    /// @param epoch The newest one for which the account proved that the pledge is still covered.
    /// @param vault Who may pay it out, to `recipient`: named by the account when it pledged; 0 for nobody.
    /// @param until From when on anybody may release it, in seconds since 1970.
    /// @param amount In the token's units. 0 once it has ended.
    struct Pledge {
        uint256 key;
        address gate;
        uint64 epoch;
        address vault;
        uint64 until;
        address recipient;
        address token;
        uint256 amount;
    }

    event LedgerCircuitRegistered(bytes32 indexed circuitId, address key, uint256 signals);
    event Spent(uint256 indexed key, address indexed consumer, address indexed token, uint64 epoch, uint256 amount);
    event Admitted(uint256 indexed key, address indexed consumer, bytes32 indexed claim, uint64 epoch);
    event Pledged(uint256 indexed key, address indexed gate, uint256 indexed id, Pledge pledge);
    event Renewed(uint256 indexed key, uint256 indexed id, uint64 epoch);
    event Released(uint256 indexed key, uint256 indexed id);

    /// @notice The ledger is another registry's.
    error LedgerBound(address registry);
    error LedgerCircuitUnknown(bytes32 circuitId);
    error LedgerCircuitTwice(bytes32 circuitId);
    /// @notice The batch is not one of the epoch's.
    error BatchNotAttested(uint64 epoch, uint256 root);
    /// @notice The policy of the epoch has no token for the asset: nothing of it can be paid here.
    error AssetWithoutToken(uint64 epoch, uint256 asset);
    /// @notice The policy of the epoch does not list the token.
    error TokenNotListed(uint64 epoch, address token);
    error TokenDecimalsUnsupported(address token, uint256 decimals);
    /// @notice Payments and pledges so far use up all that the proof shows.
    error NothingOwed(uint256 key, uint64 epoch);
    error ClaimUnknown(bytes32 claim);
    error ClaimExists(bytes32 claim);
    error ConsumerOnly(address consumer, address sender);
    error PledgeUnknown(uint256 id);
    error PledgeNotReleasable(uint256 id, address gate, uint64 until);
    /// @notice The new proof does not cover the pledges and payments of the key.
    error PledgeNotCovered(uint256 id, uint256 amount, uint256 needed, uint256 charge, uint256 neededCharge);
    error PledgeNotNewer(uint256 id, uint64 epoch, uint64 provedEpoch);
    error PledgeOfAnother(uint256 id, uint256 key);
    error PledgeTermOutOfRange(uint64 until);
    /// @notice The refusal speaks of more than what is needed, which the leaf may well not allow.
    error RefusalTooLarge(uint128 amount, uint256 needed, uint128 charge, uint256 neededCharge);

    // Spending.

    /// @notice Checks a proof made for (Spend, caller, payload), counts what it has left to pay as paid, and says how much that is.
    /// The caller pays it to the proof's recipient. Reverts with NothingOwed where that is 0.
    function spend(Withdrawal calldata withdrawal, bytes32 payload) external returns (address token, uint256 amount);

    /// @notice Checks a proof made for (Admit, caller, payload) and keeps it for `take`. Counts nothing yet.
    function admit(Withdrawal calldata withdrawal, bytes32 payload) external returns (bytes32 claim);

    /// @notice Counts what an admitted claim has left to pay, at most `limit` of the token's units, as paid. Only for the
    /// consumer that admitted it. What is left stays for a later call.
    function take(Claim calldata claim, uint256 limit) external returns (address token, uint256 amount);

    /// @notice What a claim has left to pay now, in the token's units, rounded down. Where payments and pledges since have used up part
    /// of its charge, a smaller amount.
    function owed(Claim calldata claim) external view returns (address token, uint256 amount);

    // Pledging.

    /// @notice Checks a proof made for (Pledge, caller, keccak256(abi.encode(payload, vault, until))) and pledges what it has beyond
    /// payments and pledges so far to the caller.
    function pledge(Withdrawal calldata withdrawal, address vault, uint64 until, bytes32 payload)
        external
        returns (uint256 id, address token, uint256 amount);

    /// @notice Shows by a proof of a newer epoch, made for (Renew, gate of the pledge, bytes32(id)), that payments since and all pledges,
    /// this one included, are covered there too. Anybody sends it.
    function renew(uint256 id, Withdrawal calldata withdrawal) external;

    /// @notice Ends a pledge. Its gate does that at any time, anybody from `until` on.
    function release(uint256 id) external;

    /// @notice Turns a pledge into a payment to its recipient. Only for the vault that it names, which pays.
    function takePledged(uint256 id) external returns (address token, address recipient, uint256 amount);

    // What others read.

    /// @notice The registry whose attestations count here: it bound itself when it was made. Before that nothing works.
    function registry() external view returns (address);

    /// @notice Binds the caller as the registry, once and for ever. A registry's constructor calls it, so that a ledger has one
    /// registry and a registry one ledger.
    function bind() external;

    /// @notice A registered circuit of withdrawals or refusals; `key` is 0 for an unknown id.
    function circuitOf(bytes32 circuitId) external view returns (address key, bool isRefusal);

    /// @notice Chain and registry as proofs bind them: keccak256(chainId, registry) >> 8 (as `owner` in the leaf does).
    function home() external view returns (uint256);

    /// @notice The context that a proof for an action at a consumer has to have.
    function contextOf(Action action, address consumer, bytes32 payload) external view returns (uint256);

    /// @notice What was paid to a key since an epoch was opened, in the token's units.
    function paidSince(uint256 key, address token, uint64 epoch) external view returns (uint256);

    /// @notice What of a token a key has pledged, in the token's units.
    function pledgedOf(uint256 key, address token) external view returns (uint256);

    /// @notice Charge of all payments since an epoch was opened and of all pledges in force, with the unit weights of the policy of
    /// `observationTime`, each rounded up; 10^-12 quote. Tokens that this policy does not list charge nothing.
    function chargeOf(uint256 key, uint64 epoch, uint64 observationTime) external view returns (uint256);

    /// @notice What a proof for an epoch must show for `extra` of the token's units on top of all payments and pledges.
    function neededAt(uint256 key, uint64 epoch, address token, uint256 extra)
        external
        view
        returns (uint16 asset, uint256 amount, uint256 charge);

    /// @notice What a proof for an epoch must show for one pledge by itself on top of all payments: other pledges don't count, so that
    /// nobody who pledges to a second gate takes from the first.
    function neededForPledge(uint256 id, uint64 epoch)
        external
        view
        returns (uint16 asset, uint256 amount, uint256 charge);

    /// @notice Reverts unless the refusal's epoch has a leaf of the key that does not allow `extra` of a token beside payments
    /// and pledges: amount and charge of the refusal are at most those that `neededAt` says. Returns the token's asset there.
    function requireRefused(Refusal calldata refusal, uint256 key, address token, uint256 extra)
        external
        view
        returns (uint16 asset);

    /// @notice Reverts unless the refusal's epoch has a leaf of the key that does not allow a pledge beside payments
    /// (`neededForPledge`).
    function requirePledgeRefused(Refusal calldata refusal, uint256 id) external view returns (uint16 asset);

    /// @notice How many pledges were ever made; the newest has this number.
    function pledgeCount() external view returns (uint256);

    function pledgeOf(uint256 id) external view returns (Pledge memory);
}
