import { readFile } from "node:fs/promises";
import { address, fromJson, natural, toJson } from "@plimsoll/verifier/formats/codecs.ts";
import * as z from "zod/mini";
import { writeNewPublic } from "./new-file.ts";

/** The operator's signature that lets anybody have an exit paid: nothing in it is secret. */
const approvalFormat = z.strictObject({
  format: z.literal("plimsoll.exit-approval.1"),
  chainId: natural,
  vault: address,
  exit: natural,
  /** In the token's units. */
  most: natural,
  /** The last second in which it counts. */
  deadline: natural,
  signature: z.string().check(z.regex(/^0x([0-9a-f]{2})*$/, "expected 0x and lower-case hex digits")),
});

export type ExitApproval = z.output<typeof approvalFormat>;

/** Throws FormatError that names file and field. */
export async function readApproval(file: string): Promise<ExitApproval> {
  return fromJson(approvalFormat, await readFile(file, "utf8"), file);
}

/** Throws ConfigError where there is a file of that name. */
export async function writeApproval(file: string, approval: ExitApproval): Promise<void> {
  await writeNewPublic(file, toJson(approvalFormat, approval));
}
