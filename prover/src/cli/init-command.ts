import { randomBytes } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { type CompiledPolicy, compilePolicy } from "@plimsoll/verifier/policy/compile.ts";
import { marksAreOf } from "@plimsoll/verifier/policy/marks.ts";
import { shapeNumbers } from "@plimsoll/verifier/policy/shape.ts";
import { listInstances } from "../build/instances.ts";
import { ROOT } from "../build/paths.ts";
import { writeNewPrivate } from "../owner/private-file.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { privateFolder, writePrivateOnce } from "../pipeline/files.ts";
import { epochShape } from "../pipeline/instance-shapes.ts";
import { parseConfig } from "./config-file.ts";
import { type Ask, completeAnswers, type GivenAnswers, type InitAnswers } from "./init-answers.ts";
import { configText } from "./init-config-text.ts";
import { writeNewPublic } from "./new-file.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { readJson } from "./policy-files.ts";

export interface InitOptions extends GivenAnswers {
  /** The sample exchange instead of one's own files: of examples/demo, or examples/tiny. */
  readonly sample?: true | "demo" | "tiny";
  readonly owners?: string;
  readonly dust?: "refuse" | "credit";
  readonly batchCircuit?: string;
  readonly snapshotTime?: string;
  readonly exchangeKeyFile?: string;
}

/** Names in the folder that `init` makes. */
export const INIT_FILES = Object.freeze({
  config: "plimsoll.jsonc",
  secret: "secrets/operator-secret",
  ignore: ".gitignore",
});

const SAMPLE_FOLDER = "exchange";
const IGNORED = ["secrets/", "epochs/*/private/", "links*.csv"];
const SAMPLE_FILES = {
  demo: { balances: ["users.csv", "margin-accounts.csv"], batch: "batch-20-42", dust: "credit" },
  tiny: { balances: ["balances.csv"], batch: "batch-4-8", dust: "refuse" },
} as const;

/**
 * `init`: a commented configuration, a fresh operator secret, and a .gitignore that keeps what is private out; with
 * --sample also the files of an exchange that can be proved at once. Writes nothing over anything, and the
 * configuration last: a folder that has one is whole. Throws ConfigError.
 */
export async function initCommand(folder: string, options: InitOptions, ask?: Ask): Promise<Outcome> {
  const sample = options.sample === true ? "demo" : options.sample;
  checkFolder(folder, sample !== undefined);
  const answers = await (sample === undefined
    ? completeAnswers(options, ask)
    : sampleAnswers(sample, folder, options));
  const policyFrom = sample === undefined ? undefined : join(ROOT, "examples", sample);
  const at = (file: string) => (policyFrom === undefined ? file : join(policyFrom, file.split("/").at(-1)!));
  const policy = compilePolicy(await readJson(at(answers.riskParameters)), await readJson(at(answers.marks)));
  const text = configText({
    ...{ ...answers, ...circuitsOf(policy, options, sample) },
    snapshotTime: snapshotTimeOf(policy, options),
    ...pathsFrom(folder, answers, options),
    dust: options.dust ?? (sample === undefined ? "refuse" : SAMPLE_FILES[sample].dust),
    operatorSecretFile: INIT_FILES.secret,
  });
  const config = join(folder, INIT_FILES.config);
  // Before anything is written: a folder with a configuration that doesn't fit would be refused from then on.
  parseConfig(text, config);
  const copies =
    sample === undefined
      ? []
      : [answers.riskParameters, answers.marks, ...answers.balances, ...answers.positions, answers.reserves];
  await mkdir(folder, { recursive: true });
  for (const file of copies) {
    await mkdir(dirname(file), { recursive: true });
    await copyNew(at(file), file);
  }
  await privateFolder(dirname(join(folder, INIT_FILES.secret)));
  await writePrivateOnce(join(folder, INIT_FILES.secret), `${randomBytes(32).toString("hex")}\n`);
  const ignores = await writeIgnore(folder);
  // An endpoint's address may have a key in it.
  await writeNewPrivate(config, text);
  const absent = [...answers.balances, ...answers.positions, answers.reserves, answers.senderKeyFile].filter(
    (file) => file !== "" && file !== "-" && !existsSync(file),
  );
  const lines = [
    `${config}: configuration of epoch ${answers.epoch} of ${answers.exchangeId}, a comment on every field`,
    `${join(folder, INIT_FILES.secret)}: a fresh operator secret, mode 0600: back it up, and keep it from epoch to epoch`,
    ignores,
    ...(sample === undefined
      ? []
      : [`${join(folder, SAMPLE_FOLDER)}: the sample exchange, ${copies.length} files`]),
    ...absent.map((file) => `warning  ${file}: is not there yet`),
    `next: plimsoll doctor --config ${config}, then plimsoll epoch plan --config ${config}`,
  ];
  return { text: `${lines.join("\n")}\n`, data: { config, absent }, exitCode: EXIT.done };
}

