import { describe, expect, it } from 'vitest';
import { deepestJson, redactJson } from './redact-json.ts';
import { redact } from './redact-text.ts';

const card = '4012888888881881';

describe('redacting a text', () => {
  it('puts the name of what was there in its place', () => {
    expect(redact(`jo@example.com pays by ${card}.`, { default: 'redact' }).value).toBe(
      '[email] pays by [credit_card].',
    );
  });

  it('leaves what is allowed, masks to the last four, and blocks', () => {
    const policy = { default: 'allow', entities: { credit_card: 'mask', us_ssn: 'block' } } as const;
    const { value, blocked, findings } = redact(`jo@example.com, card ${card}, ssn 536-22-8726`, policy);
    expect(value).toBe('jo@example.com, card ************1881, ssn [us_ssn]');
    expect(blocked).toEqual(['us_ssn']);
    expect(findings.map(({ entity }) => entity)).toEqual(['credit_card', 'us_ssn']);
  });

  it('makes the same token of a value however it was written', () => {
    const policy = { default: 'tokenise', tokenise: (value: string) => `tok(${value})` } as const;
    expect(redact('4012-8888-8888-1881 and 4012 8888 8888 1881', policy).value).toBe(`tok(${card}) and tok(${card})`);
  });

  it('redacts where there is nothing to tokenise with', () => {
    expect(redact('jo@example.com', { default: 'tokenise' }).value).toBe('[email]');
  });
});

describe('redacting JSON', () => {
  it('names where something was, and changes nothing it was given', () => {
    const given = { customer: { 'e/mail': 'jo@example.com', cards: [{ number: Number(card) }] }, total: 12 };
    const before = structuredClone(given);
    const { value, findings } = redactJson(given, { default: 'redact' });
    expect(value).toEqual({ customer: { 'e/mail': '[email]', cards: [{ number: '[credit_card]' }] }, total: 12 });
    expect(findings.map(({ path }) => path)).toEqual(['/customer/e~1mail', '/customer/cards/0/number']);
    expect(given).toEqual(before);
  });

  it('redacts keys, and keeps the values of two that become the same', () => {
    const { value, findings } = redactJson({ 'jo@example.com': 1, 'al@example.com': 2 }, { default: 'redact' });
    expect(value).toEqual({ '[email]': 1, '[email] 2': 2 });
    expect(findings).toMatchObject([{ key: true }, { key: true }]);
  });

  it('reads the name of a field as context', () => {
    expect(redactJson({ ssn: '536228726', order: '536228726' }, { default: 'redact' }).value).toEqual({
      ssn: '[us_ssn]',
      order: '536228726',
    });
  });

  it('leaves ids, times and links alone, whatever they are of', () => {
    const calls = [
      {
        call_id: '4155550132',
        phone_number_id: 106540352242922,
        started_at: 1772467200,
        uid: '202603021500.12345678901@mail.example.com',
        url: 'https://example.com/195539477/messages/2085958504',
      },
    ];
    expect(redactJson({ calls }, { default: 'redact' })).toMatchObject({ value: { calls }, findings: [] });
  });

  it('reads a name that says nothing by itself together with the one around it', () => {
    const given = { phone: { home: '5551234', value: '555 1234' }, order: { number: '5551234' } };
    expect(redactJson(given, { default: 'redact' }).value).toEqual({
      phone: { home: '[phone]', value: '[phone]' },
      order: { number: '5551234' },
    });
  });

  it('keeps a member called __proto__ a member', () => {
    const { value } = redactJson(JSON.parse('{"__proto__":{"mail":"jo@example.com"}}'), { default: 'redact' });
    expect(JSON.stringify(value)).toBe('{"__proto__":{"mail":"[email]"}}');
  });

  it('lets nothing through from deeper than it looks', () => {
    let deep: unknown = 'jo@example.com';
    for (let level = 0; level <= deepestJson; level++) deep = [deep];
    expect(JSON.stringify(redactJson(deep, { default: 'redact' }).value)).toContain('[removed]');
  });
});
