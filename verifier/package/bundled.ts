import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, minifySync, type Rolldown } from "vite";

/** Exports of the package as a bundler makes one minified file of them for a browser. */
export interface Bundled {
  readonly code: string;
  /** Packages and modules of Node that the file still imports, at once and when it needs them. */
  readonly imports: readonly string[];
  readonly importsLater: readonly string[];
}

/** What can be imported, by name, as files. */
export const ENTRIES = Object.freeze({
  index: sourceOf("index"),
  publication: sourceOf("publication"),
  statement: sourceOf("statement"),
});
/** Begins with a slash, so that it is no package. */
const ENTRY = "/virtual/entry.js";

/** Bundles the named exports of a module, or all of them, but for packages that `external` matches and modules of Node. */
export async function bundled(
  external: RegExp,
  names: readonly string[] = ["*"],
  module: string = ENTRIES.index,
): Promise<Bundled> {
  const what = names[0] === "*" ? "*" : `{ ${names.join(", ")} }`;
  const result = await build({
    configFile: false,
    logLevel: "error",
    plugins: [
      {
        name: "entry",
        enforce: "pre",
        resolveId: (id) => {
          if (id === ENTRY) return id;
          // Vite would put something empty in their place.
          return id.startsWith("node:") ? { id, external: true } : null;
        },
        load: (id) => (id === ENTRY ? `export ${what} from ${JSON.stringify(module)};` : null),
      },
    ],
    build: {
      write: false,
      target: "es2024",
      minify: false,
      lib: { entry: ENTRY, formats: ["es"], fileName: "entry" },
      rolldownOptions: { external, output: { codeSplitting: false } },
    },
  });
  const [{ output }] = [result].flat() as [Rolldown.RolldownOutput];
  const [chunk] = output;
  // A library build leaves this to whoever bundles the library.
  const { code } = minifySync("entry.js", chunk.code, { module: true, compress: true, mangle: true });
  return { code, imports: chunk.imports, importsLater: chunk.dynamicImports };
}

/** Bytes of a file as it is, and as a host compresses it. */
export interface Size {
  readonly minified: number;
  readonly gzipped: number;
}

/** What the package weighs, snarkjs left out throughout; "all" is of `@plimsoll/verifier`, without its further entries. */
export interface PackageSizes {
  /** The package's own code. */
  readonly own: Size;
  /** All of it, with all that it depends on. */
  readonly all: Size;
  /** The entry for signed statements, with all that it depends on: another curve. */
  readonly statement: Size;
  /** What checking a bundle against a chain takes, with what that depends on. */
  readonly bundleCheck: Size;
}

export const SNARKJS = /^snarkjs$/;
const PACKAGES = /^[a-z@]/;
export const BUNDLE_CHECK = ["bundleFromJson", "checkBundle", "jsonRpc", "registrySource"];

export async function packageSizes(): Promise<PackageSizes> {
  return {
    own: sizeOf(await bundled(PACKAGES)),
    all: sizeOf(await bundled(SNARKJS)),
    bundleCheck: sizeOf(await bundled(SNARKJS, BUNDLE_CHECK)),
    statement: sizeOf(await bundled(SNARKJS, ["*"], ENTRIES.statement)),
  };
}

function sourceOf(entry: string): string {
  return fileURLToPath(new URL(`../src/${entry}.ts`, import.meta.url));
}

function sizeOf({ code }: Bundled): Size {
  return { minified: Buffer.byteLength(code), gzipped: gzipSync(code).length };
}
