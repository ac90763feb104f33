import { fileURLToPath } from "node:url";
import { defineConfig, mergeConfig } from "vite";
import checkingPage from "../../verifier/web/vite.config.ts";
import { contractsPlugin } from "./contracts-plugin.ts";

// The withdrawal page, built into the checking page's folder after it: see build.ts.
export default mergeConfig(
  checkingPage,
  defineConfig({
    root: fileURLToPath(new URL(".", import.meta.url)),
    plugins: [contractsPlugin()],
    build: {
      emptyOutDir: false,
      rolldownOptions: { input: fileURLToPath(new URL("withdraw.html", import.meta.url)) },
    },
  }),
);
