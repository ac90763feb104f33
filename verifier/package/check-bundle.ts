// node check-bundle.ts BUNDLE PUBLIC_FOLDER REGISTRY ENDPOINT [ENDPOINT ...]
import { readFile } from "node:fs/promises";
import { bundleFromJson, checkBundle, compilePolicy, jsonRpc, registrySource } from "@plimsoll/verifier";

const [file = "", folder = "", registry = "", ...urls] = process.argv.slice(2);
const json = async (name: string) => JSON.parse(await readFile(`${folder}/policy/${name}`, "utf8"));

const bundle = bundleFromJson(await readFile(file, "utf8"), file);
const policy = compilePolicy(await json("risk-parameters.json"), await json("marks.json"));
const endpoints = urls.map((url) => jsonRpc(url)); // several, of parties who would not lie together
const attestations = await registrySource(endpoints, BigInt(registry));

const report = await checkBundle(bundle, { policy, attestations });
for (const { name, outcome, words } of report.steps) console.log(`${outcome.padEnd(7)} ${name}: ${words}`);

const attestation = await attestations.attestation(bundle.epoch);
const at = attestation && new Date(1000 * Number(attestation.attestedAt)).toISOString();
console.log(at ? `epoch ${bundle.epoch} was attested at ${at}` : `epoch ${bundle.epoch} is not attested`);
process.exitCode = report.passed ? 0 : 1;
