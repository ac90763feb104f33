// What Plimsoll uses of snarkjs 0.7.6, which ships no types.
declare module "snarkjs" {
  /** A point: coordinates one after the other, in Montgomery form, little-endian. */
  export type CurvePoint = Uint8Array;

  export interface CurveGroup<Coordinates> {
    readonly g: CurvePoint;
    fromObject(point: Coordinates): CurvePoint;
    toObject(point: CurvePoint): Coordinates;
    toAffine(point: CurvePoint): CurvePoint;
    add(a: CurvePoint, b: CurvePoint): CurvePoint;
    neg(a: CurvePoint): CurvePoint;
    timesScalar(a: CurvePoint, scalar: bigint): CurvePoint;
    isZero(a: CurvePoint): boolean;
    /** On the curve; says nothing about the subgroup. */
    isValid(a: CurvePoint): boolean;
  }

  export interface Curve {
    readonly G1: CurveGroup<readonly bigint[]>;
    readonly G2: CurveGroup<readonly (readonly bigint[])[]>;
    /** Whether the product of the pairings is 1. */
    pairingEq(...points: readonly CurvePoint[]): Promise<boolean>;
    terminate(): Promise<void>;
  }

  export interface SnarkjsProof {
    readonly pi_a: readonly string[];
    readonly pi_b: readonly (readonly string[])[];
    readonly pi_c: readonly string[];
    readonly protocol: string;
    readonly curve: string;
  }

  export const curves: {
    getCurveFromName(name: string, options?: { readonly singleThread?: boolean }): Promise<Curve>;
  };

  export const groth16: {
    prove(
      zkey: string | Uint8Array,
      witness: string | Uint8Array,
      logger?: undefined,
      options?: { readonly singleThread?: boolean },
    ): Promise<{ readonly proof: SnarkjsProof; readonly publicSignals: readonly string[] }>;
    verify(key: object, publicSignals: readonly string[], proof: object): Promise<boolean>;
  };

  export const zKey: {
    newZKey(r1cs: string, ptau: string, zkey: string): Promise<Uint8Array>;
    exportVerificationKey(zkey: string | Uint8Array): Promise<object>;
  };
}
