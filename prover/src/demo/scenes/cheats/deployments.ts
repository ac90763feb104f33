import { packKey, type VerificationKey } from "@plimsoll/verifier/groth16/key.ts";
import { ContractFactory, type Signer } from "ethers";
import { network } from "hardhat";
import { contractArtifact } from "../../../chain/artifacts.ts";
import { withWords } from "../../../chain/errors.ts";
import { deployPolicyRegistry } from "../../../chain/policy-registry.ts";
import { deployRegistry, type RegistryConfig, registryAt } from "../../../chain/registry.ts";
import { HOUR, type Stage, TIME_LOCK } from "../stage.ts";

/** A registry that would believe anything, and a policy registry that one party rules. */
export async function deploymentCheats(stage: Stage): Promise<void> {
  const { trials, blunt, registryConfig, configuration, circuits } = stage;
  const deploy = (changes: Partial<RegistryConfig>, by: Signer = blunt.owner) =>
    deployRegistry(by, { ...registryConfig, ...changes });
  const keyed = (changes: Partial<VerificationKey>) => () =>
    deploy({ batchKeys: [packKey({ ...circuits.batch.vkey, ...changes })] });
  const { gamma2, ic } = circuits.batch.vkey;
  const [[x, y], ...rest] = ic as [readonly [bigint, bigint], ...(readonly [bigint, bigint])[]];

  const nobody = "a registry whose key nobody contributed to (gamma2 = delta2): anybody forges under it";
  await trials.attempt("1, 2", nobody, "KeyWithoutContribution", keyed({ delta2: gamma2 }));
  const moved = "a key with a point that is not on its curve";
  await trials.attempt("2", moved, "KeyPointInvalid", keyed({ ic: [[x, y + 1n], ...rest] }));
  await trials.attempt("2", "a key for fewer public signals", "KeyMalformed", keyed({ ic: rest }));
  const other = "keys of two set-ups beside each other";
  await trials.attempt("2", other, "SetupNotShared", keyed({ alpha1: ic[1]! }));
  await trials.attempt("3", "an account without code as verification key", "KeyWithoutCode", () =>
    deployWithKeyAt(stage, stage.people.stranger.address),
  );
  await trials.attempt("3", "development keys on a public chain", "DevelopmentKeyOnPublicChain", async () => {
    const open = await network.create({ override: { chainId: 1 } });
    try {
      const [deployer] = await open.ethers.getSigners();
      await deploy({}, deployer);
    } finally {
      await open.close();
    }
  });

  const policies = (timeLock: bigint, changes: Partial<typeof configuration>) => () =>
    deployPolicyRegistry(blunt.owner, {
      owner: blunt.owner.address,
      timeLock,
      configuration: { ...configuration, ...changes },
    });
  const hurried = "a policy registry whose publishers can be swapped within an hour";
  await trials.attempt("29", hurried, "TimeLockTooShort", policies(HOUR, {}));
  const alone = "a policy registry in which one publisher of three is enough";
  await trials.attempt("27", alone, "PublishersMiscounted", policies(TIME_LOCK, { threshold: 1 }));

  await trials.attempt(
    "29",
    "the owner of the registry opens an epoch itself",
    "ExchangeSignatureInvalid",
    async () => {
      const contract = await registryAt(stage.registry, blunt.owner);
      const soon = (await stage.network.now()) + HOUR;
      return withWords(contract.interface, () => contract.getFunction("open").send(1n, soon, "0x"));
    },
  );
}

async function deployWithKeyAt({ blunt, registryConfig }: Stage, key: string): Promise<void> {
  const { abi, bytecode } = await contractArtifact("SolvencyRegistry");
  const factory = new ContractFactory(abi, bytecode, blunt.owner);
  const { exchange, owner, policies, minimumInterval } = registryConfig;
  // Keys are looked at before the ledger, which is the same account without code here.
  await withWords(factory.interface, () =>
    factory.deploy(exchange, owner, policies, minimumInterval, [key], [], key),
  );
}
