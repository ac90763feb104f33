import { appendFile, readFile } from "node:fs/promises";
import type { EpochChain } from "../../prover/src/pipeline/ports.ts";

/** A chain that is a file: it outlives a killed process, and keeps every attestation that was ever sent. */
export function fileChain(
  file: string,
  snapshotTime: bigint,
  afterSending: () => void = () => {},
): EpochChain {
  return {
    openedAt: async () => snapshotTime,
    async attestedRoot() {
      const [first] = await sentRoots(file);
      return first;
    },
    async attest(record) {
      await appendFile(file, `${record.accountsRoot}\n`);
      afterSending();
      return { transaction: "0x1", blockNumber: 1, gasUsed: 1n };
    },
  };
}

export async function sentRoots(file: string): Promise<bigint[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").filter(Boolean).map(BigInt);
}
