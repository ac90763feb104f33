import { leftIn, paidIn } from "./ledger-model.ts";
import {
  as,
  count,
  type Drawn,
  draw,
  judged,
  move,
  note,
  PROVING_TIME,
  pick,
  proofOf,
  tokenOf,
  type Walk,
} from "./random-vault-base.ts";
import { refusalOf } from "./staged-ledger.ts";
import { DAY, deposit, NOBODY, signOrder, TIMES, transact, type Withdrawal } from "./staged-vault.ts";
import { type ModelExit, neededIn } from "./vault-model.ts";
// Users and operator, at once.

export async function putIn(walk: Walk): Promise<string> {
  const { stage, model, die } = walk;
  const asset = die(stage.rows.length);
  const amount = BigInt(1 + die(1_000_000)) * 10n ** (asset === 1 ? 1n : 13n);
  const { token } = stage.rows[asset]!;
  await deposit(stage, asset, amount);
  model.balances.set(token, model.balances.get(token)! + amount);
  return "deposit";
}

export async function withdraw(walk: Walk): Promise<string> {
  const { stage, model, die } = walk;
  const drawn = die(5) === 0 ? draw(walk) : draw(walk, model.attested.at(-1)!);
  const { against, shown } = drawn;
  const w = proofOf(walk, drawn, "Withdraw");
  const token = tokenOf(shown);
  const newest = model.attested.at(-1)!;
  const now = await stage.chain.now();
  const left = leftIn(model.ledger, shown);
  const isForged = die(4) === 0;
  const order = { paidBefore: paidIn(model.ledger, shown.key, token, newest.epoch), deadline: now + DAY };
  const signature = await signOrder(stage, isForged ? stage.thief : stage.operator, w, NOBODY, order);
  const isPending = walk.pending !== undefined && now <= walk.pending.snapshotTime + PROVING_TIME;
  const refusal = isPending
    ? "InstantWithdrawalsFrozen"
    : against !== newest
      ? "EpochNotLatest"
      : isForged
        ? "OperatorSignatureInvalid"
        : left === 0n
          ? "NothingOwed"
          : model.balances.get(token)! < left
            ? "*"
            : "";
  const outcome = await judged("withdraw", refusal, () =>
    transact(as(walk, "thief"), "withdraw", [w, NOBODY, order, signature]),
  );
  if (refusal !== "") return outcome;
  count(walk, shown.key, shown.epoch, token, left);
  move(model, token, left);
  return outcome;
}

// Exits.

export async function ask(walk: Walk): Promise<string> {
  const { stage, model, die } = walk;
  const drawn = draw(walk);
  const { against, shown } = drawn;
  const w = proofOf(walk, drawn, "Exit");
  const now = await stage.chain.now();
  const left = leftIn(model.ledger, shown);
  const isOld = against !== model.attested.at(-1) && against.snapshotTime < now - TIMES.maxRootAge;
  if (!isOld && die(3) === 0) return steal(walk, drawn, w);
  const refusal = isOld ? "RootTooOld" : left === 0n ? "NothingOwed" : "";
  const outcome = await judged("exit", refusal, () =>
    transact(as(walk, "alice"), "requestExit", [w, NOBODY]),
  );
  if (refusal !== "") return outcome;
  const deadline = (await stage.chain.now()) + TIMES.response;
  const id: bigint = await stage.vault.getFunction("exits").staticCall();
  model.exits.push({ id, key: shown.key, token: tokenOf(shown), shown, state: "Requested", deadline });
  // A proof that was used is of no further use, also to its owner.
  note(
    walk,
    await judged("replay", "ClaimExists", () => transact(as(walk, "thief"), "requestExit", [w, NOBODY])),
  );
  return outcome;
}

/** The thief sees a proof on its way and changes what it says. */
export async function steal(walk: Walk, drawn: Drawn, w: Withdrawal): Promise<string> {
  const { stage, die, keys } = walk;
  const thief = stage.thief.address;
  const other = keys.find((key) => key !== w.key)!;
  const relay = { relayer: thief, fee: 1n };
  const tries: readonly (readonly [string, unknown, unknown])[] = [
    ["recipient", { ...w, recipient: thief }, NOBODY],
    ["amount", { ...w, amount: w.amount + 1n }, NOBODY],
    ["charge", { ...w, charge: w.charge + 1n }, NOBODY],
    ["key", { ...w, key: other }, NOBODY],
    ["relay", w, relay],
    ["purpose", proofOf(walk, drawn, "Withdraw"), NOBODY],
  ];
  const [what, changed, changedRelay] = tries[die(tries.length)]!;
  return judged(`another ${what}`, "ProofsRejected", () =>
    transact(as(walk, "thief"), "requestExit", [changed, changedRelay]),
  );
}

export const isPending = ({ state }: ModelExit): boolean => state === "Requested" || state === "Answered";

