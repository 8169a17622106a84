import type { Category } from '@patchbay/contracts';

/** Words by which an API tells what it is about; the first that fits counts. */
const words: readonly (readonly [Category, RegExp])[] = [
  ['payments', /\b(?:payments?|invoices? and payments|billing|checkout|charges)\b/i],
  ['accounting', /\b(?:accounting|bookkeeping|ledger|payroll|invoices?)\b/i],
  ['telephony', /\b(?:telephony|voice calls?|sms|phone numbers?)\b/i],
  ['calendar', /\bcalendars?\b/i],
  ['scheduling', /\b(?:scheduling|appointments?|bookings?)\b/i],
  ['helpdesk', /\b(?:help ?desk|support tickets?|ticketing)\b/i],
  ['crm', /\b(?:crm|customer relationship|leads|deals)\b/i],
  ['ecommerce', /\b(?:e-?commerce|online store|storefront|shop)\b/i],
  ['project_management', /\b(?:project management|issue tracking|jira|kanban|tasks)\b/i],
  ['storage', /\b(?:file storage|documents?|files|e-?signature)\b/i],
  ['marketing', /\b(?:marketing|campaigns?|newsletters?)\b/i],
  ['email', /\be-?mail\b/i],
  ['communication', /\b(?:slack|chat|messaging|messages|meetings?)\b/i],
  ['hr', /\b(?:human resources|employees|recruiting|hr)\b/i],
  ['healthcare', /\b(?:health|patients?|fhir|medical)\b/i],
  ['hospitality', /\b(?:hotels?|restaurants?|reservations?)\b/i],
  ['maps', /\b(?:maps?|geocod\w+|directions|places)\b/i],
  ['analytics', /\banalytics\b/i],
  ['dev', /\b(?:git|repositor\w+|developers?|deploy\w*|ci\/cd)\b/i],
];

export function guessCategory(text: string): Category {
  return words.find(([, expression]) => expression.test(text))?.[0] ?? 'other';
}
