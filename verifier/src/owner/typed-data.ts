/** Where an owner's key is good: a chain and the registry on it (20-byte address as an integer). */
export interface OwnerHome {
  readonly chainId: bigint;
  readonly registry: bigint;
}

/** A message under EIP-712 in the form that `eth_signTypedData_v4` and signer libraries take, but for the domain's own type. */
export interface WalletMessage {
  readonly domain: {
    readonly name: string;
    readonly version: string;
    readonly chainId: bigint;
    /** 0x and 40 hex digits. */
    readonly verifyingContract: string;
  };
  readonly types: Readonly<Record<string, { readonly name: string; readonly type: string }[]>>;
  readonly message: Readonly<Record<string, string | bigint>>;
}

/** Signs a message; resolves to 0x and hex digits. */
export type SignMessage = (message: WalletMessage) => Promise<string>;

const PURPOSE =
  "Make my Plimsoll owner secret. Whoever has this signature can take my free collateral: " +
  "sign it only in Plimsoll software on your own machine, and never send it anywhere.";

/**
 * The message whose signature the owner secret is made from. The home is in the domain, so that wallets show it and a
 * secret is of no use elsewhere; `number` is for a new secret from the same wallet.
 */
export function ownerSecretMessage(home: OwnerHome, number = 0): WalletMessage {
  if (!Number.isInteger(number) || number < 0 || number >= 2 ** 32) {
    throw new RangeError("the number of an owner secret is in [0, 2^32)");
  }
  return {
    domain: domainOf("Plimsoll owner secret", home),
    types: {
      OwnerSecret: [
        { name: "purpose", type: "string" },
        { name: "number", type: "uint32" },
      ],
    },
    message: { purpose: PURPOSE, number: BigInt(number) },
  };
}

/** What a user tells the exchange: this owner is mine, from this time (seconds since 1970) on. */
export interface OwnerRegistration extends OwnerHome {
  readonly exchangeId: string;
  readonly userId: string;
  readonly owner: bigint;
  /** The newest counts: a registration that turns up again does not bring an old owner back. */
  readonly issuedAt: bigint;
}

/** The message with which a wallet that the exchange knows registers an owner. Nothing in it is secret. */
export function registrationMessage(registration: OwnerRegistration): WalletMessage {
  const { exchangeId, userId, owner, issuedAt } = registration;
  return {
    domain: domainOf("Plimsoll owner registration", registration),
    types: {
      RegisterOwner: [
        { name: "exchangeId", type: "string" },
        { name: "userId", type: "string" },
        { name: "owner", type: "uint256" },
        { name: "issuedAt", type: "uint64" },
      ],
    },
    message: { exchangeId, userId, owner, issuedAt },
  };
}

function domainOf(name: string, { chainId, registry }: OwnerHome): WalletMessage["domain"] {
  const verifyingContract = `0x${registry.toString(16).padStart(40, "0")}`;
  return { name, version: "1", chainId, verifyingContract };
}
