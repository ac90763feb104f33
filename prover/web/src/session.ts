import type { Bundle } from "@plimsoll/verifier/formats/bundle.ts";
import type { SpendingProof } from "@plimsoll/verifier/formats/spending-proof.ts";
import type { Identity } from "../../src/owner/identity.ts";
import { PageError } from "./page-error.ts";
import { STRINGS } from "./strings.ts";
import type { VaultHere } from "./vault-here.ts";
import type { ConnectedWallet } from "./wallet.ts";

/** Where the page is: a wallet, a vault on its chain, and whom else to ask about that chain. */
export interface Place {
  readonly wallet: ConnectedWallet;
  readonly vault: VaultHere;
  readonly endpoints: readonly string[];
}

/** An asset of an account that the vault's ledger knows a token of. */
export interface Withdrawable {
  /** 0x hex. */
  readonly token: string;
  readonly symbol: string;
  /** The token's. */
  readonly decimals: number;
  /** Its number in the policy, and the decimals of its row there. */
  readonly asset: number;
  readonly rowDecimals: number;
}

/** The user's account in an attested epoch, checked, and owned by her key. */
export interface OwnAccount {
  readonly bundle: Bundle;
  /** The newest attested epoch. */
  readonly newest: bigint | undefined;
  readonly tokens: readonly Withdrawable[];
}

interface Parts {
  place: Place;
  identity: Identity;
  account: OwnAccount;
  proof: SpendingProof;
}

const ORDER = Object.freeze(["place", "identity", "account", "proof"] as const);

/** What the page knows so far, in memory alone. Each part rests on those before it, and falls with them. */
export class Session {
  readonly #changed: () => void;
  #parts: Partial<Parts> = {};
  #turn = 0;

  /** `changed` hears of each part that comes or goes. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Changes with every part: whoever works on an answer compares it when she has it. */
  get turn(): number {
    return this.#turn;
  }

  part<Name extends keyof Parts>(name: Name): Parts[Name] | undefined {
    return this.#parts[name];
  }

  /** Throws a PageError while there is none. */
  need<Name extends keyof Parts>(name: Name): Parts[Name] {
    const part = this.#parts[name];
    if (part === undefined) throw new PageError(STRINGS.wait);
    return part as Parts[Name];
  }

  /** Keeps what was found since `turn`. Throws a PageError, and keeps nothing, when something changed in between. */
  keep<Name extends keyof Parts>(turn: number, name: Name, part: Parts[Name]): void {
    if (turn !== this.#turn) throw new PageError(STRINGS.overtaken);
    this.forget(name);
    this.#parts = { ...this.#parts, [name]: part };
    this.#changed();
  }

  /** Forgets a part and all that rest on it. */
  forget(name: keyof Parts): void {
    const kept = ORDER.slice(0, ORDER.indexOf(name));
    this.#parts = Object.fromEntries(kept.map((one) => [one, this.#parts[one]]));
    this.#turn++;
    this.#changed();
  }
}
