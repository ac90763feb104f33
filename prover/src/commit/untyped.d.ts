// Packages of the prover without declarations of their own: only what is used here.

declare module "write-file-atomic" {
  export default function writeFileAtomic(
    file: string,
    data: string | Uint8Array,
    options?: { readonly mode?: number; readonly fsync?: boolean; readonly chown?: false },
  ): Promise<void>;
}

declare module "proper-lockfile" {
  interface LockOptions {
    readonly lockfilePath?: string;
  }
}
