import "../../../verifier/web/src/no-eval.ts";
import { WithdrawalError } from "@plimsoll/verifier/withdrawal/error.ts";
import { makeSpendingProof } from "../../src/withdrawal/spending-proof.ts";
import { checkedKey, TamperedFileError } from "./checked-files.ts";
import { PageBackend } from "./page-backend.ts";
import type { ProofAnswer, ProofQuestion } from "./protocol.ts";

// Proves off the page's own thread, and asks no network: what it needs, the page hands over.

self.onmessage = async ({ data }: MessageEvent<ProofQuestion>) => {
  try {
    const { bundle, secret, wish, files } = data;
    const { key, development } = checkedKey(files);
    // The backend has the files' bytes: their places in the artefacts are names.
    const artifacts = { name: files.name, wasm: "wasm", zkey: "zkey", vkey: key };
    const proof = await makeSpendingProof(
      new PageBackend(files),
      bundle,
      secret,
      wish,
      async () => artifacts,
    );
    post({ kind: "proof", proof, development });
  } catch (error) {
    if (error instanceof TamperedFileError) post({ kind: "tampered", file: error.file });
    else if (error instanceof WithdrawalError) post({ kind: "failed", why: error.message, code: error.code });
    else post({ kind: "failed", why: error instanceof Error ? error.message : String(error) });
  }
};

function post(answer: ProofAnswer): void {
  self.postMessage(answer);
}
