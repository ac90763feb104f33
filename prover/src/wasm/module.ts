/** A WebAssembly module written by hand: just enough of an assembler for straight-line integer code and loops. */
export type Code = readonly number[];

export const I32 = 0x7f;
export const I64 = 0x7e;
export const F64 = 0x7c;
export const V128 = 0x7b;

export interface WasmFunction {
  readonly name: string;
  /** Number of parameters, all i32. */
  readonly parameters: number;
  /** Types of the locals after the parameters. */
  readonly locals: readonly number[];
  readonly code: Code;
}

/** The least and the most pages of 64 KiB that a memory may have, and whether it is one that threads share. */
export interface MemoryLimits {
  readonly least: number;
  readonly most: number;
  readonly shared: boolean;
}

const vectorOp = (opcode: number): Code => [0xfd, ...unsigned(opcode)];

export const op = Object.freeze({
  get: (local: number): Code => [0x20, ...unsigned(local)],
  set: (local: number): Code => [0x21, ...unsigned(local)],
  tee: (local: number): Code => [0x22, ...unsigned(local)],
  i32: (value: number): Code => [0x41, ...signed(BigInt(value))],
  i64: (value: bigint): Code => [0x42, ...signed(value)],
  /** Zero-extends 32 bits of memory. */
  load32: (offset: number): Code => [0x35, 2, ...unsigned(offset)],
  store32: (offset: number): Code => [0x3e, 2, ...unsigned(offset)],
  loadNumber: (offset: number): Code => [0x28, 2, ...unsigned(offset)],
  load64: (offset: number): Code => [0x29, 3, ...unsigned(offset)],
  store64: (offset: number): Code => [0x37, 3, ...unsigned(offset)],
  add64: [0x7c] as Code,
  mul64: [0x7e] as Code,
  and64: [0x83] as Code,
  or64: [0x84] as Code,
  shiftLeft64: [0x86] as Code,
  shiftRight64: [0x88] as Code,
  add32: [0x6a] as Code,
  subtract32: [0x6b] as Code,
  and32: [0x71] as Code,
  multiply32: [0x6c] as Code,
  less32: [0x49] as Code,
  /** Zero-extends to 64 bits. */
  extend: [0xad] as Code,
  isZero32: [0x45] as Code,
  call: (index: number): Code => [0x10, ...unsigned(index)],
  when: (code: Code): Code => [0x04, 0x40, ...code, 0x0b],
  /** Runs at least once, again while `again` leaves a number that is not 0. */
  repeat: (code: Code, again: Code): Code => [0x03, 0x40, ...code, ...again, 0x0d, 0, 0x0b],
});

/** Vectors: `x2` has two lanes of 64 bits, `x4` four of 32. */
export const vector = Object.freeze({
  zero: [...vectorOp(0x0c), ...new Array<number>(16).fill(0)] as Code,
  /** 64 bits of memory to the lower half, zeros to the upper one. */
  loadNumber: (offset: number): Code => [0x28, 2, ...unsigned(offset)],
  load64: (offset: number): Code => [...vectorOp(0x5d), 2, ...unsigned(offset)],
  /** 32 bits of memory to all four lanes. */
  load32x4: (offset: number): Code => [...vectorOp(0x09), 2, ...unsigned(offset)],
  /** The lower half to memory. */
  store64: (offset: number): Code => [...vectorOp(0x5b), 2, ...unsigned(offset), 0],
  /** The lower two of four lanes, zero-extended to two. */
  widen: vectorOp(0xc9),
  /** The lower halves of two lanes, as the lower two of four. The zeros that a shuffle wants beside are not looked at. */
  narrow: [
    ...[...vectorOp(0x0c), ...new Array<number>(16).fill(0)],
    ...[...vectorOp(0x0d), ...[0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11]],
  ] as Code,
  /** Products of the lower two of four lanes, in full. */
  multiplyWide: vectorOp(0xde),
  multiply32x4: vectorOp(0xb5),
  add64x2: vectorOp(0xce),
  and: vectorOp(0x4e),
  /** By a number of bits on the stack. */
  shiftRight64x2: vectorOp(0xcd),
});

/** Assembles functions that use one imported memory, `env.memory`, all exported. Any memory that is not shared will do if no limits are given. */
export function assemble(functions: readonly WasmFunction[], memory?: MemoryLimits): Uint8Array<ArrayBuffer> {
  const arities = [...new Set(functions.map((f) => f.parameters))];
  const types = arities.map((n) => [0x60, ...list(Array.from({ length: n }, () => [I32])), 0]);
  const bodies = functions.map(({ locals, code }) => {
    const body = [...list(locals.map((type) => [1, type])), ...code, 0x0b];
    return [...unsigned(body.length), ...body];
  });
  const limits = memory
    ? [memory.shared ? 3 : 1, ...unsigned(memory.least), ...unsigned(memory.most)]
    : [0, 1];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, [[...name("env"), ...name("memory"), 2, ...limits]]),
    ...section(
      3,
      functions.map((f) => unsigned(arities.indexOf(f.parameters))),
    ),
    ...section(
      7,
      functions.map((f, i) => [...name(f.name), 0, ...unsigned(i)]),
    ),
    ...section(10, bodies),
  ]);
}

function section(id: number, items: readonly Code[]): number[] {
  const content = list(items);
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly Code[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function name(text: string): number[] {
  const bytes = [...new TextEncoder().encode(text)];
  return [...unsigned(bytes.length), ...bytes];
}

/** LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

function signed(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; ) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = (rest === 0n && (byte & 0x40) === 0) || (rest === -1n && (byte & 0x40) !== 0);
    bytes.push(done ? byte : byte | 0x80);
    if (done) return bytes;
  }
}
