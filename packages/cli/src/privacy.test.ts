import type { SpokenEvaluation } from '@patchbay/privacy/evaluate';
import { describe, expect, test } from 'vitest';
import { renderSpokenEvaluation } from './render/privacy.ts';
import { createStyle } from './render/style.ts';
import { cli, directoryWith, json } from './running-patchbay.fixture.ts';

const files = directoryWith({
  'texts.json': JSON.stringify([
    {
      text: 'Write to jo@example.com, Jo.',
      spans: [
        { type: 'EMAIL_ADDRESS', start: 9, end: 23 },
        { type: 'PERSON', start: 25, end: 27 },
      ],
    },
    { text: 'al@example.com or (415) 555-0132', spans: [{ type: 'PHONE_NUMBER', start: 18, end: 32 }] },
    { text: 'Nothing here.', spans: [] },
    { text: 'Norway', spans: [{ type: 'GPE', start: 0, end: 6 }] },
  ]),
  'object.json': '{"text":"x","spans":[]}',
  'outside.json': '[{"text":"x","spans":[]},{"text":"abc","spans":[{"type":"PERSON","start":1,"end":9}]}]',
  'broken.json': '[',
});
const evaluate = (...argv: string[]) => cli(['privacy', 'evaluate', ...argv], { cwd: files });

describe('privacy evaluate', () => {
  test('counts what is labelled and what is found, by entity and over all', async () => {
    const result = await evaluate('texts.json', '--json');
    expect(result.code).toBe(0);
    expect(json(result)).toMatchObject({
      texts: 4,
      entities: {
        email: { precision: 0.5, recall: 1, f2: 5 / 6, spans: 1, found: 1, findings: 2, right: 1 },
        phone: { precision: 1, recall: 1, f2: 1 },
        credit_card: { precision: null, recall: null, f2: null },
        person: { recall: 0 },
      },
      any_pii: { precision: 2 / 3, recall: 0.5 },
      clean_texts: 1,
      false_alarms: 0,
      other_types: { GPE: 1 },
    });
  });

  test('shows a table', async () => {
    const { out } = await evaluate('texts.json');
    expect(out).toMatch(/email +0\.500 +1\.000 +0\.833 +1\/1 +1\/2\n/);
    expect(out).toMatch(/any_pii +0\.667 +0\.500 /);
    expect(out).toContain('4 texts, 1 of them without labels; something found in 0 of those');
    expect(out).toContain('labelled, but of no entity here: GPE 1');
  });

  test.each([
    ['object.json', /object\.json has no labelled texts\. It is not a list of texts\./],
    ['outside.json', /Entry 1 has a span of type PERSON whose "start" and "end" are not inside its text\./],
    ['broken.json', /broken\.json has no labelled texts\. It is not JSON\./],
    ['missing.json', /missing\.json cannot be read \(ENOENT\)/],
  ])('says what is wrong with %s', async (file, message) => {
    const result = await evaluate(file);
    expect(result.code).toBe(2);
    expect(result.err).toMatch(message);
  });

  test('wants either a file or --spoken', async () => {
    for (const argv of [[], ['texts.json', '--spoken'], ['texts.json', '--seed', '3'], ['--spoken', '--seed', 'x']])
      expect((await evaluate(...argv)).code).toBe(2);
  });

  test('says made-up numbers and counts those heard', async () => {
    const result = json<SpokenEvaluation>(await evaluate('--spoken', '--seed', '3', '--json'));
    expect(result).toMatchObject({ seed: 3, styles: { plain: { held_out: false }, recognised: { held_out: true } } });
    const out = renderSpokenEvaluation(result, { style: createStyle(false), width: 100 });
    expect(out).toMatch(/recognised \(held out\) +[01]\.\d{3}/);
    expect(out).toContain(`seed 3: ${result.positives} numbers said; something found in ${result.false_alarms} of`);
  });
});
