import type { CompiledPolicy } from "../policy/compile.ts";
import { descriptorHash } from "../policy/descriptor.ts";
import {
  type PolicyPublication,
  type PublicationOptions,
  type PublishedCollateral,
  type PublishedPolicy,
  policyPublication,
} from "../policy/publication.ts";
import { Checklist, type Report } from "./report.ts";

/** Where a policy was published, and what else is known of it. */
export interface PublishedPolicyContext extends Pick<PublicationOptions, "chainId" | "hash"> {
  /** What the linter certifies from the same files; without them the published ones are not judged. */
  readonly unitWeights?: readonly bigint[];
}

/**
 * Checks that what a registry published is what follows from the files: every hash, the tree, the expiry, and every number of the
 * collateral table. Nothing of it is taken from the publishers.
 */
export function checkPublishedPolicy(
  policy: CompiledPolicy,
  published: PublishedPolicy,
  { chainId, unitWeights, hash }: PublishedPolicyContext,
): Report {
  const list = new Checklist();
  let own: PolicyPublication | undefined;
  list.step(
    "marks",
    "the marks are of the observation time, and nothing has expired",
    "the files do not make a policy for this observation time",
    () => {
      own = policyPublication(policy, {
        chainId,
        observationTime: published.observationTime,
        unitWeights: unitWeights ?? published.collateral.map((asset) => asset.unitWeight),
        ...(hash === undefined ? {} : { hash }),
      });
      return own.nextExpiry === published.nextExpiry;
    },
  );
  if (own === undefined) return list.report();
  const { policyHash, policyTree, shapeHash, rowTableHash, collateral } = own;
  const compare = (name: string, success: string, failure: string, same: boolean) =>
    list.step(name, success, failure, () => same);
  compare(
    "policy",
    "policy hash and shape follow from the files",
    "other coefficients were published than the files give",
    policyHash === published.policyHash && shapeHash === published.shapeHash,
  );
  compare(
    "descriptor",
    "names, decimals, tokens, terms and sources are those of the files",
    "the numbers may be the same, but what they stand for is not: the descriptor differs",
    descriptorHash(own) === published.descriptorHash && rowTableHash === published.rowTableHash,
  );
  compare(
    "tree",
    "the tree that statements about one account open holds the same rows",
    "statements about one account would be judged by other rows than the policy's: the tree differs",
    policyTree === published.policyTree,
  );
  const wrong = differences(collateral, published.collateral, policy);
  compare(
    "collateral",
    `tokens, prices and weights of all ${collateral.length} assets follow from the files`,
    `the collateral table differs: ${wrong.join("; ")}`,
    wrong.length === 0,
  );
  if (unitWeights === undefined) {
    list.notRun(
      "unit weights",
      "what a unit's departure may cost is certified by the policy linter, which was not run",
    );
    return list.report();
  }
  const k = collateral.findIndex((asset, i) => asset.unitWeight !== published.collateral[i]?.unitWeight);
  const symbol = policy.riskParameters.collateral[k]?.symbol;
  compare(
    "unit weights",
    "what a unit's departure may cost is what the linter certifies",
    `withdrawals would be charged another unit weight than the linter certifies: asset "${symbol}"`,
    k < 0,
  );
  return list.report();
}

function differences(
  own: readonly PublishedCollateral[],
  published: readonly PublishedCollateral[],
  { riskParameters }: CompiledPolicy,
): string[] {
  if (own.length !== published.length) return [`expected ${own.length} assets, came ${published.length}`];
  return own.flatMap((asset, k) => {
    const came = published[k]!;
    const fields = (["token", "decimals", "price", "weight"] as const).filter(
      (name) => asset[name] !== came[name],
    );
    return fields.map((name) => `${name} of "${riskParameters.collateral[k]!.symbol}"`);
  });
}
