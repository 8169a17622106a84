import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { detect } from '../detect.ts';
import type { Entity } from '../entities.ts';
import { evaluateSpoken } from './evaluate-spoken.ts';
import { evaluateTexts } from './evaluate-texts.ts';
import { readLabelledTexts } from './labelled-texts.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');

/** What docs/privacy.md says, as floors: a change may raise them, and never lower one. */
describe('700 labelled texts', () => {
  const evaluation = evaluateTexts(readLabelledTexts(fixture('pii-texts.json')));

  test.each<[Entity, number]>([
    ['email', 20],
    ['phone', 47],
    ['credit_card', 59],
    ['us_ssn', 7],
    ['iban', 12],
    ['ip', 6],
    ['us_driver_license', 1],
  ])('finds every %s, and nothing that is none', (entity, spans) => {
    expect(evaluation.entities[entity]).toMatchObject({ spans, precision: 1, recall: 1, f2: 1 });
  });

  it('is right about whatever it finds, also where it promises nothing', () => {
    expect(evaluation.any_pii.precision).toBe(1);
    expect(evaluation.any_pii.recall).toBeGreaterThanOrEqual(0.146);
    expect(evaluation.entities.street_address).toMatchObject({ precision: 1 });
    expect(evaluation.entities.street_address?.recall).toBeGreaterThanOrEqual(0.14);
  });

  it('finds nothing in texts without anything', () => {
    expect(evaluation).toMatchObject({ clean_texts: 49, false_alarms: 0 });
  });
});

describe('made-up speech', () => {
  const evaluation = evaluateSpoken(1);

  it('says more than two thousand numbers in at least eight styles, two of them held out, and as many utterances without any', () => {
    expect(evaluation.positives).toBeGreaterThanOrEqual(2_000);
    expect(evaluation.negatives).toBeGreaterThanOrEqual(2_000);
    const styles = Object.values(evaluation.styles);
    expect(styles.length).toBeGreaterThanOrEqual(8);
    expect(styles.filter(({ held_out }) => held_out)).toHaveLength(2);
  });

  test.each(['credit_card', 'us_ssn', 'phone'] as const)('hears %s, digit for digit, in each style', (entity) => {
    expect(evaluation.entities[entity].recall).toBeGreaterThanOrEqual(0.994);
    for (const [name, style] of Object.entries(evaluation.styles))
      expect([name, style[entity].recall >= (style.held_out ? 0.94 : 0.98)]).toEqual([name, true]);
  });

  it('takes orders, prices, times, rooms and dates for nobody’s number', () => {
    expect(evaluation.false_alarm_rate).toBeLessThanOrEqual(0.001);
  });
});

/** Weak patterns are found too when they are asked for, as these rows do. */
const thresholds = { us_ssn: 0.1, us_itin: 0.05, ip: 0.05, uk_nhs: 0.2 };

/** Where we differ, and why. */
const departures: Readonly<Record<string, string>> = {
  '078-051121 07805-1121': 'halves that are nobody’s way to write one',
  '911-701234 91170-1234': 'halves that are nobody’s way to write one',
  '122000000000003': 'an airline’s account, which only context tells from an order',
  'my credit card number is 4012-8888-8888-1882': 'a misheard digit is no less a card',
  'my credit card number is 36168002586008': 'a misheard digit is no less a card',
  '192.168.1.1.1': 'five numbers are no address',
  'LV80 bANK 0000 4351 9500 1': 'the case of a letter is not kept by a transcript',
  'LV80 BANK 0000 4351 9500 2': 'a misheard digit is no less an account',
  '221 395 1837': 'without a word about health this is a phone number',
};

describe('rows of Presidio’s recognisers', () => {
  const rows = JSON.parse(fixture('presidio-rows.json')) as { entity: Entity; text: string; count: number }[];
  const differing = rows.filter(
    ({ entity, text, count }) => detect(text, { thresholds }).filter((one) => one.entity === entity).length !== count,
  );

  it('decides all as they do, but where there is a reason', () => {
    expect(rows.length).toBe(506);
    expect(differing.map(({ text }) => text).toSorted()).toEqual(Object.keys(departures).toSorted());
  });
});
