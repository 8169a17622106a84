/**
 * The remainder by 97 of what is written in digits and letters, a letter counting as 10 to 35 (ISO/IEC 7064). Taken piece by piece, so
 * that no number grows past what is exact.
 */
export function mod97(text: string): number {
  let rest = 0;
  for (const character of text) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}
