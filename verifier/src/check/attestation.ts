/** What the registry recorded of an epoch. Hashes and roots are 256-bit words, times are seconds since 1970. */
export interface Attestation {
  readonly epoch: bigint;
  readonly exchange: bigint;
  readonly accountsRoot: bigint;
  readonly policyHash: bigint;
  readonly descriptorHash: bigint;
  readonly epochCircuitId: bigint;
  readonly batchCount: number;
  readonly snapshotTime: bigint;
  readonly attestedAt: bigint;
}

/** Where attestations are read: a chain behind an endpoint, or several that must agree. */
export interface AttestationSource {
  readonly chainId: bigint;
  readonly registry: bigint;
  /** The record of an attested epoch, or null where there is none. */
  attestation(epoch: bigint): Promise<Attestation | null>;
  /** The hash of the public part that the epoch was attested with, from the registry's event. */
  publicHash?(attestation: Attestation): Promise<bigint>;
  /**
   * Whether an account that is a contract takes a signature for its own over a digest (ERC-1271); undefined for an account
   * without code, whose key alone signs. 65 bytes may be a contract's as well.
   */
  contractSigned?(account: bigint, digest: bigint, signature: string): Promise<boolean | undefined>;
}
