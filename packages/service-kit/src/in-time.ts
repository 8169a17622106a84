/**
 * What was asked, if it comes within the time. For clients whose own time limit starts over behind each pipeline under way,
 * so that waits could add up. @throws Error naming `who` when it did not answer.
 */
export function inTime<T>(asked: Promise<T>, timeoutMs: number, who: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error(`${who} did not answer within ${timeoutMs} ms`));
    // The answer may lie in the socket while this process was busy: look there before it counts as late.
    const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
    asked.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
