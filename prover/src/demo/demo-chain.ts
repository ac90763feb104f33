import type { AttestationSource } from "@plimsoll/verifier/check/attestation.ts";
import { packKey, type VerificationKey } from "@plimsoll/verifier/groth16/key.ts";
import type { CompiledPolicy } from "@plimsoll/verifier/policy/compile.ts";
import { policyPublication } from "@plimsoll/verifier/policy/publication.ts";
import { BaseContract, type Contract, ContractFactory, type Signer } from "ethers";
import { network } from "hardhat";
import { contractArtifact } from "../chain/artifacts.ts";
import { deployPolicyRegistry, publishPolicy } from "../chain/policy-registry.ts";
import { endorse, publicationTypedData } from "../chain/policy-typed-data.ts";
import { deployRegistry, openEpoch, readAttestation } from "../chain/registry.ts";
import {
  ATTESTOR_DELAY,
  nameAttestor,
  registerReserves,
  reserveBookOf,
  type SignedStatement,
  signCustody,
  signStatement,
} from "../chain/reserves.ts";
import { fastPoseidon } from "../commit/hash.ts";
import type { DemoExchange } from "./demo-exchange.ts";
import { type DemoToken, demoTokens, LOCAL_CHAIN_ID } from "./demo-tokens.ts";

const LEAD_SECONDS = 60n;
const MINIMUM_INTERVAL = 3600n;
const DAY = 86_400;
const ALL_EPOCHS = { fromEpoch: 0n, toEpoch: (1n << 64n) - 1n };

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
  /** Opens an epoch and lets the snapshot's time come; publishers then sign its policy. */
  readonly open: (epoch: bigint, snapshotTime: bigint) => Promise<void>;
  /** A custodian's word for what is held elsewhere. */
  readonly statements: (epoch: bigint, snapshotTime: bigint) => Promise<readonly SignedStatement[]>;
  readonly close: () => Promise<void>;
}

export interface DemoChainConfig {
  readonly exchange: DemoExchange;
  /** By asset, as the linter certified them. */
  readonly unitWeights: readonly bigint[];
  readonly keys: { readonly batch: VerificationKey; readonly epoch: VerificationKey };
  /** Seconds since 1970; the local chain's clock starts two days before. */
  readonly snapshotTime: bigint;
}

