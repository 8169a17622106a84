import { hash } from 'node:crypto';
import { marksOfFields, PrivacyRules } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { carryOut } from './carry-out.ts';
import { compileRules } from './compile-rules.ts';

/** As real ones look. */
const token = (value: string) => `tok_${hash('sha256', value, 'base64url')}`;
const marks = {
  mark: null,
  fields: marksOfFields({
    to: { type: 'string', 'x-privacy': 'pii' },
    diagnosis: { type: 'string', 'x-privacy': 'phi' },
    note: { type: 'string' },
    guests: { type: 'array', items: { type: 'object', properties: { name: { 'x-privacy': 'pii' }, age: {} } } },
    customer_email: { type: 'string' },
    count: { type: 'integer', 'x-privacy': 'safe' },
  }) as never,
};
function carried(value: unknown, rules: PrivacyRules | object, withMarks = true) {
  const compiled = compileRules(PrivacyRules.parse(rules));
  if (compiled === null) throw new Error('leaves everything as it is');
  return carryOut(value, compiled, withMarks ? marks : null, token, 'arguments');
}

describe('rules on what is found', () => {
  it('put in its place what they say, entity by entity, and say where', () => {
    const value = { note: 'Write to ada@example.com, card 4111 1111 1111 1111', list: ['+1 202 555 0143'] };
    const result = carried(value, { default: 'redact', entities: { credit_card: 'mask', phone: 'allow' } });
    expect(result).toEqual({
      value: { note: 'Write to [email], card **** **** **** 1111', list: ['+1 202 555 0143'] },
      findings: [
        { path: 'arguments.note', found: 'email', action: 'redact' },
        { path: 'arguments.note', found: 'credit_card', action: 'mask' },
      ],
      blocked: false,
    });
    expect(value.note).toContain('ada@example.com');
  });

  it('make one token of every spelling of a value', () => {
    const { value } = carried({ note: 'Ada@Example.com and ada@example.com' }, { entities: { email: 'tokenise' } });
    const [first, second] = (value as { note: string }).note.split(' and ');
    expect(first).toBe(second);
    expect(first).toMatch(/^tok_[\w-]{43}$/);
  });

  it('block the whole, and name no value', () => {
    const result = carried({ note: 'ssn 078-05-1121' }, { entities: { us_ssn: 'block' } });
    expect(result.blocked).toBe(true);
    expect(result.findings).toEqual([{ path: 'arguments.note', found: 'us_ssn', action: 'block' }]);
    expect(JSON.stringify(result.findings)).not.toContain('078');
  });

  it('give the value itself back where nothing is found', () => {
    const value = { note: 'Nothing in here.' };
    expect(carried(value, { default: 'redact' }).value).toBe(value);
  });
});

describe('rules on marks', () => {
  it('are for whole values, also of items, and of fields whose names tell', () => {
    const value = {
      to: 'Ada',
      diagnosis: 'a broken arm',
      note: 'for Ada',
      guests: [{ name: 'Bea', age: 7 }, { name: 'Cleo' }],
      customer_email: 'not even an address',
      count: 3,
    };
    const result = carried(value, { marks: { pii: 'redact', phi: 'mask' } });
    expect(result.value).toEqual({
      to: '[pii]',
      diagnosis: '******** arm',
      note: 'for Ada',
      guests: [{ name: '[pii]', age: 7 }, { name: '[pii]' }],
      customer_email: '[pii]',
      count: 3,
    });
    expect(result.findings.map(({ path, found }) => `${path} ${found}`)).toEqual([
      'arguments.to pii',
      'arguments.diagnosis phi',
      'arguments.guests[0].name pii',
      'arguments.guests[1].name pii',
      'arguments.customer_email pii',
    ]);
  });

  it('go before what is found, and leave nothing of it to find', () => {
    const result = carried(
      { to: 'ada@example.com', note: 'ada@example.com' },
      { marks: { pii: 'tokenise' }, default: 'redact' },
    );
    expect(result.value).toEqual({ to: token('ada@example.com'), note: '[email]' });
  });

  it('are not for what is empty, and not for fields that are not there', () => {
    expect(carried({ to: '', diagnosis: null }, { marks: { pii: 'block', phi: 'block' } })).toMatchObject({
      blocked: false,
      findings: [],
    });
  });
});

it('rules that allow everything are none', () => {
  expect(compileRules(undefined)).toBeNull();
  expect(compileRules(PrivacyRules.parse({}))).toBeNull();
  expect(compileRules(PrivacyRules.parse({ entities: { email: 'allow' }, marks: { pii: 'allow' } }))).toBeNull();
});

it('rules leave tools alone that they name, or whose beginnings', () => {
  const rules = compileRules(PrivacyRules.parse({ default: 'redact', except: ['gmail_*', 'slack_post_message'] }));
  expect(
    ['gmail_send', 'slack_post_message', 'slack_post', 'my_gmail_send'].map((name) => rules?.exempts(name)),
  ).toEqual([true, true, false, false]);
});
