import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js';

/** The E.164 form of digits, with `+` or as dialled in one of the countries, if such a number can exist. */
export type PhoneReader = (digits: string) => string | undefined;

/** So many numbers of a text are looked up; of a text with more, each further one is believed. */
const lookUps = 12;

/**
 * A reader for one text. A look-up takes tens of microseconds, so a text of nothing but numbers would take too long: past
 * `lookUps` what remains counts as existing, which errs towards hiding it. North American numbers are told by their form, and not
 * looked up as national ones.
 */
export function phoneFacts(countries: readonly string[]): PhoneReader {
  let left = lookUps;
  return (digits) => {
    if (northAmerican.test(digits) && countries.some(isNorthAmerican)) return `+1${digits}`;
    const ask = digits.startsWith('+') ? [undefined] : countries.filter(isLookedUp);
    for (const country of ask) {
      if (left-- <= 0) return digits;
      const read = readNumber(digits, country);
      if (read !== undefined) return read;
    }
    return undefined;
  };
}

const northAmerican = /^[2-9]\d\d[2-9]\d{6}$/;

const isNorthAmerican = (country: string) => isSupportedCountry(country) && getCountryCallingCode(country) === '1';

const isLookedUp = (country: string): country is CountryCode =>
  isSupportedCountry(country) && !isNorthAmerican(country);

function readNumber(digits: string, country: CountryCode | undefined): string | undefined {
  const number = parsePhoneNumberFromString(digits, { defaultCountry: country, extract: false });
  return number?.isValid() ? number.number : undefined;
}
