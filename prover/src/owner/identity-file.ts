import {
  type Identity,
  type IdentityFile,
  identityFromJson,
  type KeystoreOptions,
  sealIdentity,
  unsealIdentity,
} from "./identity.ts";
import { readPrivate, writeNewPrivate } from "./private-file.ts";

/** Writes the file for its owner's eyes only. Throws ConfigError when there is one: no key is ever overwritten. */
export async function writeIdentity(
  file: string,
  identity: Identity,
  passphrase: string,
  options: KeystoreOptions = {},
): Promise<void> {
  await writeNewPrivate(file, await sealIdentity(identity, passphrase, options));
}

/** What the file shows without a passphrase: `owner` is what the file says. Throws ConfigError, FormatError. */
export async function readIdentity(file: string): Promise<IdentityFile> {
  return identityFromJson(await readPrivate(file), file);
}

/** Opens the file and checks that the owner in it is the secret's own. Throws OwnerError. */
export async function openIdentity(file: string, passphrase: string): Promise<Identity> {
  return unsealIdentity(await readPrivate(file), passphrase, file);
}
