import { type InstanceArtifacts, keyedArtifacts } from "../../prover/src/build/artifacts.ts";
import { compileProgram } from "../../prover/src/build/compile.ts";

/** A small circuit with a key: `product = (left + version) * right`, public signals product and left. */
export async function throwawayArtifacts(version = 0): Promise<InstanceArtifacts> {
  const main = `pragma circom 2.2.0;
template Multiplier(version) {
  signal input left;
  signal input right;
  signal output product <== (left + version) * right;
}
component main {public [left]} = Multiplier(${version});
`;
  return keyedArtifacts(await compileProgram({ name: `multiplier-${version}`, main }));
}
