import { parentPort } from "node:worker_threads";
import { KeyThreads } from "./key-threads.ts";
import type { ThreadMessage } from "./thread.ts";

const keys = new KeyThreads();

parentPort!.on("message", (message: ThreadMessage) => parentPort!.postMessage(keys.answer(message)));
