/** What a host or a link says beforehand. The user sees it all in the form, and may change it. */
export interface Settings {
  /** Where the bundle is. */
  readonly bundle: string;
  /** Where the signed statement of the same account is. */
  readonly statement: string;
  readonly endpoints: readonly string[];
  readonly registry: string;
  readonly folder: string;
  /** The vault that pays out what is withdrawn, 0x hex, and its chain; none where withdrawals don't exist. */
  readonly vault: string;
  readonly chainId: string;
  /** Whether a link named the folder: then nobody has agreed to ask there. */
  readonly folderIsLinked: boolean;
}

const NONE: Settings = {
  bundle: "",
  statement: "",
  endpoints: [],
  registry: "",
  folder: "",
  folderIsLinked: false,
  vault: "",
  chainId: "",
};

/**
 * Reads `config.json` beside the page, if its host has put one there, then the part of the address after `#`:
 * `#bundle=URL&statement=URL&folder=URL`. A link may not name endpoints or the registry: whoever made it could lie with them.
 */
export async function readSettings(): Promise<Settings> {
  const hosted = await hostedSettings();
  const linked = new URLSearchParams(location.hash.slice(1));
  return {
    ...hosted,
    bundle: linked.get("bundle") ?? hosted.bundle,
    statement: linked.get("statement") ?? hosted.statement,
    folder: linked.get("folder") ?? hosted.folder,
    folderIsLinked: linked.has("folder"),
  };
}

async function hostedSettings(): Promise<Settings> {
  try {
    const response = await fetch(new URL("config.json", location.href), { credentials: "omit" });
    if (!response.ok) return NONE;
    const given: unknown = await response.json();
    if (typeof given !== "object" || given === null) return NONE;
    const { endpoints, registry, folder, vault, chainId } = given as Record<string, unknown>;
    return {
      ...NONE,
      endpoints: Array.isArray(endpoints) ? endpoints.filter((one) => typeof one === "string") : [],
      registry: typeof registry === "string" ? registry : "",
      folder: typeof folder === "string" ? folder : "",
      vault: typeof vault === "string" ? vault : "",
      chainId: /^[1-9]\d{0,19}$/.test(`${chainId}`) ? `${chainId}` : "",
    };
  } catch {
    return NONE;
  }
}