/** A chain in this process with both registries and the exchange's reserves: tokens, and a custodian's word for the rest. */
export async function startDemoChain(config: DemoChainConfig): Promise<DemoChain> {
  const { exchange: demo, keys, snapshotTime } = config;
  const { policy, reserves } = demo;
  // Long enough before for the attestor's word to count.
  const begin = snapshotTime - ATTESTOR_DELAY - 10n * LEAD_SECONDS;
  const started = new Date(Number(begin) * 1000).toISOString();
  const connection = await network.create({ override: { initialDate: started } });
  const signers: Signer[] = await connection.ethers.getSigners();
  const [deployer, exchange, relayer, custody, insuranceFund, custodian] = signers as [
    Signer,
    Signer,
    Signer,
    Signer,
    Signer,
    Signer,
  ];
  const publishers = signers.slice(6, 9);
  const { provider } = connection.ethers;
  const chainId = BigInt(LOCAL_CHAIN_ID);

  const onChain = demoTokens(demo);
  const tokens: { symbol: string; contract: Contract }[] = [];
  for (const token of onChain)
    tokens.push({ symbol: token.symbol, contract: await deployToken(deployer, token) });
  const addressOf = (signer: Signer) => signer.getAddress();
  const policies = await deployPolicyRegistry(deployer, {
    owner: await addressOf(deployer),
    timeLock: BigInt(2 * DAY),
    configuration: {
      publishers: await Promise.all(publishers.map(addressOf)),
      threshold: 2,
      riskParametersHash: policy.descriptor.riskParametersHash,
      publishWithin: DAY,
      gracePeriod: 0,
      feeds: [],
    },
  });
  const registry = await deployRegistry(deployer, {
    exchange: await addressOf(exchange),
    owner: await addressOf(deployer),
    policies: policies.address,
    minimumInterval: MINIMUM_INTERVAL,
    batchKeys: [packKey(keys.batch)],
    epochKeys: [{ packed: packKey(keys.epoch), assets: policy.layout.shape.assets }],
  });

  const token = (symbol: string) => tokens.find((t) => t.symbol === symbol)!.contract;
  for (const { symbol, held } of onChain) await mint(token(symbol), await addressOf(custody), held);
  const quote = policy.riskParameters.collateral.findIndex((c) => c.symbol === policy.riskParameters.quote);
  const { value } = policy.coefficients.assets[quote]!;
  const insured = (reserves.insurance + value - 1n) / value;
  await mint(token(policy.riskParameters.quote), await addressOf(insuranceFund), insured);

  const book = await reserveBookOf(registry.address, provider);
  const domain = { chainId, registry: registry.address, book };
  const read = onChain.map(({ address, asset }) => ({ token: address, asset, insures: asset === quote }));
  const consent = async (signer: Signer, isInsurance: boolean) =>
    signCustody(signer, domain, { account: await addressOf(signer), isInsurance, ...ALL_EPOCHS });
  await registerReserves(exchange, book, read, [
    await consent(custody, false),
    await consent(insuranceFund, true),
  ]);
  await nameAttestor(deployer, book, await addressOf(custodian), "A custodian");

  const transfer = async (symbol: string, from: Signer, to: Signer, amount: bigint) => {
    const method = (token(symbol).connect(from) as Contract).getFunction("transfer");
    await (await method.send(await addressOf(to), amount)).wait();
  };
  const source: AttestationSource = {
    chainId,
    registry: BigInt(registry.address),
    attestation: (epoch) => readAttestation(provider, registry.address, epoch),
  };
  return {
    chainId,
    registry: BigInt(registry.address),
    exchange,
    relayer,
    deploymentGas: registry.gasUsed + policies.gasUsed,
    tokens,
    source,
    drain: (symbol, amount) => transfer(symbol, custody, deployer, amount),
    refill: (symbol, amount) => transfer(symbol, deployer, custody, amount),
    balance: async (symbol) =>
      token(symbol)
        .getFunction("balanceOf")
        .staticCall(await addressOf(custody)),
    async open(epoch, time) {
      await provider.send("evm_setNextBlockTimestamp", [Number(time - LEAD_SECONDS)]);
      await openEpoch(exchange, registry.address, { epoch, snapshotTime: time });
      await provider.send("evm_setNextBlockTimestamp", [Number(time + LEAD_SECONDS)]);
      await provider.send("evm_mine", []);
      const publication = policyPublication(policy, {
        chainId,
        observationTime: time,
        unitWeights: config.unitWeights,
        hash: await fastPoseidon(),
      });
      const deadline = time + BigInt(DAY);
      const data = publicationTypedData({ chainId, registry: policies.address }, publication, deadline);
      const endorsements = await Promise.all(
        publishers.slice(0, 2).map((publisher) => endorse(publisher, data)),
      );
      await publishPolicy(relayer, policies.address, { publication, deadline, endorsements });
    },
    async statements(epoch, time) {
      const elsewhere = heldElsewhere(policy, reserves.claims, onChain);
      const assets = elsewhere.map(({ asset }) => asset);
      const amounts = elsewhere.map(({ held }) => held);
      const { rowTableHash } = policy.descriptor;
      const statement = { epoch, snapshotTime: time, rowTableHash, assets, amounts };
      return [await signStatement(custodian, domain, statement)];
    },
    close: () => connection.close(),
  };
}

/** Assets that the exchange claims to hold and that are no tokens here. */
function heldElsewhere(
  { riskParameters }: CompiledPolicy,
  claims: Readonly<Record<string, bigint>>,
  onChain: readonly DemoToken[],
): { asset: number; held: bigint }[] {
  return riskParameters.collateral
    .map(({ symbol }, asset) => ({ asset, held: claims[symbol] ?? 0n }))
    .filter(({ asset, held }) => held > 0n && !onChain.some((token) => token.asset === asset));
}

async function deployToken(signer: Signer, { symbol, decimals, address }: DemoToken): Promise<Contract> {
  const { abi, bytecode } = await contractArtifact("TokenMock");
  const contract = await new ContractFactory(abi, bytecode, signer).deploy(symbol, decimals);
  await contract.waitForDeployment();
  const came = await contract.getAddress();
  if (came !== address) throw new Error(`token ${symbol}: expected the address ${address}, came ${came}`);
  return BaseContract.from(came, abi, signer) as Contract;
}

async function mint(token: Contract, to: string, amount: bigint): Promise<void> {
  await (await token.getFunction("mint").send(to, amount)).wait();
}
