import { closestWord } from './closest-word.ts';

/** One thing wrong, with its path in parts so that it can be moved to where it stands in the input. */
export interface Finding {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** The word that was probably meant. */
  readonly suggestion?: string | undefined;
}

export function finding(path: readonly PropertyKey[], message: string): Finding {
  return { path, message };
}

/** A word that is none of those there are, with the one that was probably meant. */
export function wrongWord(
  path: readonly PropertyKey[],
  message: string,
  word: string,
  known: Iterable<string>,
): Finding {
  return { path, message, suggestion: closestWord(word, known) };
}
