import "../../../verifier/web/src/no-eval.ts";
import { WithdrawalError } from "@plimsoll/verifier/withdrawal/error.ts";
import type { ProvingBackend } from "../../src/proving/backend.ts";
import { type BrowserProof, proveInBrowser } from "../../src/proving/browser-prover.ts";
import { makeSpendingProof } from "../../src/withdrawal/spending-proof.ts";
import { checkedKey, TamperedFileError } from "./checked-files.ts";
import type { ProofAnswer, ProofQuestion } from "./protocol.ts";

// Proves off the page's own thread, and asks no network: what it needs, the page hands over.

self.onmessage = async ({ data }: MessageEvent<ProofQuestion>) => {
  try {
    post(await answerTo(data));
  } catch (error) {
    if (error instanceof TamperedFileError) post({ kind: "tampered", file: error.file });
    else if (error instanceof WithdrawalError) post({ kind: "failed", why: error.message, code: error.code });
    else post({ kind: "failed", why: error instanceof Error ? error.message : String(error) });
  }
};

async function answerTo({ bundle, secret, wish, files }: ProofQuestion): Promise<ProofAnswer> {
  const { key, development } = checkedKey(files);
  const { name, wasm: circuitWasm, zkey } = files;
  let made: BrowserProof | undefined;
  const backend: ProvingBackend = {
    prove: async (_, inputs) => {
      const statement = { name, circuitWasm, zkey, verificationKey: key, inputs };
      made = await proveInBrowser(statement, (stage) => post({ kind: "stage", stage }));
      return made;
    },
    close: () => Promise.resolve(),
  };
  // The files' bytes are here: the artefacts' paths are nobody's.
  const artifacts = { name, wasm: "", zkey: "", vkey: key };
  const proof = await makeSpendingProof(backend, bundle, secret, wish, async () => artifacts);
  const by = made?.prover === "snarkjs" ? made.why : undefined;
  return { kind: "proof", proof, development, ...(by === undefined ? {} : { slowly: by }) };
}

function post(answer: ProofAnswer): void {
  self.postMessage(answer);
}
