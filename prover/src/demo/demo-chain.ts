import type { AttestationSource } from "@plimsoll/verifier/check/attestation.ts";
import { packKey, type VerificationKey } from "@plimsoll/verifier/groth16/key.ts";
import type { CompiledPolicy } from "@plimsoll/verifier/policy/compile.ts";
import { BaseContract, type Contract, ContractFactory, type Signer } from "ethers";
import { network } from "hardhat";
import { contractArtifact } from "../chain/artifacts.ts";
import { allowPolicy, deployRegistry, openEpoch, type Reserve, readAttestation } from "../chain/registry.ts";
import type { Reserves } from "../snapshot/reserves.ts";

/** Assets whose reserves the demo puts on chain as tokens: the ones worth most. The rest is vouched for. */
const TOKENS_ON_CHAIN = 8;
const INSURANCE_DECIMALS = 6;
const LEAD_SECONDS = 60n;
const MINIMUM_INTERVAL = 3600n;

export interface DemoChain {
  readonly chainId: bigint;
  readonly registry: bigint;
  /** The exchange's key: opens and commits. */
  readonly exchange: Signer;
  /** Anybody: pays for the transaction that the exchange signed. */
  readonly relayer: Signer;
  readonly source: AttestationSource;
  readonly deploymentGas: bigint;
  readonly tokens: readonly { readonly symbol: string; readonly contract: Contract }[];
  /** Sends a token's smallest unit too many away from custody, or back. */
  readonly drain: (symbol: string, amount: bigint) => Promise<void>;
  readonly refill: (symbol: string, amount: bigint) => Promise<void>;
  readonly balance: (symbol: string) => Promise<bigint>;
  readonly open: (epoch: bigint, snapshotTime: bigint) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface DemoChainConfig {
  readonly policy: CompiledPolicy;
  readonly reserves: Reserves;
  readonly keys: { readonly batch: VerificationKey; readonly epoch: VerificationKey };
  /** Seconds since 1970; the local chain's clock starts shortly before. */
  readonly snapshotTime: bigint;
}

/** A chain in this process with the registry, its policy and the exchange's reserves as tokens. */
export async function startDemoChain(config: DemoChainConfig): Promise<DemoChain> {
  const { policy, reserves, keys, snapshotTime } = config;
  const started = new Date(Number(snapshotTime - 10n * LEAD_SECONDS) * 1000).toISOString();
  const connection = await network.create({ override: { initialDate: started } });
  const [deployer, exchange, relayer, custody, insuranceFund] = await connection.ethers.getSigners();
  if (!deployer || !exchange || !relayer || !custody || !insuranceFund) throw new Error("no signers");
  const { provider } = connection.ethers;
  const chainId = (await provider.getNetwork()).chainId;
  const registry = await deployRegistry(deployer, {
    exchange: exchange.address,
    owner: deployer.address,
    custody: custody.address,
    insuranceFund: insuranceFund.address,
    minimumInterval: MINIMUM_INTERVAL,
    batchKeys: [packKey(keys.batch)],
    epochKeys: [{ packed: packKey(keys.epoch), assets: policy.layout.shape.assets }],
  });
  const insurance = await deployToken(deployer, "insurance", INSURANCE_DECIMALS);
  await mint(insurance, insuranceFund.address, reserves.insurance / 10n ** 6n + 1n);
  const table: Reserve[] = [{ token: await insurance.getAddress(), claim: 0, unitDecimals: 12 }];
  const tokens: { symbol: string; contract: Contract }[] = [];
  for (const { asset, symbol, decimals, held } of largest(policy, reserves)) {
    const contract = await deployToken(deployer, symbol, decimals);
    await mint(contract, custody.address, held);
    table.push({ token: await contract.getAddress(), claim: asset + 1, unitDecimals: decimals });
    tokens.push({ symbol, contract });
  }
  await allowPolicy(deployer, registry.address, policy, table);
  const token = (symbol: string) => tokens.find((t) => t.symbol === symbol)!.contract;
  const transfer = async (symbol: string, from: Signer, to: string, amount: bigint) => {
    const method = (token(symbol).connect(from) as Contract).getFunction("transfer");
    await (await method.send(to, amount)).wait();
  };
  return {
    chainId,
    registry: BigInt(registry.address),
    exchange,
    relayer,
    deploymentGas: registry.gasUsed,
    tokens,
    source: {
      chainId,
      registry: BigInt(registry.address),
      attestation: (epoch) => readAttestation(provider, registry.address, epoch),
    },
    drain: (symbol, amount) => transfer(symbol, custody, deployer.address, amount),
    refill: (symbol, amount) => transfer(symbol, deployer, custody.address, amount),
    balance: (symbol) => token(symbol).getFunction("balanceOf").staticCall(custody.address),
    async open(epoch, time) {
      await provider.send("evm_setNextBlockTimestamp", [Number(time - LEAD_SECONDS)]);
      await openEpoch(exchange, registry.address, { epoch, snapshotTime: time });
      await provider.send("evm_setNextBlockTimestamp", [Number(time + LEAD_SECONDS)]);
      await provider.send("evm_mine", []);
    },
    close: () => connection.close(),
  };
}

function largest({ riskParameters, coefficients }: CompiledPolicy, { claims }: Reserves) {
  return riskParameters.collateral
    .map(({ symbol, decimals }, asset) => ({ asset, symbol, decimals, held: claims[symbol] ?? 0n }))
    .map((asset) => ({ ...asset, value: asset.held * coefficients.assets[asset.asset]!.value }))
    .sort((a, b) => (a.value < b.value ? 1 : -1))
    .slice(0, TOKENS_ON_CHAIN)
    .sort((a, b) => a.asset - b.asset);
}

async function deployToken(signer: Signer, symbol: string, decimals: number): Promise<Contract> {
  const { abi, bytecode } = await contractArtifact("TokenMock");
  const contract = await new ContractFactory(abi, bytecode, signer).deploy(symbol, decimals);
  await contract.waitForDeployment();
  return BaseContract.from(await contract.getAddress(), abi, signer) as Contract;
}

async function mint(token: Contract, to: string, amount: bigint): Promise<void> {
  await (await token.getFunction("mint").send(to, amount)).wait();
}
