import type { Wallet } from "ethers";
import { deployRegistry, openEpoch } from "../../chain/registry.ts";
import { registerReserves, reserveBookOf, signCustody } from "../../chain/reserves.ts";
import type { Opening } from "../../chain/submission.ts";
import { EVERY_EPOCH } from "./reserves.ts";
import { deployMock, type Stage, sendTo } from "./stage.ts";
import { USDT } from "./tiny-exchange.ts";

const PLENTY = 10n ** 30n;

/**
 * Another registry of the same exchange under the same policies and keys, with the same epoch open at the same time. Its
 * reserves and insurance are a token that the exchange printed, registered as if it were USDT.
 */
export async function openTwin(stage: Stage, opening: Opening): Promise<Stage> {
  const { people, registryConfig, network } = stage;
  const { owner, exchange, custody, insuranceFund } = people;
  const { address: registry } = await deployRegistry(owner, registryConfig);
  const book = await reserveBookOf(registry, network.provider);
  const bookDomain = { chainId: network.chainId, registry, book };
  const printed = await deployMock(owner, "TokenMock", "OWN", 6);
  for (const { address } of [custody, insuranceFund]) await sendTo(printed, "mint", address, PLENTY);
  const consent = (signer: Wallet, isInsurance: boolean) =>
    signCustody(signer, bookDomain, { account: signer.address, isInsurance, ...EVERY_EPOCH });
  const tokens = [{ token: await printed.getAddress(), asset: USDT, insures: true }];
  await registerReserves(exchange, book, tokens, [
    await consent(custody, false),
    await consent(insuranceFund, true),
  ]);
  await openEpoch(exchange, registry, opening);
  return { ...stage, registry, book, bookDomain };
}
