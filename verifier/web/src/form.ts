import { field, h } from "./dom.ts";
import type { Settings } from "./settings.ts";
import { STRINGS } from "./strings.ts";

/** What the user compares with. Undefined: she gave none. */
export interface Comparison {
  readonly userId: string | undefined;
  readonly endpoints: readonly string[];
  readonly registry: bigint | undefined;
  readonly folder: string;
  readonly files: readonly File[];
}

export interface Form {
  readonly element: HTMLElement;
  /** Throws an Error in words for an address that is none. */
  read(): Comparison;
  onCheck(act: () => void): void;
}

const WORDS = STRINGS.settings;

export function comparisonForm({ endpoints, registry, folder }: Settings): Form {
  const user = h("input", { id: "user", autocomplete: "off", spellcheck: "false" });
  const rpc = h("textarea", { id: "endpoints", rows: "3", spellcheck: "false" });
  rpc.value = endpoints.join("\n");
  const contract = h("input", { id: "registry", autocomplete: "off", spellcheck: "false" });
  contract.value = registry;
  const address = h("input", { id: "folder", autocomplete: "off", spellcheck: "false" });
  address.value = folder;
  const files = h("input", {
    id: "files",
    type: "file",
    webkitdirectory: true,
    multiple: true,
    "aria-label": WORDS.folderHint,
  });
  const button = h("button", { type: "submit" }, WORDS.check);
  const form = h(
    "form",
    { "aria-labelledby": "settings-heading" },
    h("h2", { id: "settings-heading" }, WORDS.heading),
    field(WORDS.user, WORDS.userHint, user),
    field(WORDS.endpoints, WORDS.endpointsHint, rpc),
    field(WORDS.registry, WORDS.registryHint, contract),
    field(WORDS.folder, WORDS.folderHint, address),
    files,
    h("p", {}, button),
  );
  return {
    element: form,
    read: () => ({
      userId: user.value.trim() || undefined,
      endpoints: endpointsOf(rpc.value),
      registry: contract.value.trim() === "" ? undefined : checkedAddress(contract.value.trim()),
      folder: address.value.trim(),
      files: [...(files.files ?? [])],
    }),
    onCheck: (act) =>
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        act();
      }),
  };
}

/** Addresses of endpoints, one a line. Throws an Error in words for one that is none. */
export function endpointsOf(text: string): string[] {
  return text
    .split(/\s+/)
    .filter((line) => line !== "")
    .map(checkedEndpoint);
}

function checkedEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLocal = url?.hostname === "127.0.0.1" || url?.hostname === "localhost";
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLocal)) return url.href;
  throw new Error(WORDS.badEndpoint(text));
}

function checkedAddress(text: string): bigint {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) throw new Error(WORDS.badRegistry);
  return BigInt(text);
}
