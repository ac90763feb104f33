import { existsSync } from "node:fs";
import { compilePolicy } from "@plimsoll/verifier/policy/compile.ts";
import { getAddress, toBeHex, Wallet } from "ethers";
import writeFileAtomic from "write-file-atomic";
import { readAttestors } from "../chain/attestor-events.ts";
import { readPolicy } from "../chain/policy-registry.ts";
import { readOpening, registryAt } from "../chain/registry.ts";
import { readAttestor, reserveBookAt, signStatement } from "../chain/reserves.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { readReserves } from "../snapshot/reserves.ts";
import { rowLookup } from "../snapshot/rows.ts";
import {
  type Book,
  type BookOptions,
  type BookSendingOptions,
  sendToBook,
  withBook,
} from "./book-endpoint.ts";
import { secretText } from "./config-file.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { readJson } from "./policy-files.ts";
import { addressOf, naturalOf } from "./policy-publish.ts";
import { readStatements, statementsText } from "./statements-file.ts";

export interface AttestorOptions extends BookSendingOptions {
  readonly attestor: string;
}

/** `attestors name`: the owner names an attestor; its statements count after a delay. */
export async function nameCommand(options: AttestorOptions & { name: string }): Promise<Outcome> {
  const attestor = toBeHex(addressOf(options.attestor, "--attestor"), 20);
  return withBook(options, async (book) => {
    const outcome = await sendToBook(book, options, `name ${attestor}`, async (sender) => ({
      contract: await reserveBookAt(book.book, sender),
      method: "nameAttestor",
      args: [attestor, options.name],
    }));
    if (options.dryRun === true) return outcome;
    const { from } = await readAttestor(book.provider, book.book, attestor);
    return { ...outcome, text: `${outcome.text}its statements count for snapshots from ${from} on\n` };
  });
}

/** `attestors remove`: statements of this attestor count no more. */
export async function removeCommand(options: AttestorOptions): Promise<Outcome> {
  const attestor = toBeHex(addressOf(options.attestor, "--attestor"), 20);
  return withBook(options, (book) =>
    sendToBook(book, options, `remove ${attestor}`, async (sender) => ({
      contract: await reserveBookAt(book.book, sender),
      method: "removeAttestor",
      args: [attestor],
    })),
  );
}

/** `attestors list`: everybody who was ever named, and whether they count. */
export async function listCommand(options: BookOptions & { fromBlock?: string }): Promise<Outcome> {
  return withBook(options, async ({ provider, book }) => {
    const fromBlock = Number(naturalOf(options.fromBlock ?? "0", "--from-block"));
    const attestors = await readAttestors(provider, book, fromBlock);
    const lines = attestors.map(({ attestor, name, from }) => {
      const counts = from === undefined ? "removed" : `counts for snapshots from ${from} on`;
      // A name is the owner's text: quoted, so that it can't pass for something else.
      return `${getAddress(attestor)}  ${JSON.stringify(name)}  ${counts}`;
    });
    return { text: `${lines.length === 0 ? "nobody was named" : lines.join("\n")}\n`, exitCode: EXIT.done };
  });
}

export interface SignStatementOptions extends BookOptions {
  readonly keyFile: string;
  readonly epoch: string;
  /** Policy files of the epoch: what an asset's number and unit are. */
  readonly riskParameters: string;
  readonly marks: string;
  /** What is held, as a reserves file without insurance. */
  readonly held: string;
  /** Contract wallet that the key signs for. */
  readonly attestor?: string;
  readonly out: string;
}

/** `attestors sign`: a statement of what is held for the exchange at an open epoch's snapshot, into a file that `chain.statements` names. */
export async function signStatementCommand(options: SignStatementOptions): Promise<Outcome> {
  const policy = compilePolicy(await readJson(options.riskParameters), await readJson(options.marks));
  const { claims, insurance } = await readReserves(options.held, rowLookup(policy));
  if (insurance !== 0n)
    throw new ConfigError(
      `${options.held}: expected insurance "0", came more: only balances on chain insure`,
    );
  const listed = policy.riskParameters.collateral
    .map(({ symbol }, asset) => ({ asset, amount: claims[symbol] ?? 0n }))
    .filter(({ amount }) => amount > 0n);
  if (listed.length === 0)
    throw new ConfigError(`${options.held}: expected an asset that is held, came none`);
  const epoch = naturalOf(options.epoch, "--epoch");
  return withBook(options, async (book) => {
    const { rowTableHash } = policy.descriptor;
    const { snapshotTime, compared } = await opened(book, epoch, rowTableHash, options);
    const signer = new Wallet(await secretText(options.keyFile));
    const attestor = toBeHex(addressOf(options.attestor ?? signer.address, "--attestor"), 20);
    const { name, from } = await readAttestor(book.provider, book.book, attestor);
    if (from === undefined || from > snapshotTime) {
      const came = from === undefined ? "one that isn't named" : `one whose statements count from ${from} on`;
      throw new ConfigError(
        `--attestor: expected one who counts at the snapshot of ${snapshotTime}, came ${came}`,
      );
    }
    const statement = await signStatement(
      signer,
      book,
      {
        ...{ epoch, snapshotTime, rowTableHash },
        assets: listed.map(({ asset }) => asset),
        amounts: listed.map(({ amount }) => amount),
      },
      attestor,
    );
    const before = existsSync(options.out) ? await readStatements(options.out) : [];
    const others = before.filter((one) => BigInt(one.attestor) !== BigInt(attestor));
    await writeFileAtomic(options.out, statementsText([...others, statement]));
    const text =
      `${JSON.stringify(name)} states what it holds of ${listed.length} assets for epoch ${epoch}, snapshot at ${snapshotTime}\n` +
      `${compared ? "" : "no policy for that time can be read yet: its row table was not compared\n"}` +
      `${options.out}: ${others.length + 1} statements\nnext: the exchange names this file as chain.statements\n`;
    return { text, exitCode: EXIT.done };
  });
}

/** The snapshot time of an open epoch, and whether its published policy has these rows. Throws ConfigError when it has others. */
async function opened(
  { provider, registry }: Book,
  epoch: bigint,
  rowTableHash: bigint,
  { riskParameters, marks }: SignStatementOptions,
): Promise<{ snapshotTime: bigint; compared: boolean }> {
  const opening = await readOpening(provider, registry);
  if (opening.epoch !== epoch || !opening.pending) {
    const came = opening.pending ? `epoch ${opening.epoch}` : "none";
    throw new ConfigError(`--epoch: expected ${epoch} to wait for its attestation, came ${came} that does`);
  }
  const policies: string = await (await registryAt(registry, provider)).getFunction("policies").staticCall();
  const published = await readPolicy(provider, policies, opening.snapshotTime).catch(() => null);
  if (published !== null && published.rowTableHash !== rowTableHash) {
    throw new ConfigError(
      `${riskParameters}, ${marks}: expected the rows of the policy published for ${opening.snapshotTime}, came others`,
    );
  }
  return { snapshotTime: opening.snapshotTime, compared: published !== null };
}
