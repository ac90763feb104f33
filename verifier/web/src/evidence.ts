import { endpointName } from "../../src/chain/json-rpc.ts";
import type { AccountFiles } from "../../src/check/account.ts";
import type { Report } from "../../src/check/report.ts";
import { evidenceToJson } from "../../src/formats/evidence.ts";
import type { ChainAnswer } from "./protocol.ts";

/** All that others need to see what was checked here, and to check it again: with the account's holdings in it. */
export function evidence(
  files: AccountFiles,
  { steps }: Report,
  chain: ChainAnswer | undefined,
  endpoints: readonly string[],
): string {
  return evidenceToJson({
    format: "plimsoll.evidence.1",
    checkedAt: new Date().toISOString(),
    // Others see the evidence, and a key may stand in an address.
    endpoints: endpoints.map(endpointName),
    ...(chain === undefined ? {} : { chain }),
    steps: [...steps],
    ...files,
  });
}

/** Hands a text to the user as a file. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser takes the file after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
