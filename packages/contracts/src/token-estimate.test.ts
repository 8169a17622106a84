import { describe, expect, it } from 'vitest';
import { estimateTokens, tokensOfText } from './token-estimate.ts';

/** Texts with what `o200k_base` and `cl100k_base` make of them, counted once with gpt-tokenizer. */
const counted: readonly (readonly [what: string, value: unknown, o200k: number, cl100k: number])[] = [
  [
    'an event list',
    {
      kind: 'calendar#freeBusy',
      timeMin: '2026-03-02T08:00:00.000Z',
      timeMax: '2026-03-02T18:00:00.000Z',
      calendars: {
        'ada@example.com': {
          busy: [
            { start: '2026-03-02T09:00:00Z', end: '2026-03-02T10:30:00Z' },
            { start: '2026-03-02T13:00:00Z', end: '2026-03-02T13:30:00Z' },
          ],
        },
      },
    },
    124,
    121,
  ],
  [
    'a user',
    {
      ok: true,
      user: {
        id: 'W012A3CDE',
        team_id: 'T012AB3C4',
        name: 'spengler',
        deleted: false,
        color: '9f69e7',
        real_name: 'Egon Spengler',
        tz: 'America/Los_Angeles',
        tz_label: 'Pacific Daylight Time',
        tz_offset: -25200,
        profile: { title: '', phone: '', status_text: 'Print is dead', email: 'spengler@ghostbusters.example.com' },
      },
    },
    101,
    101,
  ],
  [
    'a ticket',
    {
      id: '174600807',
      properties: {
        content: 'The invoice of March shows the wrong address.',
        createdate: '2026-01-31T09:30:00.000Z',
        hs_pipeline: '0',
        hs_pipeline_stage: '1',
        hs_ticket_priority: 'HIGH',
        subject: 'Wrong address on the invoice',
      },
      createdAt: '2026-01-31T09:30:00.000Z',
      archived: false,
    },
    89,
    87,
  ],
  [
    'records of a query',
    {
      totalSize: 2,
      done: true,
      records: [
        {
          attributes: { type: 'Contact', url: '/services/data/v63.0/sobjects/Contact/0035e00000B3XyzAAF' },
          Id: '0035e00000B3XyzAAF',
          Name: 'Ada Lovelace',
          Email: 'ada@example.com',
          Phone: null,
        },
        {
          attributes: { type: 'Contact', url: '/services/data/v63.0/sobjects/Contact/0035e00000B3XyzAAG' },
          Id: '0035e00000B3XyzAAG',
          Name: 'Charles Babbage',
          Email: 'charles@example.com',
          Phone: '+44 20 7946 0000',
        },
      ],
    },
    149,
    143,
  ],
  [
    'English',
    {
      text: 'The quick brown fox jumps over the lazy dog and then answers the telephone because somebody wanted to reschedule their appointment for Thursday afternoon.',
    },
    30,
    30,
  ],
  [
    'German',
    {
      text: 'Bitte verschieben Sie den Termin auf Donnerstagnachmittag, weil der Kühlschrank geliefert wird und wir über Größe sprechen müssen.',
    },
    30,
    40,
  ],
  ['Japanese', { text: '木曜日の午後に予約を変更してください。冷蔵庫が届くからです。' }, 24, 37],
  [
    'Russian',
    { text: 'Пожалуйста, перенесите встречу на четверг после обеда, потому что привезут холодильник.' },
    28,
    43,
  ],
  ['ids', { id: 'a3f9c2e1-77bd-4c0e-9e15-0c1f6a1b2c3d', etag: '"3181161784712000"' }, 48, 48],
  ['numbers', { values: [1, 22, 333, 4444, 55555, 1.5, -2.25, 1000000] }, 27, 27],
];

describe('the token estimate', () => {
  it.each(counted)('of %s is between 0.75 of the lower and 1.3 of the higher true count', (_, value, o200k, cl100k) => {
    const estimate = estimateTokens(value);
    expect(estimate).toBeGreaterThanOrEqual(Math.floor(0.75 * Math.min(o200k, cl100k)));
    expect(estimate).toBeLessThanOrEqual(Math.ceil(1.3 * Math.max(o200k, cl100k)));
  });

  it('is within a tenth over all of them together', () => {
    const estimated = counted.reduce((sum, [, value]) => sum + estimateTokens(value), 0);
    const real = counted.reduce((sum, [, , o200k]) => sum + o200k, 0);
    expect(estimated / real).toBeGreaterThan(0.9);
    expect(estimated / real).toBeLessThan(1.1);
  });

  it('of a long text follows from samples: ten times the text, ten times the tokens', () => {
    const once = JSON.stringify(counted.map(([, value]) => value));
    const long = Array.from({ length: 10 }, () => once).join(',');
    expect(long.length).toBeGreaterThan(10_000);
    expect(tokensOfText(long) / (10 * tokensOfText(once))).toBeGreaterThan(0.85);
    expect(tokensOfText(long) / (10 * tokensOfText(once))).toBeLessThan(1.15);
  });

  it('of nothing is 0, and of null one or two', () => {
    expect(estimateTokens(undefined)).toBe(0);
    expect(tokensOfText('')).toBe(0);
    expect(estimateTokens(null)).toBe(1);
  });
});
