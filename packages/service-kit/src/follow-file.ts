import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Milliseconds between two looks at the file. */
const lookMs = 2_000;

export interface FollowedFile<Value> {
  /** What the file said when it was last right. */
  readonly value: Value;
  close(): void;
}

export interface FollowOptions<Value> {
  readonly path: string;
  /** `previous` is null at the start. Throws for a text that is wrong. */
  readonly parse: (text: string, previous: Value | null) => Value;
  readonly onChanged: (now: Value, before: Value) => void;
  /** The file cannot be read or used any more: what it said before stays in force. */
  readonly onError: (error: unknown) => void;
  readonly lookMs?: number | undefined;
}

/**
 * Reads a file of the operator's and follows it. One that is wrong at the start keeps the process from starting; one that
 * becomes wrong changes nothing.
 * @throws what reading or parsing throws at the start.
 */
export function followFile<Value>(options: FollowOptions<Value>): FollowedFile<Value> {
  const { path, parse, onChanged, onError } = options;
  let text = readFileSync(path, 'utf8');
  let value = parse(text, null);
  /** What was wrong last time: the same is told once. */
  let wrong: string | null = null;

  async function look(): Promise<void> {
    try {
      const now = await readFile(path, 'utf8');
      if (now === text) return;
      const next = parse(now, value);
      const before = value;
      [text, value, wrong] = [now, next, null];
      onChanged(next, before);
    } catch (error) {
      const message = String(error);
      if (message !== wrong) onError(error);
      wrong = message;
    }
  }
  // By looking rather than by events: those get lost when a file is replaced or lies on a mounted volume.
  const looking = setInterval(() => void look(), options.lookMs ?? lookMs).unref();
  return {
    get value() {
      return value;
    },
    close: () => clearInterval(looking),
  };
}
