import { toBeHex, type Wallet } from "ethers";
import { withWords } from "../../../chain/errors.ts";
import {
  type Custody,
  nameAttestor,
  type ReserveToken,
  registerReserves,
  reserveBookAt,
  type SignedCustody,
  sampleReserves,
  signCustody,
} from "../../../chain/reserves.ts";
import { EVERY_EPOCH } from "../reserves.ts";
import type { Stage } from "../stage.ts";
import { ETH, USDT } from "../tiny-exchange.ts";

/** Reserves that are somebody else's, or count twice. */
export async function reserveCheats(stage: Stage): Promise<void> {
  const { trials, people, blunt, book, bookDomain, reserveTokens } = stage;
  const { custody, stranger, exchange } = people;
  const register = (accounts: readonly SignedCustody[], tokens: readonly ReserveToken[] = reserveTokens) =>
    registerReserves(blunt.exchange, book, tokens, accounts);
  const consent = (
    signer: Wallet,
    isInsurance: boolean,
    changes: Partial<Custody> = {},
    domain = bookDomain,
  ) => signCustody(signer, domain, { account: signer.address, isInsurance, ...EVERY_EPOCH, ...changes });

  const rich = "a stranger's account as custody, without its signature";
  await trials.attempt("28", rich, "CustodySignatureInvalid", async () =>
    register([{ ...(await consent(exchange, false)), account: stranger.address }]),
  );
  const elsewhere = "an account that consented to another registry";
  await trials.attempt("28", elsewhere, "CustodySignatureInvalid", async () => {
    const domain = { ...bookDomain, registry: stranger.address };
    return register([await consent(custody, false, {}, domain)]);
  });
  await trials.attempt(
    "28",
    "an account that consented to be insurance, as custody",
    "CustodySignatureInvalid",
    async () => register([{ ...(await consent(custody, true)), isInsurance: false }]),
  );
  const both = "one account as reserve and as insurance";
  await trials.attempt("43", both, "AccountsNotAscending", async () =>
    register([await consent(custody, false), await consent(custody, true)]),
  );
  const twice = "one token for an asset, twice";
  await trials.attempt("28", twice, "TokensNotAscending", async () => {
    const usdt = reserveTokens[USDT]!;
    return register([await consent(custody, false)], [usdt, usdt]);
  });
  await trials.attempt("28", "an address without code as token", "TokenUnusable", async () => {
    const token = { token: toBeHex(0x1234n, 20), asset: ETH, insures: false };
    return register([await consent(custody, false)], [token]);
  });
  await trials.attempt("28", "a consent for epochs 2 to 1", "EpochsOutOfOrder", async () =>
    register([await consent(custody, false, { fromEpoch: 2n, toEpoch: 1n })]),
  );
  const strange = "a stranger registers its own account for the exchange";
  await trials.attempt("28", strange, "ExchangeSignatureInvalid", async () =>
    registerReserves(blunt.stranger, book, reserveTokens, [await consent(stranger, false)]),
  );
  await trials.attempt("29", "the exchange names its own attestor", "OwnableUnauthorizedAccount", () =>
    nameAttestor(blunt.exchange, book, exchange.address, "The exchange itself"),
  );
  await trials.attempt(
    "28",
    "the exchange has balances read when it likes, as if it were the registry",
    "RegistryOnly",
    async () => {
      const contract = await reserveBookAt(book, blunt.exchange);
      return withWords(contract.interface, () => contract.getFunction("begin").send(1n));
    },
  );
  await trials.attempt("28", "a sample while no epoch is open", "NothingOpen", () =>
    sampleReserves(blunt.stranger, book),
  );
}
