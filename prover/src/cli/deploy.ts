import { Wallet } from "ethers";
import { EndpointProvider } from "../chain/endpoint-provider.ts";
import { deployRegistries } from "../deploy/deploy.ts";
import { signingProvider } from "../deploy/signing-provider.ts";
import { ConfigError } from "../pipeline/run-epoch.ts";
import { loadDeployment } from "./deployment-file.ts";
import { EXIT, type Outcome } from "./outcome.ts";

/** `deploy`: puts the registries and their verification keys on a chain, or goes on where an earlier run stopped. */
export async function deployCommand(file: string): Promise<Outcome> {
  const { rpc, chainId, deployerKey, ...given } = await loadDeployment(file);
  const provider = new EndpointProvider(rpc);
  try {
    const { chainId: came } = await provider.getNetwork();
    if (came !== chainId)
      throw new ConfigError(`${file}: expected an endpoint of chain ${chainId}, came one of chain ${came}`);
    const wallet = new Wallet(deployerKey, provider);
    const { policyRegistry, solvencyRegistry, accountCheck, marginVaults } = await deployRegistries({
      provider: signingProvider(provider, wallet),
      sender: wallet.address,
      ...given,
    });
    const lines = [
      ...(policyRegistry === undefined ? [] : [`policy registry    ${policyRegistry}`]),
      ...(solvencyRegistry === undefined ? [] : [`solvency registry  ${solvencyRegistry}`]),
      ...(accountCheck === undefined ? [] : [`account check      ${accountCheck}`]),
      ...marginVaults.map((vault) => `margin vault       ${vault}`),
      `on chain ${chainId}; journal in ${given.folder}: run this again to resume, it sends nothing twice`,
    ];
    return { text: `${lines.join("\n")}\n`, exitCode: EXIT.done };
  } finally {
    provider.destroy();
  }
}
