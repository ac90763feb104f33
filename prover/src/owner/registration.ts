import { address, fieldElement, fromJson, natural, toJson } from "@plimsoll/verifier/formats/codecs.ts";
import { OwnerError } from "@plimsoll/verifier/owner/error.ts";
import {
  type OwnerRegistration,
  registrationMessage,
  type SignMessage,
  type WalletMessage,
} from "@plimsoll/verifier/owner/typed-data.ts";
import { type Signer, verifyTypedData } from "ethers";
import { z } from "zod";

/** A registration as it goes to the exchange. The exchange knows which wallet is the user's: `signer` must be that one. */
const registrationFormat = z.strictObject({
  format: z.literal("plimsoll.owner-registration.1"),
  chainId: natural,
  registry: address,
  exchangeId: z.string().min(1).max(128),
  userId: z.string().min(1).max(128),
  owner: fieldElement,
  issuedAt: natural,
  signer: address,
  signature: z.string().regex(/^0x[0-9a-f]{130}$/, "expected a signature of 65 bytes"),
});

export type SignedRegistration = z.output<typeof registrationFormat>;

/** A signer of ethers as what the messages ask for. */
export function signerOf(wallet: Pick<Signer, "signTypedData">): SignMessage {
  return ({ domain, types, message }) => wallet.signTypedData(domain, mutable(types), message);
}

/** Signs a registration; the wallet is the one that the exchange knows the user by. */
export async function signRegistration(
  wallet: Pick<Signer, "signTypedData" | "getAddress">,
  registration: OwnerRegistration,
): Promise<SignedRegistration> {
  const signature = await signerOf(wallet)(registrationMessage(registration));
  const signer = BigInt(await wallet.getAddress());
  return { format: "plimsoll.owner-registration.1", ...registration, signer, signature };
}

export function registrationToJson(registration: SignedRegistration): string {
  return toJson(registrationFormat, registration);
}

/** Reads a registration and checks its signature. Throws FormatError, or OwnerError when another key signed. */
export function registrationFromJson(text: string, file: string): SignedRegistration {
  const registration = fromJson(registrationFormat, text, file);
  const { domain, types, message } = registrationMessage(registration);
  let signer: string | undefined;
  try {
    signer = verifyTypedData(domain, mutable(types), message, registration.signature);
  } catch {
    // Not a signature by any key.
  }
  if (signer === undefined || BigInt(signer) !== registration.signer) {
    throw new OwnerError(
      "wrong-signer",
      `${file}: the signature is not the signer's, or something signed was changed`,
    );
  }
  return registration;
}

function mutable(types: WalletMessage["types"]): Record<string, { name: string; type: string }[]> {
  return { ...types };
}
