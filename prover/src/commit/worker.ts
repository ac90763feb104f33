// Entry of a worker thread: several tasks a message, because a message costs about as much as a small batch.
import { type BatchTask, runBatchTask } from "./tasks.ts";

export default async function run(tasks: readonly BatchTask[]): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const task of tasks) results.push(await runBatchTask(task));
  return results;
}
