/** One thing wrong, with its path in parts so that it can be moved to where it stands in the input. */
export interface Finding {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export function finding(path: readonly PropertyKey[], message: string): Finding {
  return { path, message };
}
