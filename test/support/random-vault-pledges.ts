import type { Contract } from "ethers";
import { leftIn, type ModelPledge } from "./ledger-model.ts";
import { as, count, draw, judged, move, pick, proofOf, tokenOf, type Walk } from "./random-vault-base.ts";
import { DAY, NOBODY, pledge, renew, TIMES, transact } from "./staged-vault.ts";
import { neededIn } from "./vault-model.ts";
// Pledges, to Bob's gate.

export async function pledgeSome(walk: Walk): Promise<string> {
  const { stage, model } = walk;
  const { against, shown } = draw(walk);
  const { key, asset, amount, charge, epoch } = shown;
  const left = leftIn(model.ledger, shown);
  const recipient = stage.bob.address;
  const outcome = await judged("pledge", left === 0n ? "NothingOwed" : "", () =>
    pledge(stage, against, { key, asset, amount, charge, recipient }),
  );
  if (left === 0n) return outcome;
  const id = BigInt(model.ledger.pledges.length + 1);
  const until = (await stage.chain.now()) + 365n * DAY;
  model.ledger.pledges.push({ id, key, token: tokenOf(shown), until, amount: left, epoch, isInForce: true });
  return outcome;
}

export const inForce = (walk: Walk): ModelPledge | undefined =>
  pick(
    walk,
    walk.model.ledger.pledges.filter((one) => one.isInForce),
  );

export async function release(walk: Walk): Promise<string> {
  const { stage, ledger, die } = walk;
  const one = inForce(walk);
  if (one === undefined) return "nothing pledged";
  const isThief = die(2) === 0;
  const by = ledger.connect(isThief ? stage.thief : stage.bob) as Contract;
  const outcome = await judged("release", isThief ? "*" : "", () => transact(by, "release", [one.id]));
  if (!isThief) one.isInForce = false;
  return outcome;
}

export async function renewOne(walk: Walk): Promise<string> {
  const { stage, model } = walk;
  const one = inForce(walk);
  const newest = model.attested.at(-1)!;
  if (one === undefined) return "nothing pledged";
  const { asset, amount, charge } = neededIn(model.ledger, one.key, newest, one.token, 0n);
  const leaf = newest.leaves.get(one.key)!;
  const isCovered = amount <= leaf.amounts[asset]! && charge <= leaf.free;
  const refusal = newest.epoch <= one.epoch ? "PledgeNotNewer" : isCovered ? "" : "PledgeNotCovered";
  const shown = { amount: leaf.amounts[asset]!, charge: leaf.free };
  const recipient = stage.bob.address;
  const outcome = await judged("renew", refusal, () =>
    renew(stage, newest, one.id, { key: one.key, asset, ...shown, recipient }),
  );
  if (refusal === "") one.epoch = newest.epoch;
  return outcome;
}

/** The gate asks for what is pledged, and the operator pays it. */
export async function collect(walk: Walk): Promise<string> {
  const { stage, model, die } = walk;
  const one = inForce(walk);
  if (one === undefined) return "nothing pledged";
  const isThief = die(3) === 0;
  const against = model.attested.find(({ epoch }) => epoch === one.epoch)!;
  const isOld =
    against !== model.attested.at(-1) && against.snapshotTime < (await stage.chain.now()) - TIMES.maxRootAge;
  const refusal = isThief ? "GateOnly" : isOld ? "RootTooOld" : "";
  const asked = await judged("pledge's exit", refusal, () =>
    transact(as(walk, isThief ? "thief" : "bob"), "requestPledgeExit", [one.id]),
  );
  if (refusal !== "") return asked;
  const id: bigint = await stage.vault.getFunction("exits").staticCall();
  const isShort = model.balances.get(one.token)! < one.amount;
  const outcome = await judged("pay pledge", isShort ? "*" : "", () =>
    transact(as(walk, "operator"), "approveExit", [id, one.amount, 0n, "0x"]),
  );
  // Nobody asks again for what could not be paid.
  if (isShort) return outcome;
  one.isInForce = false;
  count(walk, one.key, one.epoch, one.token, one.amount);
  move(model, one.token, one.amount, stage.bob.address);
  return outcome;
}

// The escape.

export async function claim(walk: Walk): Promise<string> {
  const { stage, model } = walk;
  const frozen = walk.escape!;
  const drawn = draw(walk);
  const { against, shown } = drawn;
  const w = proofOf(walk, drawn, "Claim");
  const left = leftIn(model.ledger, shown);
  const other = claimedBy(walk).get(shown.key);
  const refusal =
    (await stage.chain.now()) > frozen.until
      ? "ClaimsClosed"
      : against.epoch > frozen.against.epoch
        ? "EpochTooNew"
        : against !== frozen.against && against.snapshotTime < frozen.frozenAt - TIMES.maxRootAge
          ? "RootTooOld"
          : other !== undefined && other !== shown.epoch
            ? "OtherEpochClaimed"
            : left === 0n
              ? "NothingOwed"
              : "";
  const outcome = await judged("claim", refusal, () =>
    transact(as(walk, "alice"), "registerClaim", [w, NOBODY]),
  );
  if (refusal === "") register(walk, shown.key, shown.epoch, tokenOf(shown), left, true);
  return outcome;
}

export async function claimPledge(walk: Walk): Promise<string> {
  const { stage } = walk;
  const frozen = walk.escape!;
  const one = inForce(walk);
  if (one === undefined) return "nothing pledged";
  const against = walk.model.attested.find(({ epoch }) => epoch === one.epoch)!;
  const isLate = (await stage.chain.now()) > frozen.until;
  const isOld =
    against.epoch < frozen.against.epoch && against.snapshotTime < frozen.frozenAt - TIMES.maxRootAge;
  // One of a newer epoch was renewed after the freeze, and has second class.
  const refusal = isLate ? "ClaimsClosed" : isOld ? "RootTooOld" : "";
  const outcome = await judged("claim pledge", refusal, () =>
    transact(as(walk, "bob"), "registerPledge", [one.id]),
  );
  if (refusal !== "") return outcome;
  one.isInForce = false;
  register(walk, one.key, one.epoch, one.token, one.amount, false);
  return outcome;
}

/** The epoch that each key claimed by proofs. */
export const claimedBy = ({ model }: Walk): ReadonlyMap<bigint, bigint> =>
  new Map(model.claims.filter(({ isProved }) => isProved).map(({ key, epoch }) => [key, epoch]));

export function register(
  walk: Walk,
  key: bigint,
  epoch: bigint,
  token: string,
  amount: bigint,
  isProved: boolean,
): void {
  count(walk, key, epoch, token, amount);
  const id = BigInt(walk.model.claims.length + 1);
  const isFirst = epoch === walk.escape!.against.epoch;
  const recipient = isProved ? walk.recipients.get(key)! : walk.stage.bob.address;
  walk.model.claims.push({ id, key, epoch, token, isFirst, isProved, amount, recipient });
}
