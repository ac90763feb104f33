import { holdingBlocks } from "@plimsoll/verifier/encodings/leaf.ts";
import { WithdrawalError } from "@plimsoll/verifier/withdrawal/error.ts";
import { namedBytes } from "../../../verifier/web/src/network.ts";
import { withdrawalInstance } from "../../src/withdrawal/prove-withdrawal.ts";
import { PageError } from "./page-error.ts";
import type { MadeProof, ProofAnswer, ProofQuestion, ProofWish, ProvingFiles } from "./protocol.ts";
import { provingFiles } from "./proving-files.ts";
import { STRINGS } from "./strings.ts";

const WORDS = STRINGS.proof;
/** More than the key of any account has. */
const LARGEST_FILE = 256 << 20;

/** Proves in a worker of its own, which ends with its answer. Throws WithdrawalError, or a PageError for files that are missing or false. */
export async function askProver(wish: ProofWish, say: (words: string) => void): Promise<MadeProof> {
  const { name } = withdrawalInstance(holdingBlocks(wish.bundle.holdings).length);
  say(WORDS.fetching);
  const files = await fetched(name);
  const answer = await answered({ ...wish, files }, (stage) => say(WORDS.stages[stage]));
  if (answer.kind === "proof") return answer;
  if (answer.kind === "tampered") throw new PageError(WORDS.tampered(answer.file));
  throw answer.code === undefined
    ? new PageError(STRINGS.broken(answer.why))
    : new WithdrawalError(answer.code, answer.why);
}

async function fetched(name: string): Promise<ProvingFiles> {
  const names = provingFiles(name);
  const read = async (file: string) => {
    const bytes = await namedBytes(new URL(file, location.href).href, LARGEST_FILE);
    if (bytes === undefined) throw new PageError(WORDS.noFiles(file));
    return bytes;
  };
  const [wasm, zkey, vkey] = await Promise.all([names.wasm, names.zkey, names.vkey].map(read));
  return { name, wasm: wasm!, zkey: zkey!, vkey: new TextDecoder().decode(vkey) };
}

type Stage = (ProofAnswer & { kind: "stage" })["stage"];
type Outcome = Exclude<ProofAnswer, { kind: "stage" }>;

async function answered(question: ProofQuestion, heard: (stage: Stage) => void): Promise<Outcome> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  try {
    return await new Promise<Outcome>((settle, refuse) => {
      worker.onmessage = ({ data }: MessageEvent<ProofAnswer>) => {
        if (data.kind === "stage") heard(data.stage);
        else settle(data);
      };
      worker.onerror = ({ message }) => refuse(new PageError(STRINGS.broken(message)));
      worker.postMessage(question, [question.files.wasm.buffer, question.files.zkey.buffer]);
    });
  } finally {
    worker.terminate();
  }
}
