import { existsSync } from "node:fs";
import { claimsHash } from "@plimsoll/verifier/encodings/challenges.ts";
import { type EpochRecord, shapeRecord } from "@plimsoll/verifier/formats/epoch.ts";
import type { CompiledPolicy } from "@plimsoll/verifier/policy/compile.ts";
import { compilePolicyTexts } from "@plimsoll/verifier/policy/compile-texts.ts";
import { completeAccount } from "@plimsoll/verifier/policy/complete.ts";
import { closeBatchRecords } from "../commit/batch-files.ts";
import { ChangedInputError } from "../commit/commit-error.ts";
import { CommitStore } from "../commit/commit-store.ts";
import type { Fingerprint } from "../commit/fingerprint.ts";
import { batchRunner } from "../commit/runner.ts";
import { checkedSecret, secretCheck } from "../commit/secrets.ts";
import { writeBundles } from "./bundle-stage.ts";
import { type ChallengedEpoch, type CommitContext, challengeEpoch, commitBatches } from "./commit-stage.ts";
import type { EpochConfig } from "./config.ts";
import { type EpochFolder, epochFolder, makeEpochFolder } from "./epoch-folder.ts";
import { type EpochOpening, epochInputs, epochSignals } from "./epoch-inputs.ts";
import { ConfigError } from "./errors.ts";
import { withFolderLock } from "./folder-lock.ts";
import { digestAccounts, type Plan, planAccounts, readPlan } from "./plan-stage.ts";
import { claimList, namesOf, policyProblems } from "./policy-problems.ts";
import type {
  AttestationReceipt,
  BatchPipelineCircuit,
  EpochChain,
  EpochPipelineCircuit,
  EpochProver,
} from "./ports.ts";
import { type Progress, StageClock } from "./progress.ts";
import { keptOrProved, proveBatches } from "./prove-stage.ts";
import { hashPublicPart, writePublicPart } from "./public-part.ts";
import { AccountChecker, checkEpochEquation, checkSolvency } from "./self-check.ts";
import { attest, checkOpening } from "./settle-stage.ts";
import { readTerms } from "./signed-terms.ts";
import { StageRecorder } from "./stage-times.ts";

export { ConfigError, SecondRootError } from "./errors.ts";

export interface EpochDependencies {
  readonly prover: EpochProver;
  /** Left out, the epoch is proved and not settled. */
  readonly chain?: EpochChain;
  readonly progress?: Progress;
}

export interface EpochResult {
  readonly record: EpochRecord;
  readonly folder: EpochFolder;
  readonly waste: Plan["waste"];
  /** False when the public part was signed as another version of the program wrote it. */
  readonly isAsSigned: boolean;
  /** Present when a chain was given; null when the epoch was attested before. */
  readonly receipt?: AttestationReceipt | null;
}

interface Setting {
  readonly config: EpochConfig;
  readonly folder: EpochFolder;
  readonly policy: CompiledPolicy;
  readonly claims: readonly bigint[];
  readonly batchCircuit: BatchPipelineCircuit;
  readonly epochCircuit: EpochPipelineCircuit;
  readonly progress: Progress;
}

/**
 * From accounts to an attested epoch and a bundle for every account. May be killed at any moment and run again: what is
 * finished is checked and kept, and the same inputs always lead to the one commit that the folder holds.
 * Throws ChangedInputError, SelfCheckError, FolderBusyError, SecondRootError and the errors of its parts.
 */
export async function runEpoch(config: EpochConfig, dependencies: EpochDependencies): Promise<EpochResult> {
  const folder = epochFolder(config.folder);
  await makeEpochFolder(folder);
  return withFolderLock(folder.private, async () => {
    const times = new StageRecorder(folder.runs);
    const progress: Progress = (event) => {
      times.note(event);
      dependencies.progress?.(event);
    };
    try {
      return await runLocked(config, folder, { ...dependencies, progress });
    } finally {
      closeBatchRecords(folder.batches);
    }
  });
}

