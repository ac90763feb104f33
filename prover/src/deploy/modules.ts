import { buildModule, type NamedArtifactContractDeploymentFuture } from "@nomicfoundation/ignition-core";
import { concat, hexlify, keccak256 } from "ethers";
import { keyCreation } from "../chain/key-code.ts";
import { configurationToAbi, type PolicyRegistryConfig } from "../chain/policy-registry.ts";
import type { RegistryConfig } from "../chain/registry.ts";

/** A vault for ever: nobody changes what is here but the operator's key. Times in seconds (`IMarginVault.Times`). */
export interface MarginVaultConfig {
  /** Left out, the solvency registry that is deployed with it. */
  readonly registry?: string;
  /** Whose signature instant withdrawals need. */
  readonly operator: string;
  readonly times: {
    readonly response: bigint;
    readonly answer: bigint;
    readonly claim: bigint;
    readonly maxRootAge: bigint;
  };
}

/** What is deployed; each can be left out. */
export interface Deployment {
  readonly policyRegistry?: PolicyRegistryConfig;
  /** Left out, its policies are those of the policy registry that is deployed with it. */
  readonly solvencyRegistry?: Omit<RegistryConfig, "policies"> & {
    readonly policies?: string;
    /** Of circuits that an account check judges single accounts under; without any, none is deployed. */
    readonly accountKeys?: readonly Uint8Array[];
  };
  readonly marginVaults?: readonly MarginVaultConfig[];
}

/** Ignition wants an artifact for each contract; a key has no source, only code. */
interface KeyArtifact {
  readonly _format: string;
  readonly contractName: string;
  readonly sourceName: string;
  readonly abi: [];
  readonly bytecode: string;
  readonly deployedBytecode: string;
  readonly linkReferences: Record<string, never>;
  readonly deployedLinkReferences: Record<string, never>;
}

/** The vaults' ids begin with it, and end in their number. */
export const MARGIN_VAULT = "MarginVault_";

/**
 * The registries and vaults as one Ignition module. A verification key becomes the code of a data contract of its own, named by its circuit
 * id, so that a deployment that is resumed, or grown by a circuit, sends no key twice.
 */
export function registriesModule({ policyRegistry, solvencyRegistry, marginVaults = [] }: Deployment) {
  return buildModule("Plimsoll", (m) => {
    const contracts: Record<string, NamedArtifactContractDeploymentFuture<string>> = {};
    if (policyRegistry !== undefined) {
      const { owner, timeLock, configuration } = policyRegistry;
      contracts.policyRegistry = m.contract("PolicyRegistry", [
        owner,
        timeLock,
        configurationToAbi(configuration) as never,
      ]);
    }
    if (solvencyRegistry !== undefined) {
      const { exchange, owner, minimumInterval } = solvencyRegistry;
      const policies = solvencyRegistry.policies ?? contracts.policyRegistry;
      if (policies === undefined) throw new RangeError("deployment: expected a policy registry, came none");
      const key = (packed: Uint8Array) =>
        m.contract("VerificationKey", keyArtifact(packed), [], {
          id: `Key_${keccak256(packed).slice(2, 18)}`,
        });
      // Waits for its registry, which binds it when it is made.
      const ledger = m.contract("Ledger", [
        (solvencyRegistry.withdrawalKeys ?? []).map(key),
        (solvencyRegistry.refusalKeys ?? []).map(key),
      ]);
      contracts.solvencyRegistry = m.contract("SolvencyRegistry", [
        exchange,
        owner,
        policies,
        minimumInterval,
        solvencyRegistry.batchKeys.map(key),
        solvencyRegistry.epochKeys.map(({ packed, assets }) => ({ key: key(packed), assets })),
        ledger,
      ]);
      const { accountKeys = [] } = solvencyRegistry;
      if (accountKeys.length > 0)
        contracts.accountCheck = m.contract("AccountCheck", [
          contracts.solvencyRegistry,
          accountKeys.map(key),
        ]);
    }
    for (const [
      index,
      { operator, times, registry = contracts.solvencyRegistry },
    ] of marginVaults.entries()) {
      if (registry === undefined) throw new RangeError("deployment: expected a solvency registry, came none");
      const id = `${MARGIN_VAULT}${index}`;
      contracts[id] = m.contract("MarginVault", [registry, operator, { ...times }], { id });
    }
    return contracts;
  });
}

function keyArtifact(packed: Uint8Array): KeyArtifact {
  return {
    _format: "hh3-artifact-1",
    contractName: "VerificationKey",
    sourceName: "contracts/lib/VerificationKeys.sol",
    abi: [],
    bytecode: keyCreation(packed),
    deployedBytecode: concat(["0x00", hexlify(packed)]),
    linkReferences: {},
    deployedLinkReferences: {},
  };
}
