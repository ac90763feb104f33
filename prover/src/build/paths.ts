import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of the repository. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

/** Everything that can be built again; safe to delete while nothing runs. */
export const CACHE = join(ROOT, ".cache");
