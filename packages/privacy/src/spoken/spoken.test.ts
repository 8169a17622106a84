import { describe, expect, it, test } from 'vitest';
import { detectSpoken } from './detect-spoken.ts';
import { foldDigits } from './fold-digits.ts';
import { redactTurns } from './redact-turns.ts';
import { createTurnFolder } from './turn-folder.ts';

const fold = (text: string) => foldDigits([{ text }]);
const spoken = (text: string) => detectSpoken([{ text }]).map(({ entity, normalized }) => `${entity} ${normalized}`);
const talk = (...lines: string[]) =>
  lines.map((line) => ({ speaker: line.startsWith('A') ? 'agent' : 'caller', text: line.slice(3) }));

describe('folding digits', () => {
  test.each([
    [`four ${'one '.repeat(15)}`, '4111111111111111'],
    ['double four seven nine oh oh six', '4479006'],
    ['triple five', '555'],
    ['four ones', '1111'],
    ['nine one six, uh, two dash three then four', '916234'],
    ['eight hundred five five five one two one two', '8005551212'],
    ['five five one two, no, seven', '5517'],
  ])('reads "%s"', (said, digits) => {
    expect(fold(said)[0]).toBe(digits);
  });

  it('gives both readings of tens', () => {
    const said = `forty one ${'eleven '.repeat(7)}`;
    expect(fold(said)).toEqual(['4111111111111111', '40111111111111111']);
    expect(fold('5 5 5, twenty three, forty five')).toEqual(['5552345', '55523405', '55520345', '555203405']);
  });

  test.each(['one hundred and five dollars', 'room twelve at nine thirty', 'the twenty first of May'])(
    'finds nothing in "%s"',
    (said) => {
      expect(spoken(said)).toEqual([]);
    },
  );
});

describe('what is spoken', () => {
  it('takes the reading of a card whose check digit is right', () => {
    expect(spoken(`my card is forty one ${'eleven '.repeat(7)}`)).toEqual(['credit_card 4111111111111111']);
  });

  it('refuses the advertised social security number', () => {
    expect(spoken('my social is oh seven eight, oh five, eleven twenty')).toEqual([]);
    expect(spoken('my social is oh seven eight, oh five, eleven twenty one')).toEqual(['us_ssn 078051121']);
  });

  test.each([
    ['jay dot doe at example dot com', 'jay.doe@example.com'],
    ['my email is j o h n underscore smith nineteen at g mail dot com', 'john_smith19@gmail.com'],
    ['it is b as in bravo, o, b, at example dot co dot uk, thanks', 'bob@example.co.uk'],
    ['november echo double o at example dot org', 'neoo@example.org'],
    ["it's john smith at example dot com", 'johnsmith@example.com'],
    ['john.smith at example.com', 'john.smith@example.com'],
  ])('reads the address "%s"', (said, address) => {
    expect(spoken(said)).toEqual([`email ${address}`]);
  });

  it('takes a site that somebody looks at for no address', () => {
    expect(spoken('just look at example dot com')).toEqual([]);
  });

  it('finds expiry and security code beside a card, and neither alone', () => {
    const details = 'expires oh four twenty nine, three digits seven seven one';
    expect(spoken(`card four two four two four two four two four two four two four two four two, ${details}`)).toEqual([
      'credit_card 4242424242424242',
      'card_expiry 0429',
      'card_security_code 771',
    ]);
    expect(spoken(`it ${details}`)).toEqual([]);
    expect(spoken('the security code is seven seven one')).toEqual(['card_security_code 771']);
  });

  it('hears two numbers that are read in a row', () => {
    const said = `four two ${'four two '.repeat(7)}and then five five five five ${'five five five five '.repeat(2)}four four four four`;
    expect(spoken(`the cards are ${said}`)).toEqual(['credit_card 4242424242424242', 'credit_card 5555555555554444']);
  });

  it('ends, however much there is of what could go on for ever', () => {
    for (const said of ['one hundred ', 'forty one ', 'one, no, ', 'double ', 'a dot ', 'at a dot b '])
      expect(detectSpoken([{ text: said.repeat(5_000) }]).length).toBeLessThan(5_000);
  });

  it('hears a number that both say, and counts what the agent says after the caller once', () => {
    const turns = talk(
      'A: Can I have the card number?',
      'C: sure, four two four two',
      'A: four two four two',
      'C: forty two forty two',
      'A: okay, go on',
      'C: uh 4242',
      'A: mhm',
      'C: and then double four, no, four two four two',
    );
    expect(detectSpoken(turns)).toMatchObject([
      {
        entity: 'credit_card',
        normalized: '4242424242424242',
        parts: [{ turn: 1 }, { turn: 2 }, { turn: 3 }, { turn: 5 }, { turn: 7 }],
      },
    ]);
  });
});

describe('following a conversation', () => {
  const turns = talk(
    'A: What is your social?',
    'C: five three six',
    'A: okay',
    'C: two two',
    'A: yes',
    'C: eight seven two six',
    'A: Thank you, one moment.',
  );

  it('holds digits that are nothing yet, and reports what they became once', () => {
    const folder = createTurnFolder();
    const heard = turns.map((turn) => folder.add(turn));
    expect(heard.map(({ findings }) => findings.length)).toEqual([0, 0, 0, 0, 0, 1, 0]);
    expect(heard[3]?.open).toMatchObject([{ turn: 1 }, { turn: 3 }]);
    expect(heard[5]).toMatchObject({
      findings: [
        { entity: 'us_ssn', normalized: '536228726', parts: [{ turn: 1, start: 0 }, { turn: 3 }, { turn: 5 }] },
      ],
      open: [],
    });
  });

  it('counts turns from the beginning however long it goes on', () => {
    const folder = createTurnFolder();
    for (let turn = 0; turn < 40; turn++) expect(folder.add({ text: 'and so it goes' }).findings).toEqual([]);
    const found = turns.flatMap((turn) => folder.add(turn).findings);
    expect(found.map(({ parts }) => parts.map(({ turn }) => turn))).toEqual([[41, 43, 45]]);
  });

  it('redacts every turn in which a part was said, and what is written', () => {
    const redacted = redactTurns([...turns, { text: 'mail jo@example.com' }], {
      default: 'tokenise',
      tokenise: (value) => `tok(${value})`,
    });
    expect(redacted.turns.map(({ text }) => text)).toEqual([
      'What is your social?',
      'tok(536228726)',
      'okay',
      '[us_ssn]',
      'yes',
      '[us_ssn]',
      'Thank you, one moment.',
      'mail tok(jo@example.com)',
    ]);
  });
});
