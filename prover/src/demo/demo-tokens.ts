import { compilePolicy } from "@plimsoll/verifier/policy/compile.ts";
import { getCreateAddress } from "ethers";
import type { DemoExchange } from "./demo-exchange.ts";

/** Assets whose reserves the demo puts on chain as tokens: the ones worth most, and the quote asset. */
const TOKENS_ON_CHAIN = 8;
/** The local chain's first account, which deploys the tokens before anything else. */
const DEPLOYER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
export const LOCAL_CHAIN_ID = 31337;

/** An asset that the demo's exchange holds as a token on the local chain. */
export interface DemoToken {
  readonly asset: number;
  readonly symbol: string;
  readonly decimals: number;
  /** Units of the row. */
  readonly held: bigint;
  /** Where it will be deployed. */
  readonly address: string;
}

/** The tokens of an exchange, ascending by asset, in the order that they are deployed. */
export function demoTokens({ policy, reserves }: DemoExchange): DemoToken[] {
  const { riskParameters, coefficients } = policy;
  const assets = riskParameters.collateral.map(({ symbol, decimals }, asset) => {
    const held = reserves.claims[symbol] ?? 0n;
    return { asset, symbol, decimals, held, value: held * coefficients.assets[asset]!.value };
  });
  const quote = assets.filter(({ symbol }) => symbol === riskParameters.quote);
  const others = assets.filter(({ symbol }) => symbol !== riskParameters.quote);
  others.sort((a, b) => (a.value < b.value ? 1 : -1));
  return [...quote, ...others.slice(0, TOKENS_ON_CHAIN - quote.length)]
    .sort((a, b) => a.asset - b.asset)
    .map(({ value: _, ...token }, nonce) => ({
      ...token,
      address: getCreateAddress({ from: DEPLOYER, nonce }),
    }));
}

/** The exchange with a policy that names its tokens. */
export function withTokens(exchange: DemoExchange): DemoExchange {
  const tokens = new Map(demoTokens(exchange).map((token) => [token.symbol, token]));
  const file = JSON.parse(exchange.riskParameters) as { collateral: { symbol: string }[] };
  const collateral = file.collateral.map((asset) => {
    const token = tokens.get(asset.symbol);
    if (token === undefined) return asset;
    const { address, decimals } = token;
    return { ...asset, tokens: [{ chainId: LOCAL_CHAIN_ID, address, decimals }] };
  });
  const riskParameters = `${JSON.stringify({ ...file, collateral }, null, 2)}\n`;
  const policy = compilePolicy(JSON.parse(riskParameters), JSON.parse(exchange.marks));
  return { ...exchange, riskParameters, policy };
}
