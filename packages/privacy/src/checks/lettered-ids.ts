import { mod97 } from './mod97.ts';

/** Each takes an identifier in upper case without spaces and says whether it can exist. */

const ninoNever = new Set(['BG', 'GB', 'KN', 'NK', 'NT', 'TN', 'ZZ']);

/** National Insurance number: which pairs of letters it never begins with. */
export const isNino = (id: string): boolean => !ninoNever.has(id.slice(0, 2));

const dniLetters = 'TRWAGMYFPDXBNJZSQVHLCKE';

/** DNI: eight digits and the letter of their remainder by 23. A NIE's first letter stands for a digit. */
export function isDni(id: string): boolean {
  const digits = id.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
  return dniLetters[Number(digits) % 23] === id.at(-1);
}

/** NIR: fifteen characters, sex, year and month first, the last two a check by 97; Corsica's 2A and 2B count as 19 and 18. */
export function isNir(id: string): boolean {
  const month = Number(id.slice(3, 5));
  if (month < 1 || (month > 12 && month < 20) || (month > 42 && month < 50)) return false;
  const digits = id.slice(0, 13).replace('2A', '19').replace('2B', '18');
  return 97 - mod97(digits) === Number(id.slice(13));
}

const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Codice fiscale: sixteen characters, the last a check over the odd and even places of the others. */
export function isCodiceFiscale(id: string): boolean {
  let sum = 0;
  for (let index = 0; index < 15; index++) {
    const code = id.charCodeAt(index);
    const value = code >= 65 ? code - 65 : code - 48;
    sum += index % 2 === 0 ? (odd[value] as number) : value;
  }
  return sum % 26 === id.charCodeAt(15) - 65;
}
