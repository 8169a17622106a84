import type { Scanner } from '../scanner.ts';

/** Day, month and year in figures, in any order; and with the month's name, first or second. */
const forms = [
  /\b\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})\b/g,
  /\b\d{4}[./-]\d{1,2}[./-]\d{1,2}\b/g,
  /\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}\b/g,
  /\b\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?,? \d{4}\b/g,
];

/** Dates that words nearby say are somebody's birth; a date alone is nobody's. */
export const scanDateOfBirth: Scanner = function* ({ view: { lower }, context }) {
  if (!context.mentions('birth')) return;
  for (const form of forms)
    for (const { 0: date, index: start } of lower.matchAll(form)) {
      const end = start + date.length;
      const bonus = context.around(start, end).bonus('birth');
      if (bonus > 0) yield { entity: 'date_of_birth', start, end, score: 0.45 + bonus, normalized: date };
    }
};
