const CODE_SECTION = 10;

/**
 * A witness generator of circom 2 that computes on where a `===` or an `assert` fails. The compiler has no option for it
 * (`--sanity_check` changes nothing in its WASM), so the generated code is patched: a failed check ends in
 * `call printErrorMessage; i32.const 4; return; end`, and the return becomes a drop.
 */
export function withoutAsserts(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  const patched = Uint8Array.from(wasm);
  const print = WebAssembly.Module.imports(new WebAssembly.Module(patched))
    .filter(({ kind }) => kind === "function")
    .findIndex(({ name }) => name === "printErrorMessage");
  const [call, i32Const, end, drop, ret] = [0x10, 0x41, 0x0b, 0x1a, 0x0f];
  const check = [call, print, i32Const, 4, ret, end];
  for (const { id, start, end: stop } of sections(patched)) {
    if (id !== CODE_SECTION) continue;
    for (let at = start; at + check.length <= stop; at++) {
      if (check.every((byte, i) => patched[at + i] === byte)) patched[at + 4] = drop;
    }
  }
  return patched;
}

function* sections(wasm: Uint8Array): Generator<{ id: number; start: number; end: number }> {
  for (let at = 8; at < wasm.length; ) {
    const id = wasm[at++]!;
    let size = 0;
    for (let shift = 0, byte = 0x80; byte & 0x80; shift += 7) {
      byte = wasm[at++]!;
      size |= (byte & 0x7f) << shift;
    }
    yield { id, start: at, end: at + size };
    at += size;
  }
}
