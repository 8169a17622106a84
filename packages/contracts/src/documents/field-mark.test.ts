import { describe, expect, it } from 'vitest';
import { inferMark, marksOfFields, mentionsHealth } from './field-mark.ts';

describe('the name of a field', () => {
  it.each([
    ['email', 'pii'],
    ['customer_email', 'pii'],
    ['customerEmail', 'pii'],
    ['contact-phone', 'pii'],
    ['phone_number', 'pii'],
    ['ssn', 'pii'],
    ['date_of_birth', 'pii'],
    ['first_name', 'pii'],
    ['billing_address', 'pii'],
    ['password', 'secret'],
    ['new_password', 'secret'],
    ['otp', 'secret'],
    ['cvv', 'secret'],
    ['apiKey', 'secret'],
    ['name', null],
    ['status', null],
    ['email_type', null],
    ['phone_label', null],
    ['password_hint', null],
    ['postal_code', null],
    ['email_2', 'pii'],
    ['email_to', 'pii'],
    ['id', null],
    ['phonebook_id_of_team', null],
    ['address_format', null],
    ['tokens', null],
    ['diagnosis', null],
  ])('%s says %j', (name, mark) => {
    expect(inferMark(name)).toBe(mark);
  });
});

it('marks are those of the document, else those that names tell, at every depth', () => {
  const marks = marksOfFields({
    email: { 'x-privacy': 'safe' },
    guest: { type: 'object', properties: { phone: {}, size: {} } },
    list: { type: 'array', items: { 'x-privacy': 'pii' } },
    plain: { type: 'string' },
  });
  expect([...(marks?.keys() ?? [])]).toEqual(['email', 'guest', 'list']);
  expect(marks?.get('email')).toEqual({ mark: 'safe' });
  expect(marks?.get('guest')?.fields?.get('phone')).toEqual({ mark: 'pii' });
  expect(marks?.get('list')).toEqual({ mark: null, items: { mark: 'pii' } });
  expect(marksOfFields({ plain: {} })).toBeNull();
  expect(marksOfFields(undefined)).toBeNull();
});

it('health is what the document itself says is health', () => {
  expect(mentionsHealth({ a: { properties: { b: { 'x-privacy': 'phi' } } } })).toBe(true);
  expect(mentionsHealth({ diagnosis: { 'x-privacy': 'pii' } }, undefined)).toBe(false);
});