/** Refuses a folder that was set up before, and one in which a run of `init` was stopped half-way. */
function checkFolder(folder: string, isSample: boolean): void {
  const [config, secret] = [join(folder, INIT_FILES.config), join(folder, INIT_FILES.secret)];
  if (existsSync(config)) {
    throw Object.assign(
      new ConfigError(`${config}: expected no configuration, came one, which stays as it is`),
      { next: `plimsoll doctor --config ${config}, or name another folder` },
    );
  }
  const left = [secret, ...(isSample ? [join(folder, SAMPLE_FOLDER)] : [])].find(existsSync);
  if (left !== undefined) {
    throw Object.assign(
      new ConfigError(
        `${folder}: expected a folder without ${left}, came one with it and without ${INIT_FILES.config}: half made, or somebody else's`,
      ),
      {
        next: `move ${left} away (a secret with which an epoch was proved is needed again), or name another folder`,
      },
    );
  }
}

function sampleAnswers(sample: "demo" | "tiny", folder: string, given: GivenAnswers): Promise<InitAnswers> {
  const file = (name: string) => join(folder, SAMPLE_FOLDER, name);
  const files = {
    riskParameters: file("risk-parameters.json"),
    marks: file("marks.json"),
    balances: SAMPLE_FILES[sample].balances.map(file),
    positions: [file("positions.csv")],
    reserves: file("reserves.json"),
  };
  const own = (["riskParameters", "marks", "balances", "positions", "reserves"] as const).filter(
    (field) => given[field] !== undefined,
  );
  if (own.length > 0) {
    throw new ConfigError(`--sample: expected none of one's own files beside it, came ${own.join(", ")}`);
  }
  return completeAnswers({ exchangeId: `sample-${sample}`, ...given, ...files }, undefined);
}

/** The batch circuit that is asked for, and the epoch circuit of the policy's shape. Throws ConfigError where there is none. */
function circuitsOf(
  { coefficients }: CompiledPolicy,
  { batchCircuit }: InitOptions,
  sample: "demo" | "tiny" | undefined,
): { batchCircuit: string; epochCircuit: string } {
  const named = (template: string) =>
    listInstances()
      .filter((one) => one.template === template)
      .map(({ name }) => name);
  const wanted = shapeNumbers(coefficients.shape).join();
  const epochCircuit = named("Epoch").find((name) => shapeNumbers(epochShape(name)).join() === wanted);
  if (epochCircuit === undefined) {
    throw new ConfigError(
      `policy: expected the shape of one of the epoch circuits ${named("Epoch").join(", ")}, came ${JSON.stringify(coefficients.shape)}; ` +
        "set `shape` in the risk parameters to a larger one's, or add an instance to circuits/instances.json",
    );
  }
  const batch = batchCircuit ?? SAMPLE_FILES[sample ?? "demo"].batch;
  if (!named("Batch").includes(batch)) {
    throw new ConfigError(`--batch-circuit: expected one of ${named("Batch").join(", ")}, came "${batch}"`);
  }
  return { batchCircuit: batch, epochCircuit };
}

/** The marks' own time unless another is given, which they must fit. */
function snapshotTimeOf({ riskParameters, marks }: CompiledPolicy, { snapshotTime }: InitOptions): string {
  const time = snapshotTime ?? String(Date.parse(marks.observedAt) / 1000);
  if (/^\d{1,12}$/.test(time) && marksAreOf(riskParameters, marks, BigInt(time))) return time;
  throw new ConfigError(
    `--snapshot-time: expected seconds since 1970 at or up to ${riskParameters.stalenessSeconds} s after the marks' ${marks.observedAt}, came "${time}"`,
  );
}

/** Paths as the configuration has them: from its own folder. */
function pathsFrom(folder: string, answers: InitAnswers, { owners, exchangeKeyFile }: InitOptions) {
  const from = (file: string) => (file === "-" ? file : relative(resolve(folder), resolve(file)));
  const { rpc, senderKeyFile } = answers;
  return {
    riskParameters: from(answers.riskParameters),
    marks: from(answers.marks),
    balances: answers.balances.map(from),
    positions: answers.positions.map(from),
    reserves: from(answers.reserves),
    ...(owners === undefined ? {} : { owners: from(owners) }),
    ...(rpc === ""
      ? {}
      : {
          chain: {
            rpc,
            senderKeyFile: from(senderKeyFile),
            ...(exchangeKeyFile === undefined ? {} : { exchangeKeyFile: from(exchangeKeyFile) }),
          },
        }),
  };
}

async function writeIgnore(folder: string): Promise<string> {
  const file = join(folder, INIT_FILES.ignore);
  if (existsSync(file))
    return `warning  ${file}: is there and stays as it is; add ${IGNORED.join(", ")} to it`;
  await writeNewPublic(
    file,
    `# Keys, blinds, salts and bundles: they never leave the operator.\n${IGNORED.join("\n")}\n`,
  );
  return `${file}: keeps secrets and private parts out of version control`;
}

async function copyNew(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_EXCL);
}
