/**
 * What an outsider needs to check an exchange that uses Plimsoll, in a browser or anywhere else that JavaScript runs.
 *
 * Money and quantities are `bigint`: quantities in units of their row (10^-decimals of an asset), free collateral in 10^-6 of
 * the quote currency, money inside a policy in 10^-12. Hashes, roots and addresses are `bigint`, too; times are seconds since 1970.
 * Checks return a `Report` with a step for everything that was looked at and never throw for what they judge; readers of
 * files throw FormatError, PolicyFileError or MarksError, readers of a chain ChainError.
 *
 * @module
 */

// A chain, read from endpoints that must agree.
export { ChainError } from "./chain/error.ts";
export { CallReverted, type Endpoint, type Fetch, jsonRpc } from "./chain/json-rpc.ts";
export { registrySource } from "./chain/registry-source.ts";
// Checks.
export type { Attestation, AttestationSource } from "./check/attestation.ts";
export { type BundleContext, checkBundle, type OwnKnowledge } from "./check/bundle.ts";
export { checkEpoch, type EpochContext, type EpochFiles } from "./check/epoch.ts";
export { readEpochFiles } from "./check/epoch-files.ts";
export { isDevelopmentKey, isReleased, RELEASED_CIRCUITS, type Statement } from "./check/release.ts";
export type { Report, Step } from "./check/report.ts";
// Encodings: what circuits, contracts and every implementation must agree on.
export { FIELD, PUBLIC_SIGNALS, TAG } from "./constants.ts";
export {
  accountsPath,
  accountsRoot,
  type BatchCommitment,
  batchLeaf,
  betaChallenge,
  claimsHash,
  type GammaInput,
  gammaChallenge,
  rootOfAccountsPath,
} from "./encodings/challenges.ts";
export type { Entry } from "./encodings/entry.ts";
export { accountRef, home, type IdentityOpening, identity, ledgerKey, owner } from "./encodings/identity.ts";
export { accountLeaf, type FreeCollateral, holdingBlocks, signedFree } from "./encodings/leaf.ts";
export {
  formatQuantity,
  parseQuantity,
  type Quantity,
  QuantityError,
  splitQuantity,
} from "./encodings/quantity.ts";
export { batchPath, batchRoot, batchTree, rootOfPath } from "./encodings/tree.ts";
// Files.
export { type Bundle, bundleFromJson, bundleToJson } from "./formats/bundle.ts";
export { FormatError } from "./formats/codecs.ts";
export { type BatchRecord, EPOCH_FILES, type EpochRecord, epochFromJson } from "./formats/epoch.ts";
export { publicPartHash, publicPaths } from "./formats/public-hash.ts";
export {
  type SpendingOrder,
  type SpendingProof,
  spendingProofFromJson,
  spendingProofToJson,
} from "./formats/spending-proof.ts";
// Groth16 proofs on BN254; the first check loads snarkjs.
export {
  circuitId,
  parseVerificationKey,
  type SnarkjsVerificationKey,
  type VerificationKey,
} from "./groth16/key.ts";
export { type ProofWords, proofFromSnarkjs, proofToSnarkjs } from "./groth16/proof.ts";
export { proofFault, verifyProof } from "./groth16/verify.ts";
// Owners, and what withdrawal and account proofs are for. Making one takes a prover and is not in this package.
export { OwnerError } from "./owner/error.ts";
export {
  type OwnerHome,
  type OwnerRegistration,
  ownerSecretMessage,
  registrationMessage,
  type SignMessage,
  type WalletMessage,
} from "./owner/typed-data.ts";
export { walletSecret } from "./owner/wallet-secret.ts";
// Policies: margin as a linear system.
export { type CompiledPolicy, compilePolicy } from "./policy/compile.ts";
export { compilePolicyTexts } from "./policy/compile-texts.ts";
export { type Completion, completeAccount, type MarginReport, UnknownRowError } from "./policy/complete.ts";
export type { HoldingRow } from "./policy/row-table.ts";
export type { Marks } from "./policy/schemas/marks.ts";
export { PolicyFileError, type RiskParameters } from "./policy/schemas.ts";
export { MarksError } from "./policy/valuation.ts";
export { type Hash, poseidon } from "./poseidon.ts";
export {
  type ContextInput,
  LEDGER_ACTIONS,
  type LedgerAction,
  pledgePayload,
  renewalPayload,
  withdrawalContext,
} from "./withdrawal/context.ts";
export { WithdrawalError, type WithdrawalErrorCode } from "./withdrawal/error.ts";
export { type AccountUse, accountContext } from "./withdrawal/gate-context.ts";
export type { OpenedAccount } from "./withdrawal/leaf-opening.ts";
export { type AccountOpening, openBundle, openedAccount } from "./withdrawal/opening.ts";
export {
  balanceOf,
  type WithdrawalRequest,
  type WithdrawalSignals,
  withdrawalSignalList,
  withdrawalSignals,
} from "./withdrawal/statement.ts";
export { contextOfUse, type ProofUse } from "./withdrawal/use.ts";
export {
  NO_RELAY,
  type Relay,
  VAULT_PURPOSES,
  type VaultPurpose,
  vaultContext,
  vaultPayload,
} from "./withdrawal/vault-context.ts";
