// `npm run build:package`: @plimsoll/verifier as others install it, in build/package, ready for `npm pack`.
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { ENTRIES, type PackageSizes, packageSizes } from "./bundled.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = join(HERE, "../..");
const TARGET = join(ROOT, "build/package");
const LIB = join(TARGET, "lib");

const WORDS: Readonly<Record<keyof PackageSizes, string>> = {
  own: "its own code",
  all: "with everything that it depends on, but snarkjs",
  statement: "@plimsoll/verifier/statement, the same way",
  bundleCheck: "of that, what checking a bundle against a chain takes",
};

rmSync(TARGET, { recursive: true, force: true });
await writeModules();
writeTypes();
writeManifest();
cpSync(join(HERE, "README.md"), join(TARGET, "README.md"));
cpSync(join(ROOT, "LICENSE"), join(TARGET, "LICENSE"));
for (const [what, { minified, gzipped }] of Object.entries(await packageSizes())) {
  const words = WORDS[what as keyof PackageSizes];
  console.log(`${words}: ${kilobytes(minified)} minified, ${kilobytes(gzipped)} minified and gzipped`);
}
console.log("built in build/package; `npm pack ./build/package` makes a tarball of it");

/** One JavaScript module for each source file, neither bundled nor minified: whoever installs the package can read it. */
async function writeModules(): Promise<void> {
  await build({
    configFile: false,
    logLevel: "warn",
    build: {
      outDir: LIB,
      target: "es2022",
      minify: false,
      reportCompressedSize: false,
      lib: { entry: ENTRIES, formats: ["es"] },
      rolldownOptions: {
        external: /^[a-z@]/,
        output: {
          preserveModules: true,
          preserveModulesRoot: dirname(ENTRIES.index),
          // constants.json beside constants.ts
          entryFileNames: ({ facadeModuleId }) =>
            `[name]${facadeModuleId?.endsWith(".json") ? ".json" : ""}.js`,
        },
      },
    },
  });
}

function writeTypes(): void {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", join(HERE, "tsconfig.json")], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`declarations of @plimsoll/verifier: expected none of these:\n${stdout}`);
  // The compiler leaves the names of source files in them, which are not in the package.
  for (const name of readdirSync(LIB, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".d.ts")) continue;
    const file = join(LIB, name);
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(/(["']\.{1,2}\/[^"']*)\.ts(["'])/g, "$1.js$2"));
  }
}

function writeManifest(): void {
  const { name, version, description, license, type, engines, dependencies } = JSON.parse(
    readFileSync(join(HERE, "../package.json"), "utf8"),
  );
  const manifest = {
    ...{ name, version, description, license, type, engines },
    exports: {
      ...Object.fromEntries(
        Object.keys(ENTRIES).map((entry) => [
          entry === "index" ? "." : `./${entry}`,
          { types: `./lib/${entry}.d.ts`, default: `./lib/${entry}.js` },
        ]),
      ),
      "./package.json": "./package.json",
    },
    files: ["lib"],
    sideEffects: false,
    dependencies,
  };
  writeFileSync(join(TARGET, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Thousands of bytes, as hosts and browsers count them. */
function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