async function runLocked(
  config: EpochConfig,
  folder: EpochFolder,
  { prover, chain, progress }: EpochDependencies & { readonly progress: Progress },
): Promise<EpochResult> {
  const setting = await settingOf(config, folder, prover, progress);
  const { policy, claims, batchCircuit, epochCircuit } = setting;
  if (chain !== undefined) await checkOpening(config, folder, chain);
  const { plan, store } = await planAndStore(setting);
  const runner = batchRunner(plan.waste.batches, config.workers);
  const context: CommitContext = {
    folder: folder.batches,
    capacity: { blocks: batchCircuit.blocks, words: batchCircuit.words },
    identity: {
      chainId: config.chainId,
      registry: config.registry,
      exchangeId: config.exchangeId,
      epoch: config.epoch,
    },
    secret: checkedSecret(config.operatorSecret),
    policy: policy.coefficients,
    store,
    runner,
  };
  let epoch: ChallengedEpoch;
  try {
    epoch = await commitEpoch(setting, context, plan);
  } finally {
    await runner.close();
  }
  checkEpochEquation(policy.coefficients, epoch.weights, epoch.gamma);

  const proving = new StageClock(progress, "prove batches", "proofs", epoch.batches.length);
  const proofs = await proveBatches(context, epoch, batchCircuit, prover, proving);
  proving.finish();
  const epochProof = await proveEpoch(setting, context, epoch, prover);
  const record: EpochRecord = {
    format: "plimsoll.epoch.1",
    developmentKeys: batchCircuit.development || epochCircuit.development,
    chainId: config.chainId,
    registry: config.registry,
    exchange: config.exchange,
    exchangeId: config.exchangeId,
    epoch: config.epoch,
    snapshotTime: config.snapshotTime,
    circuits: {
      batches: [
        {
          name: batchCircuit.name,
          circuitId: batchCircuit.circuitId,
          blocks: batchCircuit.blocks,
          words: batchCircuit.words,
        },
      ],
      epoch: {
        name: epochCircuit.name,
        circuitId: epochCircuit.circuitId,
        shape: shapeRecord(epochCircuit.shape),
      },
    },
    policyHash: policy.policyHash,
    descriptorHash: policy.descriptorHash,
    totalsCommitment: epoch.totalsCommitment,
    weightsCommitment: epoch.weightsCommitment,
    claims: [...claims],
    accountsRoot: epoch.accountsRoot,
    gamma: epoch.gamma,
    beta: epoch.beta,
    batches: epoch.batches.map((batch, b) => ({ ...batch, proof: [...proofs[b]!] })),
    epochProof: [...epochProof],
  };
  await publish(setting, record);
  const receipt = chain === undefined ? undefined : await attest(folder, record, chain, progress);
  const bundling = new StageClock(progress, "bundles", "accounts", plan.waste.accounts);
  await writeBundles(context, record, folder.bundles, bundling);
  bundling.finish();
  const isAsSigned = await isPublicPartAsSigned(folder, record);
  return { record, folder, waste: plan.waste, isAsSigned, ...(receipt === undefined ? {} : { receipt }) };
}

async function settingOf(
  config: EpochConfig,
  folder: EpochFolder,
  prover: EpochProver,
  progress: Progress,
): Promise<Setting> {
  const policy = compilePolicyTexts(config.policy.riskParameters, config.policy.marks);
  const problems = policyProblems(
    config,
    policy,
    async () => (await prover.epochCircuit(config.circuits.epoch)).shape,
  );
  for await (const problem of problems) throw problem;
  const batchCircuit = await prover.batchCircuit(config.circuits.batch);
  const epochCircuit = await prover.epochCircuit(config.circuits.epoch);
  return { config, folder, policy, claims: claimList(config, policy), batchCircuit, epochCircuit, progress };
}

