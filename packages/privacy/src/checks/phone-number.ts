import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';

/** The E.164 form of digits, with `+` or as dialled in one of the countries, if such a number can exist. */
export type PhoneReader = (digits: string) => string | undefined;

/** So many numbers of a text are looked up; of a text with more, each further one is believed. */
const lookUps = 24;

/**
 * A reader for one text. A look-up takes tens of microseconds, so a text of nothing but numbers would take too long: past
 * `lookUps` what remains counts as existing, which errs towards hiding it.
 */
export function phoneFacts(countries: readonly string[]): PhoneReader {
  let left = lookUps;
  return (digits) => {
    if (left <= 0) return digits;
    const ask = digits.startsWith('+') ? [undefined] : countries.filter((one) => isSupportedCountry(one));
    for (const country of ask) {
      left--;
      const read = readNumber(digits, country);
      if (read !== undefined) return read;
    }
    return undefined;
  };
}

function readNumber(digits: string, country: CountryCode | undefined): string | undefined {
  const number = parsePhoneNumberFromString(digits, { defaultCountry: country, extract: false });
  return number?.isValid() ? number.number : undefined;
}
