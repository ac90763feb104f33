import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { instanceArtifacts } from "../../../prover/src/build/artifacts.ts";
import { checkedKey, TamperedFileError } from "../../../prover/web/src/checked-files.ts";
import type { ProvingFiles } from "../../../prover/web/src/protocol.ts";

let files: ProvingFiles;
beforeAll(async () => {
  const { wasm, zkey } = await instanceArtifacts("withdrawal-1");
  const vkey = zkey.replace(/\.zkey$/, ".vkey.json");
  files = {
    ...{ name: "withdrawal-1", vkey: await readFile(vkey, "utf8") },
    ...{ wasm: new Uint8Array(await readFile(wasm)), zkey: new Uint8Array(await readFile(zkey)) },
  };
});

describe("the files that the page proves with", () => {
  it("are those of the release, as this machine builds them; their key is said to be a development key", () => {
    expect(checkedKey(files)).toMatchObject({ development: true });
  });

  it.each(["wasm", "zkey"] as const)("are refused when one bit of the %s differs", (name) => {
    const changed = files[name].slice();
    changed[changed.length >> 1]! ^= 1;
    expect(() => checkedKey({ ...files, [name]: changed })).toThrow(TamperedFileError);
    expect(() => checkedKey({ ...files, [name]: files[name].slice(1) })).toThrow(TamperedFileError);
  });

  it("are refused with another circuit's verification key, or with none", async () => {
    const { zkey } = await instanceArtifacts("refusal-1");
    const vkey = await readFile(zkey.replace(/\.zkey$/, ".vkey.json"), "utf8");
    for (const text of [vkey, "{}", "not JSON"]) {
      expect(() => checkedKey({ ...files, vkey: text })).toThrow(/withdrawal-1.*vkey\.json is not the file/);
    }
  });

  it("are refused under another instance's name, or one that the page does not prove with", () => {
    for (const name of ["withdrawal-4", "refusal-1", "toString"]) {
      expect(() => checkedKey({ ...files, name })).toThrow(TamperedFileError);
    }
  });
});
