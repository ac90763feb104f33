declare module "proper-lockfile" {
  interface LockOptions {
    readonly realpath?: boolean;
    readonly stale?: number;
    readonly update?: number;
    readonly retries?: { readonly retries: number; readonly factor: number; readonly minTimeout: number };
    readonly onCompromised?: (error: Error) => void;
  }
  export function lock(file: string, options?: LockOptions): Promise<() => Promise<void>>;
}
