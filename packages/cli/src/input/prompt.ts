import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UsageError } from '../failures.ts';
import type { CliIo } from '../terminal.ts';

/** Asks for one line at the terminal. @throws UsageError when the person gives up. */
export async function promptLine(question: string, io: CliIo): Promise<string> {
  return ask(question, io, (text) => io.stderr.write(text));
}

/** The same, without showing what is typed. */
export async function promptHidden(question: string, io: CliIo): Promise<string> {
  const answer = await ask(question, io, () => {});
  io.stderr.write('\n');
  return answer;
}

/**
 * Asks whether to go on; only `y` and `yes` say so. With `yes`, nobody is asked.
 * @throws UsageError where there is nobody to ask.
 */
export async function confirmed(question: string, yes: boolean, io: CliIo): Promise<boolean> {
  if (yes) return true;
  if (!io.stdin.isTTY) throw new UsageError(`${question} Nothing was done: there is no terminal to ask at. Add --yes.`);
  return /^y(es)?$/i.test((await promptLine(`${question} [y/N]: `, io)).trim());
}

async function ask(question: string, io: CliIo, echo: (text: string) => unknown): Promise<string> {
  io.stderr.write(question);
  const output = new Writable({
    write(chunk, _encoding, done) {
      echo(String(chunk));
      done();
    },
  });
  // As a terminal, so that the line is edited here and the terminal itself echoes nothing.
  const lines = createInterface({ input: io.stdin, output, terminal: true, historySize: 0 });
  const givenUp = Promise.withResolvers<never>();
  lines.once('SIGINT', () => givenUp.reject(new UsageError('Nothing was entered.')));
  lines.once('close', () => givenUp.reject(new UsageError('Nothing was entered.')));
  try {
    return await Promise.race([lines.question(''), givenUp.promise]);
  } finally {
    givenUp.promise.catch(() => {});
    lines.close();
  }
}
