import { type Contract, formatEther, type JsonRpcProvider, toBeHex, Wallet } from "ethers";
import { registryAt } from "../chain/registry.ts";
import { secretText } from "../cli/config-file.ts";
import { withEndpoint } from "../cli/endpoint.ts";
import type { ConfigurationFindings } from "./configuration.ts";
import { type Finding, looked, notRun, ok, warning, wrong } from "./finding.ts";

type Config = NonNullable<ConfigurationFindings["config"]>;

/** Blocks later than this by this machine's clock mean that the clock is slow; older ones, that the chain or the clock stands. */
const AHEAD_SECONDS = 60;
const BEHIND_SECONDS = 900;

/** Endpoint, chain id, registry, its circuits, the key that pays, and the clock against the chain's. */
export async function chainFindings(
  { config, circuitIds }: ConfigurationFindings,
  at: (name: string) => string,
  now: () => number = Date.now,
): Promise<readonly Finding[]> {
  if (config?.chain === undefined)
    return [
      notRun(
        "chain",
        `${config === undefined ? "the configuration can't be read" : "the configuration names no endpoint"}; the clock was compared with nothing`,
      ),
    ];
  const { chain } = config;
  return looked("endpoint", "correct chain.rpc and chainId in the configuration, or start the node", () =>
    withEndpoint(chain.rpc, config.chainId, "chain.rpc", async (provider) => [
      ok("endpoint", `${new URL(chain.rpc).origin} answers for chain ${config.chainId}`),
      ...(await looked("clock", "ask the endpoint again", () => clockFinding(provider, now()))),
      ...(await looked("registry", "correct registry in the configuration: plimsoll deploy printed it", () =>
        registryFindings(provider, config, circuitIds),
      )),
      ...(await looked("balance", "correct chain.senderKeyFile", async () => {
        const { address } = new Wallet(await secretText(at(chain.senderKeyFile)));
        const balance = await provider.getBalance(address);
        const words = `${address} has ${Number(formatEther(balance)).toPrecision(4)} of the chain's coin`;
        return balance > 0n
          ? ok("balance", words)
          : wrong(
              "balance",
              `${words} and pays for gas`,
              `send it some; plimsoll epoch plan estimates the gas`,
            );
      })),
    ]),
  );
}

async function clockFinding(provider: JsonRpcProvider, now: number): Promise<Finding> {
  const block = await provider.getBlock("latest");
  if (block === null) throw new Error("expected a latest block, came none");
  const behind = Math.round(now / 1000) - block.timestamp;
  const time = new Date(block.timestamp * 1000).toISOString();
  if (behind < -AHEAD_SECONDS)
    return warning(
      "clock",
      `this machine's clock is ${-behind} s behind block ${block.number} of ${time}`,
      "set the clock; a local chain may have been told to be ahead",
    );
  if (behind > BEHIND_SECONDS)
    return warning(
      "clock",
      `block ${block.number} is of ${time}, ${behind} s ago by this machine's clock`,
      "look whether the endpoint follows its chain, and set the clock",
    );
  return ok("clock", `${Math.abs(behind)} s from block ${block.number}`);
}

async function registryFindings(
  provider: JsonRpcProvider,
  config: Config,
  circuitIds: ReadonlyMap<string, bigint>,
): Promise<Finding[]> {
  const address = toBeHex(config.registry, 20);
  if ((await provider.getCode(address)) === "0x")
    return [
      wrong(
        "registry",
        `${address}: expected a contract, came none`,
        "plimsoll deploy puts one there and prints its address",
      ),
    ];
  const contract: Contract = await registryAt(address, provider);
  const exchange: string = await contract.getFunction("exchange").staticCall();
  const found =
    BigInt(exchange) === config.exchange
      ? ok("registry", `${address}, of exchange ${exchange}`)
      : wrong(
          "registry",
          `${address}: expected exchange ${toBeHex(config.exchange, 20)}, came ${exchange}`,
          "correct exchange or registry in the configuration",
        );
  const circuits: Finding[] = [];
  for (const name of [config.circuits.batch, config.circuits.epoch]) {
    const check = `${name} on chain`;
    const id = circuitIds.get(name);
    if (id === undefined) {
      circuits.push(notRun(check, "its key is not built yet"));
      continue;
    }
    const { key, isEpoch } = await contract.getFunction("circuitOf").staticCall(toBeHex(id, 32));
    const isThere = BigInt(key) !== 0n && isEpoch === (name === config.circuits.epoch);
    circuits.push(
      isThere
        ? ok(check, `the registry has its key, at ${key}`)
        : wrong(
            check,
            "the registry does not have this circuit's key",
            "name circuits that it was deployed with, or deploy a registry with these: docs/contracts.md",
          ),
    );
  }
  return [found, ...circuits];
}
