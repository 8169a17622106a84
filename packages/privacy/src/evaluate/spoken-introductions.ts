import type { Turn } from '../spoken/turns.ts';
import type { Random } from './random.ts';
import type { SpokenEntity, SpokenValue } from './spoken-values.ts';

/** Says a number over one turn or several. */
export type Style = (value: SpokenValue, random: Random) => Turn[];

const asked: Readonly<Record<SpokenEntity, readonly string[]>> = {
  credit_card: [
    'Can I have your card number, please?',
    'What card would you like to use?',
    'And the credit card number?',
  ],
  us_ssn: ['What is your social security number?', 'Could you tell me your social?', 'I need your SSN to go on.'],
  phone: ['What number can we call you back on?', 'And your phone number?', 'What is the best number to reach you?'],
};

const led: Readonly<Record<SpokenEntity, readonly string[]>> = {
  credit_card: ['my card number is', 'yeah the card is', 'put it on my Visa', 'charge my credit card'],
  us_ssn: ['my social is', 'my social security number is', 'sure, my SSN is'],
  phone: ['call me at', 'my phone number is', 'you can reach me on', 'my cell is'],
};

export const question = (entity: SpokenEntity, random: Random): Turn => ({
  speaker: 'agent',
  text: random.pick(asked[entity]),
});

export const caller = (text: string): Turn => ({ speaker: 'caller', text });

/** A question and an answer, or a sentence that says itself what it is about. */
export function introduced({ entity }: SpokenValue, random: Random, said: string): Turn[] {
  if (random.chance(0.4))
    return [question(entity, random), caller(`${random.pick(['', "it's ", 'sure, ', 'yes, '])}${said}`)];
  return [caller(`${random.pick(led[entity])} ${said}${random.pick(['', '.', ', thank you'])}`)];
}
