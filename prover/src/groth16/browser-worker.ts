import { KeyThreads } from "./key-threads.ts";
import type { ThreadMessage } from "./thread.ts";

const keys = new KeyThreads();

self.onmessage = ({ data }: MessageEvent<ThreadMessage>) => self.postMessage(keys.answer(data));
