import type { Answer, Question } from "./question.ts";

// One worker for one proof, as a customer makes one.
Object.assign(globalThis, {
  prove: (question: Question): Promise<Answer> =>
    new Promise((settle, refuse) => {
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
      worker.onerror = ({ message }) => refuse(new Error(message));
      worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        worker.terminate();
        settle(data);
      };
      worker.postMessage(question);
    }),
});
