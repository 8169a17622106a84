import { describe, expect, test } from 'vitest';
import { webhookEvent } from './event.fixture.ts';
import { viewOf } from './event-view.ts';
import { mentionsOf } from './mentions-person.ts';

function isIn(subject: string, payload: unknown, { form = false, url = '/hooks/x' } = {}): boolean {
  const base = webhookEvent({});
  const event = {
    ...base,
    content_type: form ? 'application/x-www-form-urlencoded' : 'application/json',
    request: { ...base.request, url },
  };
  const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return mentionsOf(subject).inEvent(viewOf(event, bytes), bytes);
}

describe('a person in what a vendor sent', () => {
  const phone = 'phone:+15550102030';
  test.each([
    [{ from: '+15550102030' }],
    [{ from: '+1 (555) 010-2030' }],
    [{ from: '001 555.010.2030' }],
    [{ a: [{ n: 15550102030 }] }],
    [{ text: 'call me at +1-555-010-2030, please' }],
    [{ text: '\u002b1\u00a0555\u00a0010\u00a02030' }],
    [{ '+15550102030': true }],
    ['no JSON +15550102030'],
  ])('is found by a number: %j', (payload) => expect(isIn(phone, payload)).toBe(true));

  test.each([
    [{ from: '+15550102031' }],
    [{ from: '+155501020301' }],
    [{ from: '915550102030' }],
    [{ text: '1, 555, 010 and 2030' }],
    [{ from: '(555) 010-2030' }],
    [{}],
  ])('is not found in another’s number, or one without its country: %j', (payload) =>
    expect(isIn(phone, payload)).toBe(false),
  );

  test('is found in forms and in the address, escaped as they are', () => {
    expect(isIn(phone, 'From=%2B1+555+010+2030&To=x', { form: true })).toBe(true);
    expect(isIn('email:ada@example.com', 'who=Ada%40Example.com', { form: true })).toBe(true);
    expect(isIn(phone, {}, { url: '/hooks/x?who=%2B15550102030' })).toBe(true);
    expect(isIn('id:u-17', {}, { url: '/hooks/x?a=b&who=u-17' })).toBe(true);
    expect(isIn('id:u-17', {}, { url: '/hooks/u-17?%' })).toBe(false);
  });

  test('is found by an address as such, and not by part of one', () => {
    const email = 'email:ada@example.com';
    for (const text of ['ADA@example.com', 'Ada <ada@example.com>', 'mail ada@example.com.', '"\\u0061da@example.com"'])
      expect(isIn(email, text.startsWith('"') ? text : { text })).toBe(true);
    for (const text of ['xada@example.com', 'ada@example.com.au', 'ada@exampleXcom', 'ada@example.community'])
      expect(isIn(email, { text })).toBe(false);
  });

  test('is found by an id that is a whole value and not too short', () => {
    expect(isIn('id:u-17', { user: { id: 'u-17' } })).toBe(true);
    expect(isIn('id:1234', { id: 1234 })).toBe(true);
    expect(isIn('id:u-17', 'user=u-17', { form: true })).toBe(true);
    expect(isIn('id:u-17', { text: 'user u-17' })).toBe(false);
    expect(isIn('id:17', { id: 17 })).toBe(false);
    expect(mentionsOf('id:u-17').inText('u-17')).toBe(false);
  });

  test('is looked for in time that grows with the text alone', () => {
    const hostile = `+1${' ('.repeat(100_000)}`;
    const started = performance.now();
    expect(isIn(phone, { text: hostile })).toBe(false);
    expect(isIn('email:ada@example.com', { text: 'a.'.repeat(100_000) })).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
