import type { Bundle } from "@plimsoll/verifier/formats/bundle.ts";
import { balanceOf } from "@plimsoll/verifier/withdrawal/statement.ts";
import { type Provider, toBeHex } from "ethers";
import { readCollateral } from "../../src/chain/policy-registry.ts";
import { registryAt } from "../../src/chain/registry.ts";
import { readToken } from "../../src/chain/vault-reads.ts";
import type { Withdrawable } from "./session.ts";

/** The assets that a bundle holds something of and that the policy of its epoch has tokens for. */
export async function withdrawables(
  provider: Provider,
  registry: string,
  { snapshotTime, holdings }: Bundle,
): Promise<Withdrawable[]> {
  const policies: string = await (await registryAt(registry, provider)).getFunction("policies").staticCall();
  const collateral = await readCollateral(provider, policies, snapshotTime);
  const tokens = collateral
    .map(({ token, decimals }, asset) => ({ token: toBeHex(token, 20), asset, rowDecimals: decimals }))
    .filter(({ token, asset }) => BigInt(token) !== 0n && balanceOf(holdings, asset) > 0n);
  return Promise.all(tokens.map(async (one) => ({ ...one, ...(await readToken(provider, one.token)) })));
}
