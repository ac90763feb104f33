// Packages of the prover without declarations of their own: only what is used here.
declare module "circomlibjs" {
  export interface Poseidon {
    (inputs: readonly bigint[]): Uint8Array;
    readonly F: { toObject(element: Uint8Array): bigint };
  }
  export function buildPoseidon(): Promise<Poseidon>;
}

declare module "write-file-atomic" {
  export default function writeFileAtomic(
    file: string,
    data: string | Uint8Array,
    options?: { readonly mode?: number; readonly fsync?: boolean; readonly chown?: false },
  ): Promise<void>;
}