/** The folder's commit when there is one and nothing has changed, else a new plan and new randomness. */
async function planAndStore(setting: Setting): Promise<{ plan: Plan; store: CommitStore }> {
  const { config, folder, policy, claims, batchCircuit, progress } = setting;
  const kept = existsSync(folder.commit) ? await readPlan(folder) : undefined;
  if (kept === undefined && existsSync(folder.commit)) {
    throw new ConfigError(`${folder.plan}: expected the plan that ${folder.commit} was made for, came none`);
  }
  const clock = new StageClock(progress, "plan", "accounts");
  if (kept !== undefined) {
    const accounts = await digestAccounts(config.accounts());
    const store = await CommitStore.resume(folder.commit, fingerprint(setting, accounts));
    if (accounts !== kept.accounts) throw new ChangedInputError(folder.plan, ["accounts"]);
    clock.keep(kept.waste.accounts);
    clock.finish();
    return { plan: kept, store: store! };
  }
  const plan = await planAccounts(
    folder,
    config.accounts(),
    { blocks: batchCircuit.blocks, words: batchCircuit.words },
    (holdings) => completeAccount(policy, holdings),
    new AccountChecker(policy.coefficients),
    clock,
  );
  if (plan.waste.accounts === 0) throw new ConfigError("accounts: expected at least one, came none");
  checkSolvency(policy.coefficients, plan.totals, claims, namesOf(policy));
  clock.finish();
  const store = await CommitStore.create(
    folder.commit,
    fingerprint(setting, plan.accounts),
    plan.waste.batches,
  );
  return { plan, store };
}

function fingerprint(
  { config, policy, claims, batchCircuit, epochCircuit }: Setting,
  accounts: string,
): Fingerprint {
  const hex = (value: bigint) => `0x${value.toString(16)}`;
  return {
    accounts,
    policyHash: hex(policy.policyHash),
    descriptorHash: hex(policy.descriptorHash),
    chainId: config.chainId.toString(),
    registry: hex(config.registry),
    exchange: hex(config.exchange),
    exchangeId: config.exchangeId,
    epoch: config.epoch.toString(),
    snapshotTime: config.snapshotTime.toString(),
    batchCircuit: hex(batchCircuit.circuitId),
    epochCircuit: hex(epochCircuit.circuitId),
    claims: hex(claimsHash(claims)),
    operatorSecret: secretCheck(checkedSecret(config.operatorSecret)),
  };
}

async function commitEpoch(setting: Setting, context: CommitContext, plan: Plan): Promise<ChallengedEpoch> {
  const { config, policy, claims, batchCircuit, epochCircuit, progress } = setting;
  const committing = new StageClock(progress, "commit", "accounts", plan.waste.accounts);
  const batches = await commitBatches(context, batchCircuit.circuitId, committing);
  committing.finish();
  const challenging = new StageClock(progress, "challenges", "batch sums", 2 * batches.length);
  const { chainId, registry, exchange, epoch, snapshotTime } = config;
  const epochOfChain = { chainId, registry, exchange, epoch, snapshotTime };
  const { policyHash, descriptorHash } = policy;
  const fixed = {
    ...epochOfChain,
    policyHash,
    descriptorHash,
    claims,
    epochCircuitId: epochCircuit.circuitId,
  };
  const challenged = await challengeEpoch(context, batches, plan.totals, fixed, challenging);
  challenging.finish();
  return challenged;
}

async function proveEpoch(
  { policy, claims, epochCircuit, folder, progress }: Setting,
  { store }: CommitContext,
  epoch: ChallengedEpoch,
  prover: EpochProver,
): Promise<readonly bigint[]> {
  const clock = new StageClock(progress, "prove epoch", "proofs", 1);
  const { totalsSalt, weightsSalt } = store.secrets;
  const { policyHash, coefficients } = policy;
  const opening: EpochOpening = {
    ...epoch,
    policy: coefficients,
    policyHash,
    totalsSalt,
    weightsSalt,
    claims,
  };
  const { proof, kept } = await keptOrProved(
    folder.epochProof,
    "epoch",
    epochCircuit,
    epochSignals(opening),
    prover,
    async () => epochInputs(opening),
  );
  if (kept) clock.keep();
  else clock.tick();
  clock.finish();
  return proof;
}

/** Writes the public part. After its hash was signed it may have other proofs than before, and nothing else. */
async function publish(
  { config, folder, batchCircuit, epochCircuit }: Setting,
  record: EpochRecord,
): Promise<void> {
  await readTerms(folder, record);
  await writePublicPart(folder, config.policy, [batchCircuit, epochCircuit], record);
}

async function isPublicPartAsSigned(folder: EpochFolder, record: EpochRecord): Promise<boolean> {
  const terms = await readTerms(folder, record);
  return terms === undefined || terms.publicHash === (await hashPublicPart(folder, record));
}
