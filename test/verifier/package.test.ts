import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { BUNDLE_CHECK, bundled, ENTRIES, packageSizes, SNARKJS } from "../../verifier/package/bundled.ts";

const textOf = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const README = textOf("verifier/package/README.md");

describe("@plimsoll/verifier as a package", () => {
  it("would be caught with a module of Node", async () => {
    const withNode = fileURLToPath(new URL("../../prover/src/build/paths.ts", import.meta.url));
    expect((await bundled(SNARKJS, ["*"], withNode)).imports).toEqual(["node:path", "node:url"]);
  });

  it.each(Object.keys(ENTRIES) as (keyof typeof ENTRIES)[])(
    "runs in browsers: %s imports no module of Node, and snarkjs not before it checks a proof",
    async (entry) => {
      const { imports, importsLater } = await bundled(SNARKJS, ["*"], ENTRIES[entry]);
      expect(imports).toEqual([]);
      expect(importsLater).toEqual(entry === "index" ? ["snarkjs"] : []);
    },
  );

  it("checks a bundle without snarkjs", async () => {
    const { imports, importsLater } = await bundled(SNARKJS, BUNDLE_CHECK);
    expect([imports, importsLater]).toEqual([[], []]);
  });

  it("is as small as its README says", async () => {
    const said = README.slice(README.indexOf("## Size")).match(/less than (\d+) kB|(\d+) kB gzipped/gi)!;
    const [allGzipped, allMinified, checkMinified, checkGzipped] = said.map((text) =>
      Number(/\d+/.exec(text)![0]),
    );
    expect(allGzipped).toBe(60);
    const { all, bundleCheck } = await packageSizes();
    expect(all.gzipped).toBeLessThan(1000 * allGzipped!);
    expect(all.minified).toBeLessThan(1000 * allMinified!);
    expect(bundleCheck.minified).toBeLessThan(1000 * checkMinified!);
    expect(bundleCheck.gzipped).toBeLessThan(1000 * checkGzipped!);
  });

  it("shows in its README and in the integrator's guide the example that is tried, of twenty lines at most", () => {
    const example = textOf("verifier/package/check-bundle.ts");
    expect(README).toContain(`\`\`\`ts\n${example}\`\`\`\n`);
    expect(textOf("docs/guide-integrator.md")).toContain(`check-bundle.ts <<'END'\n${example}END\n`);
    expect(example.trimEnd().split("\n").length).toBeLessThanOrEqual(20);
  });
});

describe("what @plimsoll/verifier exports", () => {
  const exported = Object.values(ENTRIES).flatMap((entry) =>
    [...readFileSync(entry, "utf8").matchAll(/^export (?:type )?\{([^}]*)\} from "\.\/([^"]*)";$/gm)].flatMap(
      ([, names, file]) =>
        [...names!.matchAll(/(?:type )?(\w+)/g)].map(([, name]) => [name!, file!] as const),
    ),
  );

  it("has each name once", () => {
    expect(exported.length).toBeGreaterThan(100);
    expect(new Set(exported.map(([name]) => name)).size).toBe(exported.length);
  });

  it("says of each what it is", () => {
    const documented = ([name, file]: readonly [string, string]): boolean => {
      const source = textOf(`verifier/src/${file}`);
      const at = source.search(
        new RegExp(`^export (?:async )?(?:function|class|interface|const|type) ${name}\\b`, "m"),
      );
      return at > 0 && source.slice(0, at).endsWith("*/\n");
    };
    expect(exported.filter((one) => !documented(one))).toEqual([]);
  });
});