export async function approve(walk: Walk): Promise<string> {
  const { model, die } = walk;
  const exit = pick(walk, model.exits);
  if (exit === undefined) return "nothing asked for";
  const who = die(4) === 0 ? "thief" : "operator";
  const left = leftIn(model.ledger, exit.shown);
  const refusal = !isPending(exit)
    ? "ExitNotPending"
    : who === "thief"
      ? "*"
      : left > model.balances.get(exit.token)!
        ? "*"
        : "";
  const outcome = await judged("approve", refusal, () =>
    transact(as(walk, who), "approveExit", [exit.id, left, 0n, "0x"]),
  );
  if (refusal !== "") return outcome;
  exit.state = left === 0n ? "Over" : "Paid";
  if (left === 0n) return "over";
  count(walk, exit.key, exit.shown.epoch, exit.token, left);
  move(model, exit.token, left, walk.recipients.get(exit.key)!);
  return outcome;
}

/** The operator refuses with a leaf that does not allow what is needed, or lies as well as it can. */
export async function refuse(walk: Walk): Promise<string> {
  const { stage, model } = walk;
  const exit = pick(walk, model.exits);
  if (exit === undefined) return "nothing to refuse";
  const newest = model.attested.at(-1)!;
  const left = leftIn(model.ledger, exit.shown);
  const { asset, amount, charge } = neededIn(model.ledger, exit.key, newest, exit.token, left);
  const leaf = newest.leaves.get(exit.key)!;
  const isTrue = leaf.isTwice || amount > leaf.amounts[asset]! || charge > leaf.free;
  // What a leaf does allow can't be refused: only more than that.
  const said = isTrue ? { amount, charge } : { amount: leaf.amounts[asset]! + 1n, charge };
  const refusal =
    exit.state !== "Requested"
      ? "ExitNotRefusable"
      : (await stage.chain.now()) > exit.deadline
        ? "DeadlinePassed"
        : newest.epoch <= exit.shown.epoch
          ? "RefusalNotNewer"
          : left > 0n && !isTrue
            ? "RefusalTooLarge"
            : "";
  const sent = refusalOf(stage, newest, { key: exit.key, asset, ...said });
  const outcome = await judged("refuse", refusal, () =>
    transact(as(walk, "operator"), "refuse", [exit.id, sent]),
  );
  if (refusal !== "") return outcome;
  if (left === 0n) {
    exit.state = "Over";
    return "over";
  }
  exit.denial = { against: newest, asset, ...said };
  [exit.state, exit.deadline] = ["Refused", (await stage.chain.now()) + TIMES.answer];
  return outcome;
}

/** The user answers with all that her leaf allows. */
export async function answer(walk: Walk): Promise<string> {
  const { stage, model } = walk;
  const exit = pick(
    walk,
    model.exits.filter(({ state }) => state === "Refused"),
  );
  if (exit?.denial === undefined) return "nothing to answer";
  const { against, asset, amount, charge } = exit.denial;
  const leaf = against.leaves.get(exit.key)!;
  const shown = {
    key: exit.key,
    epoch: against.epoch,
    rows: against.rows,
    asset,
    amount: leaf.amounts[asset]!,
    charge: leaf.free,
  };
  const w = proofOf(walk, { against, shown }, "Answer", exit.id);
  const isLate = (await stage.chain.now()) > exit.deadline;
  const refusal = isLate
    ? "DeadlinePassed"
    : shown.amount < amount || shown.charge < charge
      ? "AnswerTooSmall"
      : "";
  const outcome = await judged("answer", refusal, () =>
    transact(as(walk, "alice"), "answer", [exit.id, w, NOBODY]),
  );
  if (refusal !== "") return outcome;
  [exit.shown, exit.state, exit.deadline] = [shown, "Answered", (await stage.chain.now()) + TIMES.response];
  return outcome;
}

export async function freeze(walk: Walk): Promise<string> {
  const { stage, model, die } = walk;
  const now = await stage.chain.now();
  const late = model.exits.filter((one) => isPending(one) && now > one.deadline);
  const exit = pick(walk, late.length > 0 ? late : model.exits);
  if (exit === undefined || die(2) > 0) return "nothing to freeze for";
  const left = leftIn(model.ledger, exit.shown);
  const refusal = !isPending(exit)
    ? "ExitNotPending"
    : now <= exit.deadline
      ? "DeadlineNotPassed"
      : left === 0n
        ? "NothingOwed"
        : "";
  const outcome = await judged("freeze", refusal, () => transact(as(walk, "thief"), "freeze", [exit.id]));
  if (refusal === "") await noteFreeze(walk);
  return outcome;
}

export async function noteFreeze(walk: Walk): Promise<void> {
  const frozenAt = await walk.stage.chain.now();
  walk.escape = { against: walk.model.attested.at(-1)!, frozenAt, until: frozenAt + TIMES.claim };
}
