import { type Code, op, unsigned } from "../wasm/module.ts";

const vectorOp = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
const binary =
  (opcode: number) =>
  (left: Code, right: Code): Code => [...left, ...right, ...vectorOp(opcode)];
const unary =
  (opcode: number) =>
  (value: Code): Code => [...value, ...vectorOp(opcode)];
const shuffle =
  (lane: number) =>
  (value: Code): Code => {
    const bytes = Array.from({ length: 16 }, (_, i) => 8 * lane + (i % 8));
    return [...value, ...value, ...vectorOp(0x0d), ...bytes];
  };
const memory =
  (opcode: number, align: number) =>
  (address: Code, offset: number): Code => [...[...address, ...vectorOp(opcode), align], ...unsigned(offset)];

/** Expressions on vectors of two lanes, doubles (`f`) or 64-bit integers (`i`); each leaves its result on the stack. */
export const v = Object.freeze({
  load: memory(0x00, 3),
  /** One lane to both. */
  loadSplat: memory(0x0a, 3),
  /** One lane of memory to the first lane, 0 to the second. */
  loadFirst: memory(0x5d, 3),
  /** The vector with its second lane from memory. */
  loadSecond: (address: Code, offset: number, vector: Code): Code => [
    ...[...address, ...vector, ...vectorOp(0x57), 3],
    ...[...unsigned(offset), 1],
  ],
  store: (address: Code, offset: number, value: Code): Code => [
    ...[...address, ...value, ...vectorOp(0x0b), 3],
    ...unsigned(offset),
  ],
  storeLane: (address: Code, offset: number, lane: 0 | 1, value: Code): Code => [
    ...[...address, ...value, ...vectorOp(0x5b), 3],
    ...[...unsigned(offset), lane],
  ],
  /** Two 64-bit integers, first lane first. */
  integers: (first: Code, second: Code): Code => [
    ...[...first, ...vectorOp(0x12), ...second],
    ...[...vectorOp(0x1e), 1],
  ],
  repeatFirst: shuffle(0),
  repeatSecond: shuffle(1),
  add: binary(0xf0),
  sub: binary(0xf1),
  mul: binary(0xf2),
  neg: unary(0xed),
  abs: unary(0xec),
  equal: binary(0x47),
  less: binary(0x49),
  atMost: binary(0x4b),
  /** a b + c, rounded once; where the processor can't, this is wrong and the self-test finds it. */
  madd: (a: Code, b: Code, c: Code): Code => [...a, ...b, ...c, ...vectorOp(0x107)],
  /** c - a b, rounded once. */
  nmadd: (a: Code, b: Code, c: Code): Code => [...a, ...b, ...c, ...vectorOp(0x108)],
  iadd: binary(0xce),
  shiftLeft: (value: Code, bits: number): Code => [...value, ...op.i32(bits), ...vectorOp(0xcb)],
  shiftRight: (value: Code, bits: number): Code => [...value, ...op.i32(bits), ...vectorOp(0xcd)],
  and: binary(0x4e),
  or: binary(0x50),
  xor: binary(0x51),
  /** Bits of `yes` where the mask is set, else of `no`. */
  select: (yes: Code, no: Code, mask: Code): Code => [...yes, ...no, ...mask, ...vectorOp(0x52)],
  anyTrue: unary(0x53),
  allTrue: unary(0xc3),
  /** Bit i of the number is the sign of lane i. */
  signs: unary(0xc4),
});
