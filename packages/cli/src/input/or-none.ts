/** What a command line says to give an option back to its default. */
export const none = 'none';

/** Lets an option's parser take `none`, too: commander has no null. */
export function orNone<T>(parse: (text: string) => T): (text: string) => T | typeof none {
  return (text) => (text === none ? none : parse(text));
}

/** The value, or null for `none`. */
export function nullForNone<T>(value: T | typeof none): T | null {
  return value === none ? null : (value as T);
}
