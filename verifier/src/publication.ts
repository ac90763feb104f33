/**
 * `@plimsoll/verifier/publication`: what a policy publishes on a chain, for publishers and for whoever watches them. Amounts
 * are in 10^-12 of the quote currency per unit of a row, hashes and addresses 256-bit words, times seconds since 1970.
 *
 * @module
 */
export { checkPublishedPolicy, type PublishedPolicyContext } from "./check/policy.ts";
export {
  type PolicyPublication,
  PublicationError,
  type PublicationOptions,
  type PublishedCollateral,
  type PublishedPolicy,
  policyPublication,
} from "./policy/publication.ts";
