import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { freemem } from "node:os";
import { dirname, resolve } from "node:path";
import { isDevelopmentKey, RELEASED_CIRCUITS } from "@plimsoll/verifier/check/release.ts";
import { type CompiledPolicy, compilePolicy } from "@plimsoll/verifier/policy/compile.ts";
import { toBeHex } from "ethers";
import { cachedArtifacts, type InstanceArtifacts } from "../build/artifacts.ts";
import { readConfig, secretText } from "../cli/config-file.ts";
import { readJson } from "../cli/policy-files.ts";
import { provingMemoryBytes } from "../pipeline/estimates.ts";
import { batchCapacity, epochShape } from "../pipeline/instance-shapes.ts";
import { policyProblems } from "../pipeline/policy-problems.ts";
import { readReserves } from "../snapshot/reserves.ts";
import { rowLookup } from "../snapshot/rows.ts";
import { STANDARD_INPUT } from "../snapshot/text-source.ts";
import { type Finding, looked, notRun, ok, warning, wrong } from "./finding.ts";

type Config = Awaited<ReturnType<typeof readConfig>>;

/** What the doctor finds in a configuration's files, and what else needs to know of it. */
export interface ConfigurationFindings {
  readonly findings: readonly Finding[];
  /** Undefined where the configuration itself does not fit. */
  readonly config?: Config;
  /** Circuit ids of the configuration's circuits, as far as they are built. */
  readonly circuitIds: ReadonlyMap<string, bigint>;
}

/** The configuration, its secrets, its policy, its snapshot's files and its circuits' keys. Makes nothing. */
export async function configurationFindings(file: string): Promise<ConfigurationFindings> {
  const circuitIds = new Map<string, bigint>();
  let config: Config;
  try {
    config = await readConfig(file);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return {
      findings: [
        wrong(
          "configuration",
          words,
          "docs/running-an-epoch.md has every field; plimsoll init writes a whole one",
        ),
      ],
      circuitIds,
    };
  }
  const at = (name: string) => resolve(dirname(file), name);
  const findings = [
    ok("configuration", `${file}, epoch ${config.epoch} of ${config.exchangeId}`),
    ...(await secretFindings(config, at)),
    ...(await policyFindings(config, at)),
    ...(await snapshotFindings(config, at)),
  ];
  for (const name of [config.circuits.batch, config.circuits.epoch]) {
    findings.push(
      ...(await looked(
        `key of ${name}`,
        "name instances of circuits/instances.json: a batch circuit and an epoch circuit",
        async () => {
          if (name === config.circuits.batch) batchCapacity(name);
          else epochShape(name);
          const artifacts = await cachedArtifacts(name);
          if (artifacts !== undefined) circuitIds.set(name, artifacts.circuitId);
          return keyFinding(name, artifacts);
        },
      )),
    );
  }
  return { findings, config, circuitIds };
}

async function secretFindings(
  { operatorSecretFile, chain }: Config,
  at: (name: string) => string,
): Promise<Finding[]> {
  const files = [
    ["operator secret", operatorSecretFile],
    ...(chain === undefined ? [] : [["key that pays", chain.senderKeyFile] as const]),
    ...(chain?.exchangeKeyFile === undefined ? [] : [["exchange's key", chain.exchangeKeyFile] as const]),
  ] as const;
  const found: Finding[] = [];
  for (const [what, name] of files) {
    const path = at(name);
    const fix = `put hex of at least 32 bytes there, and: chmod 600 ${path}`;
    found.push(
      ...(await looked(what, fix, async () => {
        await stat(path).catch(() => {
          throw new Error(`${path}: expected a file, there is none`);
        });
        await secretText(path);
        return ok(what, `${path}, readable by its owner only`);
      })),
    );
  }
  return found;
}

async function policyFindings(config: Config, at: (name: string) => string): Promise<readonly Finding[]> {
  return looked("policy", "correct the files; plimsoll policy lint judges them", async () => {
    const policy = compilePolicy(
      await readJson(at(config.policy.riskParameters)),
      await readJson(at(config.policy.marks)),
    );
    const found: Finding[] = [];
    const shape = async () => epochShape(config.circuits.epoch);
    for await (const { message } of policyProblems(config, policy, shape))
      found.push(wrong("policy", message, "plimsoll policy lint and docs/margin-as-policy.md"));
    if (found.length === 0)
      found.push(
        ok("policy", `"${policy.riskParameters.name}", accepted by the linter, marks of the snapshot's time`),
      );
    const reserves = await looked("reserves", "correct the file: docs/running-an-epoch.md", async () => {
      await readReserves(at(config.reserves), rowLookup(policy));
      return ok("reserves", at(config.reserves));
    });
    const memory = await looked("memory for keys", "name a batch circuit", async () =>
      memoryFinding(config, policy),
    );
    return [...found, ...reserves, ...memory];
  });
}

function memoryFinding({ circuits }: Config, { coefficients }: CompiledPolicy): Finding {
  const needed = provingMemoryBytes(batchCapacity(circuits.batch), coefficients);
  const words = `about ${Math.ceil(needed / 1e6)} MB while proving, ${Math.floor(freemem() / 1e6)} MB free`;
  return freemem() >= needed
    ? ok("memory for keys", words)
    : warning("memory for keys", words, "end other programs, or take a larger machine");
}

async function snapshotFindings({ snapshot }: Config, at: (name: string) => string): Promise<Finding[]> {
  const names = [
    ...snapshot.balances,
    ...(snapshot.positions ?? []),
    ...(snapshot.owners === undefined ? [] : [snapshot.owners]),
  ];
  const found: Finding[] = [];
  for (const name of names) {
    if (name === STANDARD_INPUT) {
      found.push(notRun("snapshot", "comes from standard input"));
      continue;
    }
    found.push(
      ...(await looked(
        "snapshot",
        "name files that are there and readable; plimsoll epoch plan reads all of them",
        async () => {
          const path = at(name);
          await access(path, constants.R_OK).catch(() => {
            throw new Error(`${path}: expected a file that can be read, came none`);
          });
          const { size } = await stat(path);
          return size > 0
            ? ok("snapshot", `${path}, ${size} bytes`)
            : wrong("snapshot", `${path}: is empty`, "write the snapshot again");
        },
      )),
    );
  }
  return found;
}

/** Whether the key is there, is the one that this release checks with, and is more than a development key. */
function keyFinding(name: string, artifacts: InstanceArtifacts | undefined): Finding {
  const check = `key of ${name}`;
  if (artifacts === undefined)
    return warning(
      check,
      "is not built yet: the first epoch compiles the circuit and makes its key, which takes minutes",
      `plimsoll keys ${name} --out keys makes it now`,
    );
  const { circuitId, vkey } = artifacts;
  const id = `circuit id ${toBeHex(circuitId, 32)}`;
  if (RELEASED_CIRCUITS.get(circuitId) !== name)
    return wrong(
      check,
      `${id} is not the one that this release checks with`,
      "delete .cache while nothing runs, or take back what was changed in circuits/",
    );
  return isDevelopmentKey(vkey)
    ? warning(
        check,
        `${id}, a DEVELOPMENT KEY: anybody can forge proofs under it, and registries take it on local chains only`,
        "real use needs a ceremony in which the exchange is not the only contributor",
      )
    : ok(check, id);
}
