import { beforeAll, describe, expect, it } from "vitest";
import { CompileError } from "../../prover/src/build/compile.ts";
import { FIELD } from "../../verifier/src/constants.ts";
import { type Circuit, loadCircuit, replaceOnce } from "./circuit.ts";
import { seeded } from "./random.ts";
import { unboundWires } from "./unbound-wires.ts";
import { unseenWires } from "./unseen-wires.ts";

const BITS = `pragma circom 2.2.0;
template Bits(n) {
  signal input in;
  signal output out[n];
  var sum = 0;
  for (var i = 0; i < n; i++) {
    out[i] <-- (in >> i) & 1;
    out[i] * (out[i] - 1) === 0;
    sum += out[i] * 2 ** i;
  }
  sum === in;
}
template Throwaway() {
  signal input a;
  signal input pair[2];
  signal output product;
  signal square <== a * a;
  component bits = Bits(4);
  bits.in <== pair[0];
  product <== square * pair[1];
}
component main {public [a]} = Throwaway();
`;
const inputs = { a: 3n, pair: [15n, 5n] };

describe("circuits under test", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit({ name: "throwaway", source: BITS });
  });

  it("refuses a text that does not compile, with the compiler's words", async () => {
    await expect(loadCircuit({ name: "broken", source: "template X(" })).rejects.toThrow(CompileError);
  });

  it("refuses a mutant whose text is not there exactly once", () => {
    const files = new Map([["circuits/x.circom", "a a b"]]);
    expect(() => replaceOnce("circuits/x.circom", "c", "")(files)).toThrow(/came 0 times/);
    expect(() => replaceOnce("circuits/x.circom", "a", "")(files)).toThrow(/came 2 times/);
    replaceOnce("circuits/x.circom", "b", "$&")(files);
    expect(files.get("circuits/x.circom")).toBe("a a $&");
  });

  it("refuses inputs that are false, missing, too many or unknown", async () => {
    await expect(circuit.witness({ ...inputs, pair: [16n, 5n] })).rejects.toThrow(
      /does not hold.*main\.bits/,
    );
    await expect(circuit.witness({ a: 3n })).rejects.toThrow(/expected 3 input values, came 1/);
    await expect(circuit.witness({ ...inputs, pair: [1n] })).rejects.toThrow(
      /input pair: expected 2 values, came 1/,
    );
    await expect(circuit.witness({ ...inputs, b: 1n })).rejects.toThrow(/no such input/);
  });

  it("computes a witness of a false statement, which the constraints reject", async () => {
    const witness = await circuit.solve({ ...inputs, pair: [16n, 5n] });
    expect(circuit.value(witness, "main.product")).toBe(45n);
    expect(circuit.accepts(witness)).toBe(false);
  });

  it("rejects an edited wire, and names the signals of what it breaks", async () => {
    const honest = await circuit.witness(inputs);
    const forged = circuit.edit(honest, { "main.square": 10n });
    expect(circuit.violations(forged).flatMap(({ signals }) => signals)).toContain("main.square");
    expect(circuit.violations(forged, { touching: [circuit.wire("main.square")] })).toEqual(
      circuit.violations(forged),
    );
  });

  it("re-solves what depends on an edited wire, and only the edited wire's own constraint breaks", async () => {
    const honest = await circuit.witness(inputs);
    const forged = circuit.resolve(honest, { "main.square": 10n });
    expect(circuit.value(forged, "main.product")).toBe(50n);
    expect(circuit.violations(forged)).toHaveLength(1);
    const fromInput = circuit.resolve(honest, { "main.a": FIELD - 3n, "main.pair[1]": 7n });
    expect(circuit.outputs(fromInput)).toEqual({ product: 63n });
    expect(circuit.accepts(fromInput)).toBe(true);
  });

  it("forges as if all were solved again and every constraint asked", async () => {
    const honest = await circuit.witness(inputs);
    const forge = circuit.forger(honest);
    const verdicts = new Set<boolean>();
    for (let wire = 1; wire < circuit.wireCount; wire++) {
      for (const value of [0n, 1n, 7n, 15n, FIELD - 1n, FIELD - 3n]) {
        const solved = circuit.resolve(honest, { [wire]: value });
        const changed = forge({ [wire]: value });
        verdicts.add(changed !== undefined);
        expect(changed !== undefined).toBe(circuit.accepts(solved));
        if (changed) expect(honest.map((old, i) => changed.get(i) ?? old)).toEqual(solved);
      }
    }
    expect(verdicts.size).toBe(2);
    expect(circuit.accepts(honest)).toBe(true);
  });

  it("finds the wires that may be changed alone, and those that may with all that follows", async () => {
    const both = "signal input loose; signal input blank; signal bound <== loose * blank;";
    const loose = await loadCircuit({
      name: "throwaway-loose",
      source: BITS.replace("signal output product;", `$& ${both}`),
    });
    const honest = await loose.witness({ ...inputs, loose: 2n, blank: 0n });
    expect(unboundWires(loose, honest, (value) => [value, value + 1n])).toEqual(["main.loose = 1"]);
    expect(unseenWires(loose, honest, seeded("loose"))).toEqual(["main.loose", "main.blank"]);
    expect(unboundWires(circuit, await circuit.witness(inputs), (value) => [value + 1n])).toEqual([]);
    expect(unseenWires(circuit, await circuit.witness(inputs), seeded("none"))).toEqual([]);
  });

  it("finds a mutant that accepts what the circuit rejects", async () => {
    const mutant = await loadCircuit({
      name: "throwaway-mutant",
      source: BITS.replace("signal square <== a * a", "signal square <-- a * a"),
    });
    const forged = mutant.resolve(await mutant.witness(inputs), { "main.square": 10n });
    expect(mutant.accepts(forged)).toBe(true);
  });

  it("computes the witness of true inputs, its outputs and public signals", async () => {
    const witness = await circuit.witness(inputs);
    expect(circuit.outputs(witness)).toEqual({ product: 45n });
    expect(circuit.publicSignals(witness)).toEqual([45n, 3n]);
    expect(circuit.accepts(witness)).toBe(true);
  });
});
