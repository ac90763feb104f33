import type { CompiledPolicy } from "@plimsoll/verifier/policy/compile.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { withFolderLock } from "../pipeline/folder-lock.ts";
import { readPlan } from "../pipeline/plan-stage.ts";
import { holdersByRow, totalsText, writeTotals } from "../pipeline/published-totals.ts";
import { type Confirm, confirmAtTerminal } from "./confirm.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { provedFolder } from "./proved-folder.ts";

export interface PublishTotalsOptions {
  readonly config?: string;
  /** Confirmed beforehand, for whoever has read what it says. */
  readonly yes?: boolean;
}

/**
 * `epoch publish-totals`: opens the epoch's commitment to its totals in `public/totals.json`, once somebody has confirmed it.
 * What was published can't be taken back.
 */
export async function publishTotalsCommand(
  folder: string | undefined,
  { config, yes = false }: PublishTotalsOptions,
  confirm: Confirm = confirmAtTerminal,
): Promise<Outcome> {
  const { paths, record, policy } = await provedFolder(folder, config);
  return withFolderLock(paths.private, async () => {
    const { accounts, batches } = (await readPlan(paths))!.waste;
    const text = await totalsText(paths, record);
    const warning = [
      `epoch ${record.epoch} of ${record.exchangeId}: about to publish the totals of ${accounts} accounts`,
      ...REVEALED,
      ...fewHolders(policy, holdersByRow(paths, batches)),
    ].join("\n");
    if (!yes && !(await confirm(warning, "publish these totals for good?"))) {
      const message = "expected yes, came another answer: nothing was published";
      throw Object.assign(new ConfigError(message), { next: "nothing, unless you change your mind" });
    }
    const isNew = await writeTotals(paths, text);
    const done = isNew ? "published" : "published before, the same";
    const where = `${paths.totals}: copy it to wherever the public part is, beside epoch.json`;
    return {
      text: `${yes ? `${warning}\n` : ""}${done}: ${where}\nnext: plimsoll verify epoch ${paths.root}\n`,
      exitCode: EXIT.done,
    };
  });
}

/** What everybody sees from then on; docs/soundness.md has the argument. */
const REVEALED = [
  "this can't be taken back: whoever has a copy keeps it, and the proofs vouch for every number in it",
  "everybody will see, to the unit: what accounts own and owe of each asset, the positions in each instrument, and the sums of what completes",
  "  their equations: equity above and below zero, shortfall, surplus over both margins, worst losses and hedges by group, portions of tiers",
  "totals of two epochs give their difference away: where few accounts changed in between, their trades",
  "whoever knows all accounts but one, his own and those of friends, knows that one's holdings too",
];

/** More names than these are counted. */
const NAMED = 12;

/** Warnings for rows that so few accounts hold that their total is somebody's balance. */
function fewHolders({ rowTable }: CompiledPolicy, holders: ReadonlyMap<number, number>): string[] {
  const sides = { asset: "owned", debt: "owed", long: "long", short: "short" } as const;
  const heldBy = (count: number) =>
    rowTable
      .filter(({ row }) => holders.get(row) === count)
      .map(({ kind, symbol }) => `${symbol} ${sides[kind]}`);
  const line = (names: readonly string[], words: string) => {
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
    return names.length === 0 ? [] : [`${words}: ${names.slice(0, NAMED).join(", ")}${more}`];
  };
  return [
    ...line(heldBy(1), "HELD BY ONE ACCOUNT ALONE, so that the total is its balance"),
    ...line(heldBy(2), "held by two accounts alone, each of which learns the other's balance"),
  ];
}
