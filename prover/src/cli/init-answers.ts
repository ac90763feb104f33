import { createInterface } from "node:readline/promises";
import { address, natural } from "@plimsoll/verifier/formats/codecs.ts";
import { z } from "zod";
import { ConfigError } from "../pipeline/errors.ts";

/** Asks a person at the terminal; resolves to the line that was typed. */
export type Ask = (question: string) => Promise<string>;

/** What `init` needs to know. Paths are as whoever types them sees them, from the working folder. */
export interface InitAnswers {
  readonly exchangeId: string;
  readonly epoch: string;
  readonly riskParameters: string;
  readonly marks: string;
  readonly balances: readonly string[];
  readonly positions: readonly string[];
  readonly reserves: string;
  readonly chainId: string;
  readonly registry: string;
  readonly exchange: string;
  /** Empty where nothing is settled on a chain yet. */
  readonly rpc: string;
  readonly senderKeyFile: string;
}

/** Stand in for a registry and an exchange that are not on a chain yet: proofs are good for these addresses only. */
const NOWHERE = { registry: `0x${"0".repeat(39)}1`, exchange: `0x${"0".repeat(39)}2` } as const;

interface Question {
  readonly field: keyof InitAnswers;
  readonly option: string;
  readonly words: string;
  readonly schema: z.core.$ZodType;
  /** What an empty answer means; left out, there must be one. */
  readonly fallback?: string;
  /** Asked, and required, only where the epoch is settled on a chain. */
  readonly onChain?: true;
}

const path = z.string().min(1, "expected a file");
const anyPath = z.string();

const QUESTIONS: readonly Question[] = [
  {
    field: "exchangeId",
    option: "--exchange-id",
    words: "name of the exchange, part of every account's reference",
    schema: z.string().min(1, "expected a name").max(128),
  },
  {
    field: "riskParameters",
    option: "--risk-parameters",
    words: "file of the policy's risk parameters",
    schema: path,
  },
  { field: "marks", option: "--marks", words: "file of the marks at the snapshot", schema: path },
  { field: "balances", option: "--balances", words: "files of balances, with spaces between", schema: path },
  {
    field: "positions",
    option: "--positions",
    words: "files of positions, with spaces between",
    schema: anyPath,
    fallback: "",
  },
  {
    field: "reserves",
    option: "--reserves",
    words: "file of what the exchange declares to hold",
    schema: path,
  },
  { field: "epoch", option: "--epoch", words: "number of the first epoch", schema: natural, fallback: "1" },
  { field: "chainId", option: "--chain-id", words: "id of the chain", schema: natural, fallback: "31337" },
  {
    field: "rpc",
    option: "--rpc",
    words: "JSON-RPC endpoint, nothing to prove without a chain",
    schema: z.union([z.literal(""), z.url("expected a URL")]),
    fallback: "",
  },
  {
    field: "registry",
    option: "--registry",
    words: "address of the solvency registry",
    schema: address,
    onChain: true,
  },
  {
    field: "exchange",
    option: "--exchange",
    words: "address of the exchange's key",
    schema: address,
    onChain: true,
  },
  {
    field: "senderKeyFile",
    option: "--sender-key-file",
    words: "file of the hex key that pays",
    schema: path,
    onChain: true,
  },
];

/** What was given by options, as the command line has it. */
export type GivenAnswers = {
  readonly [Field in keyof InitAnswers]?: InitAnswers[Field] | undefined;
};

/**
 * Completes what was given: with a person at hand (`ask`) by questions, asked again until the answer fits; without one by
 * what an empty answer means. Throws ConfigError that names every option that is missing, or one that does not fit.
 */
export async function completeAnswers(given: GivenAnswers, ask: Ask | undefined): Promise<InitAnswers> {
  const answers: Record<string, string> = {};
  const missing: string[] = [];
  for (const question of QUESTIONS) {
    const { field, option, onChain, schema } = question;
    const value = given[field];
    const text = typeof value === "string" ? value : value?.join(" ");
    const fallback =
      onChain === true && answers.rpc === ""
        ? (NOWHERE[field as keyof typeof NOWHERE] ?? "")
        : question.fallback;
    const isNeeded = onChain !== true || answers.rpc !== "";
    if (text !== undefined) {
      const fault = faultOf(schema, text);
      // An endpoint's address has a key in it.
      const came = field === "rpc" ? "another text" : `"${text}"`;
      if (fault !== undefined) throw new ConfigError(`${option}: ${fault}, came ${came}`);
      answers[field] = text;
    } else if (ask !== undefined && isNeeded) answers[field] = await asked(question, fallback, ask);
    else if (fallback !== undefined) answers[field] = fallback;
    else missing.push(option);
  }
  if (missing.length > 0) {
    throw new ConfigError(
      `expected ${missing.join(", ")} where nobody sits at a terminal, came none; or --sample, for an exchange that is there`,
    );
  }
  const words = (text: string | undefined) => (text ?? "").split(/\s+/).filter((word) => word !== "");
  const lists = {
    balances: given.balances ?? words(answers.balances),
    positions: given.positions ?? words(answers.positions),
  };
  return { ...(answers as unknown as InitAnswers), ...lists };
}

async function asked({ words, schema }: Question, fallback: string | undefined, ask: Ask): Promise<string> {
  for (let fault = ""; ; ) {
    const shown = fallback === undefined ? "" : ` [${fallback === "" ? "none" : fallback}]`;
    const text = (await ask(`${fault}${words}${shown}: `)).trim();
    const answer = text === "" && fallback !== undefined ? fallback : text;
    const wrong = faultOf(schema, answer);
    if (wrong === undefined) return answer;
    fault = `${wrong}; `;
  }
}

function faultOf(schema: z.core.$ZodType, text: string): string | undefined {
  const result = z.safeParse(schema, text);
  return result.success ? undefined : result.error.issues[0]!.message;
}

/** Asks at the terminal, on standard error; undefined where nobody sits there. Ctrl-C ends the process as elsewhere. */
export function terminalAsk(): { readonly ask: Ask; close(): void } | undefined {
  if (!process.stdin.isTTY) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  return { ask: (question) => lines.question(question), close: () => lines.close() };
}
