import { z } from 'zod';

/**
 * How a field's value is treated. `safe`: may stand in logs and audit. `pii`: says something of a person. `phi`: of somebody's
 * health. `secret`: opens something. A field without a mark is not logged.
 */
export const FieldMark = z.enum(['safe', 'pii', 'phi', 'secret']);
export type FieldMark = z.infer<typeof FieldMark>;

/**
 * Words at the end of a name that say that a value is secret, or of a person: an `email_type` is neither. Nor is a postal code alone.
 * Health is never guessed at.
 */
const secretNames =
  /(?:^|_)(?:passwords?|passphrase|passcode|pwd|otp|one_time_code|pin_code|cvv|cvc|security_code|api_?keys?|private_key|client_secret|secrets?|access_token|refresh_token|auth_token|credentials?)$/;
const personalNames =
  /(?:^|_)(?:e_?mails?|email_address|phones?|phone_numbers?|mobile|cell_?phone|msisdn|fax|ssn|social_security|sin|nino|nhs_number|national_id|passport|driver_?s?_licen[cs]e|tax_id|tin|iban|account_number|routing_number|card_number|credit_card|dob|birth_?da(?:y|te)|date_of_birth|first_name|last_name|full_name|given_name|family_name|surname|maiden_name|middle_name|customer_name|patient_name|contact_name|guest_name|attendees?|street|street_address|address_line_?[12]?|home_address|mailing_address|shipping_address|billing_address)(?:_(?:address|numbers?|value|to|from|cc|bcc|\d))?$/;

/** What the name of a field says of its value, where the document says nothing: `customer_email` and `customerEmail` alike. */
export function inferMark(name: string): Exclude<FieldMark, 'safe' | 'phi'> | null {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();
  if (secretNames.test(words)) return 'secret';
  return personalNames.test(words) ? 'pii' : null;
}

/** The marks of a value and of what is in it. */
export interface FieldMarks {
  /** Of the whole value; null: none. */
  readonly mark: FieldMark | null;
  /** Of its members by name; left out where none has any. */
  readonly fields?: ReadonlyMap<string, FieldMarks>;
  /** Of the items of a list. */
  readonly items?: FieldMarks;
}

const deepest = 16;

/**
 * The marks in a JSON Schema: its `x-privacy`, those of its `properties` and `items`, and where a field of a name that tells has
 * none, what the name says. Null where there are none at all.
 */
export function marksOfSchema(schema: unknown, name: string | null = null, depth = 0): FieldMarks | null {
  if (typeof schema !== 'object' || schema === null || depth > deepest) return null;
  const { 'x-privacy': given, properties, items } = schema as Record<string, unknown>;
  const stated = FieldMark.safeParse(given).data;
  const fields = marksOfFields(properties, depth);
  const ofItems = marksOfSchema(items, null, depth + 1);
  // A name says something of a plain value; an object of that name has fields that say it better.
  const inferred = name !== null && fields === null ? inferMark(name) : null;
  const mark = stated ?? inferred;
  if (mark === null && fields === null && ofItems === null) return null;
  return { mark, ...(fields !== null && { fields }), ...(ofItems !== null && { items: ofItems }) };
}

/** The marks of named schemas, such as a tool's parameters. */
export function marksOfFields(schemas: unknown, depth = 0): ReadonlyMap<string, FieldMarks> | null {
  if (typeof schemas !== 'object' || schemas === null) return null;
  const fields = new Map<string, FieldMarks>();
  for (const [name, schema] of Object.entries(schemas)) {
    const marks = marksOfSchema(schema, name, depth + 1);
    if (marks !== null) fields.set(name, marks);
  }
  return fields.size === 0 ? null : fields;
}

/** Whether any field of the schemas is marked as one of health by the document itself. */
export function mentionsHealth(...schemas: readonly unknown[]): boolean {
  return schemas.some((schema) => holdsHealthMark(schema, 0));
}

function holdsHealthMark(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth > 2 * deepest) return false;
  if (!Array.isArray(value) && (value as Record<string, unknown>)['x-privacy'] === 'phi') return true;
  return Object.values(value).some((member) => holdsHealthMark(member, depth + 1));
}
