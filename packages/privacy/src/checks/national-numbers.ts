import { luhn } from './luhn.ts';
import { weighted } from './weighted.ts';

/** Each takes the digits of one country's number, of the right length, and says whether its check digits fit. */

/** NHS number: ten digits, modulo 11. */
export function isNhs(digits: string): boolean {
  const check = (11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return check === Number(digits[9]);
}

/** Steuer-ID: eleven digits, ISO 7064 modulo 11,10; among the first ten, one digit comes twice or three times. */
export function isSteuerId(digits: string): boolean {
  if (digits.startsWith('0')) return false;
  const different = new Set(digits.slice(0, 10)).size;
  if (different !== 9 && different !== 8) return false;
  let product = 10;
  for (const digit of digits.slice(0, 10)) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === Number(digits[10]);
}

/** Burgerservicenummer: nine digits, the eleven test with a negative last weight. */
export const isBsn = (digits: string): boolean =>
  !digits.startsWith('00') && weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;

/** PESEL: eleven digits, of which the first six are a birth date whose month says the century. */
export function isPesel(digits: string): boolean {
  const month = Number(digits.slice(2, 4)) % 20;
  const day = Number(digits.slice(4, 6));
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  return weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
}

/** CPF: eleven digits, the last two each a check modulo 11; eleven times the same digit is nobody's. */
export function isCpf(digits: string): boolean {
  if (new Set(digits).size === 1) return false;
  const check = (weights: readonly number[]) => ((weighted(digits, weights) * 10) % 11) % 10;
  return (
    check([10, 9, 8, 7, 6, 5, 4, 3, 2]) === Number(digits[9]) &&
    check([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) === Number(digits[10])
  );
}

/** Social insurance number of Canada: nine digits under Luhn's check; none begins with 0 or 8. */
export const isSin = (digits: string): boolean => digits[0] !== '0' && digits[0] !== '8' && luhn(digits);

/** Tax file number of Australia: eight or nine digits, modulo 11. */
export const isTfn = (digits: string): boolean =>
  weighted(digits, digits.length === 9 ? [1, 4, 3, 7, 5, 8, 6, 9, 10] : [10, 7, 8, 4, 6, 3, 5, 1]) % 11 === 0;

/** Medicare card of Australia: ten digits and perhaps a reference; begins with 2 to 6, the ninth is a check modulo 10. */
export const isAuMedicare = (digits: string): boolean =>
  (digits[0] as string) >= '2' &&
  (digits[0] as string) <= '6' &&
  weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(digits[8]);

/** AHV number of Switzerland: thirteen digits from 756, an EAN-13. */
export const isAhv = (digits: string): boolean =>
  digits.startsWith('756') && weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;

/** Personnummer of Sweden: a birth date, three digits and Luhn's check over the last ten. */
export function isPersonnummer(digits: string): boolean {
  const ten = digits.slice(-10);
  const month = Number(ten.slice(2, 4));
  const day = Number(ten.slice(4, 6)) % 60;
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 && luhn(ten);
}

/** National provider identifier of the United States: ten digits from 1 or 2, Luhn's check behind the prefix 80840. */
export const isNpi = (digits: string): boolean => (digits[0] === '1' || digits[0] === '2') && luhn(`80840${digits}`);

/** Routing number of the American Bankers Association: nine digits, a bank's district first, modulo 10. */
export function isAbaRouting(digits: string): boolean {
  const district = Number(digits.slice(0, 2));
  const given =
    district <= 12 || (district >= 21 && district <= 32) || (district >= 61 && district <= 72) || district === 80;
  return given && digits !== '000000000' && weighted(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0;
}
