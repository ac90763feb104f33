import { sha256 } from "@noble/hashes/sha2.js";
import { isDevelopmentKey, PROVING_FILES, RELEASED_CIRCUITS } from "@plimsoll/verifier/check/release.ts";
import { circuitId, parseVerificationKey, type VerificationKey } from "@plimsoll/verifier/groth16/key.ts";
import type { ProvingFiles } from "./protocol.ts";
import { provingFiles } from "./proving-files.ts";

/** A file that is not the release's. A proving key that somebody made could give away what is proved with it. */
export class TamperedFileError extends Error {
  readonly file: string;
  constructor(file: string) {
    super(`${file} is not the file of this release`);
    this.file = file;
  }
}

/** The verification key of an instance, if all its files are those of this release. Throws TamperedFileError. */
export function checkedKey({ name, wasm, zkey, vkey }: ProvingFiles): {
  readonly key: VerificationKey;
  readonly development: boolean;
} {
  const names = provingFiles(name);
  const released = PROVING_FILES.get(name);
  if (hex(sha256(wasm)) !== released?.wasm) throw new TamperedFileError(names.wasm);
  if (hex(sha256(zkey)) !== released.zkey) throw new TamperedFileError(names.zkey);
  const key = parsed(vkey);
  if (key === undefined || RELEASED_CIRCUITS.get(circuitId(key)) !== name) {
    throw new TamperedFileError(names.vkey);
  }
  return { key, development: isDevelopmentKey(key) };
}

function parsed(text: string): VerificationKey | undefined {
  try {
    return parseVerificationKey(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
