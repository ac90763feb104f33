import type { Bundle } from "@plimsoll/verifier/formats/bundle.ts";
import { circuitId } from "@plimsoll/verifier/groth16/key.ts";
import { leafOfBundle } from "@plimsoll/verifier/withdrawal/leaf-opening.ts";
import type { Demand } from "@plimsoll/verifier/withdrawal/refusal.ts";
import { instanceArtifacts } from "../build/artifacts.ts";
import type { ProvingArtifacts, ProvingBackend } from "../proving/backend.ts";
import { proveRefusal } from "./prove-refusal.ts";
import { placeOfBundle } from "./spending-proof.ts";

/** A refusal as contracts take it: `ILedger.Refusal`. Nothing in it is secret. */
export interface RefusalProof {
  readonly circuitId: bigint;
  readonly root: bigint;
  readonly epoch: bigint;
  readonly amount: bigint;
  readonly charge: bigint;
  readonly place: ReturnType<typeof placeOfBundle>;
  readonly proof: readonly bigint[];
}

/**
 * Proves, from the bundle that the exchange made, that an account's leaf does not allow what an exit needs. Throws
 * WithdrawalError when it does allow it: then the exit has to be paid.
 */
export async function makeRefusal(
  backend: ProvingBackend,
  bundle: Bundle,
  demand: Demand,
  artifactsOf: (name: string) => Promise<ProvingArtifacts> = instanceArtifacts,
): Promise<RefusalProof> {
  let used: ProvingArtifacts | undefined;
  const { signals, proof } = await proveRefusal(backend, leafOfBundle(bundle), demand, async (name) => {
    used = await artifactsOf(name);
    return used;
  });
  const { root, epoch, amount, charge } = signals;
  const place = placeOfBundle(bundle);
  return { circuitId: circuitId(used!.vkey), root, epoch, amount, charge, place, proof };
}
