const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** When an id was made, in Unix milliseconds: the first ten characters behind its prefix. */
export function timeOfId(id: string): number {
  let time = 0;
  for (const character of id.slice(id.indexOf('_') + 1).slice(0, 10)) time = time * 32 + alphabet.indexOf(character);
  return time;
}
