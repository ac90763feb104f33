import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

// `npm run build:web`: the page as a folder of static files, for any host and any path below it.
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  build: {
    outDir: fileURLToPath(new URL("../../build/web", import.meta.url)),
    emptyOutDir: true,
    target: "es2024",
    // Nothing inline: the page's policy allows no script and no style but its own files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2_000,
  },
  worker: { format: "es" },
});
