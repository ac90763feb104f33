import { toSnarkjsKey } from "@plimsoll/verifier/groth16/key.ts";
import { verifyProof } from "@plimsoll/verifier/groth16/verify.ts";
import { type InstanceArtifacts, instanceArtifacts } from "../build/artifacts.ts";
import type { ProvingBackend } from "../proving/backend.ts";
import { batchCapacity, epochShape } from "./instance-shapes.ts";
import type { EpochProver, PipelineCircuit } from "./ports.ts";

/** Proves on this machine: circuits and keys from the cache (built on first use), proofs by a back end. */
export function localProver(
  backend: ProvingBackend,
  artifactsOf: (name: string) => Promise<InstanceArtifacts> = instanceArtifacts,
): EpochProver {
  const loaded = new Map<string, Promise<InstanceArtifacts>>();
  const artifacts = (name: string): Promise<InstanceArtifacts> => {
    const known = loaded.get(name) ?? artifactsOf(name);
    loaded.set(name, known);
    return known;
  };
  return {
    batchCircuit: async (name) => ({ ...described(await artifacts(name)), ...batchCapacity(name) }),
    epochCircuit: async (name) => ({ ...described(await artifacts(name)), shape: epochShape(name) }),
    async prove(name, inputs) {
      const { proof, publicSignals } = await backend.prove(await artifacts(name), inputs);
      return { proof, signals: publicSignals };
    },
    async verify(name, signals, proof) {
      return verifyProof((await artifacts(name)).vkey, signals, proof);
    },
    close: () => backend.close(),
  };
}

function described({ name, circuitId, development, vkey }: InstanceArtifacts): PipelineCircuit {
  const verificationKey = `${JSON.stringify(toSnarkjsKey(vkey), null, 2)}\n`;
  return { name, circuitId, development, verificationKey };
}
