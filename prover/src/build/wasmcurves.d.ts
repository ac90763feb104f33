declare module "wasmcurves/build/bn128_wasm.js" {
  const bn128: {
    /** WASM module, base64. */
    readonly code: string;
    readonly pG1gen: number;
    readonly pG2gen: number;
  };
  export default bn128;
}
