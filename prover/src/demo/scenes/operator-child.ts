// An operator's process. Arguments: a configuration, and the moment at which it dies (see operator-process.ts).
// Says "proof" and "transaction" on standard output for each that it finished.
import { writeSync } from "node:fs";
import { JsonRpcProvider, type TransactionRequest, type TransactionResponse, Wallet } from "ethers";
import { loadConfig } from "../../cli/config-file.ts";
import { localProver } from "../../pipeline/local-prover.ts";
import type { EpochProver } from "../../pipeline/ports.ts";
import { registryChain } from "../../pipeline/registry-chain.ts";
import { runEpoch } from "../../pipeline/run-epoch.ts";
import { chosenBackend } from "../../proving/chosen-backend.ts";

const [file, moment] = process.argv.slice(2) as [string, string];
const counts = { proof: 0, transaction: 0 };

/** Dies when it is time, without any handler having a say. */
function before(what: keyof typeof counts): void {
  if (moment === `${what} ${counts[what]++}`) process.kill(process.pid, "SIGKILL");
}

// Written at once: what is in a buffer dies with the process.
const said = (what: keyof typeof counts) => writeSync(1, `${what}\n`);

class MortalWallet extends Wallet {
  override async sendTransaction(request: TransactionRequest): Promise<TransactionResponse> {
    before("transaction");
    const response = await super.sendTransaction(request);
    said("transaction");
    return response;
  }
}

function mortal(prover: EpochProver): EpochProver {
  return {
    ...prover,
    async prove(circuit, inputs) {
      before("proof");
      const made = await prover.prove(circuit, inputs);
      said("proof");
      return made;
    },
  };
}

const { epoch, chain } = await loadConfig(file);
const provider = new JsonRpcProvider(chain!.rpc, undefined, { cacheTimeout: -1 });
const prover = localProver(chosenBackend());
try {
  await runEpoch(epoch, {
    prover: mortal(prover),
    chain: registryChain(epoch.registry, {
      sender: new MortalWallet(chain!.senderKey, provider),
      exchange: new Wallet(chain!.exchangeKey!),
      batchesAtOnce: 1,
      partDepth: 1,
    }),
  });
} finally {
  await prover.close?.();
  provider.destroy();
}
