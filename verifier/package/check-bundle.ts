// node check-bundle.ts BUNDLE PUBLIC_FOLDER [REGISTRY ENDPOINT ...]
import { readFile } from "node:fs/promises";
import { bundleFromJson, checkBundle, compilePolicyTexts, jsonRpc, registrySource } from "@plimsoll/verifier";

const [file = "", folder = "", registry, ...urls] = process.argv.slice(2);
const text = (path: string) => readFile(path, "utf8");

const bundle = bundleFromJson(await text(file), file);
const parameters = await text(`${folder}/policy/risk-parameters.json`);
const policy = compilePolicyTexts(parameters, await text(`${folder}/policy/marks.json`));
const endpoints = urls.map((url) => jsonRpc(url)); // several, of parties who would not lie together
const attestations = registry ? await registrySource(endpoints, BigInt(registry)) : undefined;

const report = await checkBundle(bundle, { policy, attestations });
for (const { name, outcome, words } of report.steps) console.log(`${outcome.padEnd(7)} ${name}: ${words}`);

const attestation = await attestations?.attestation(bundle.epoch);
const at = attestation && new Date(1000 * Number(attestation.attestedAt)).toISOString();
console.log(at ? `epoch ${bundle.epoch} was attested at ${at}` : "no attestation was seen");
process.exitCode = report.passed ? 0 : 1;
