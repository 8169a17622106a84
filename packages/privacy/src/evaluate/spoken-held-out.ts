import type { Turn } from '../spoken/turns.ts';
import type { Random } from './random.ts';
import { caller, introduced, question, type Style } from './spoken-introductions.ts';
import { sayDigits, sayNumber, sayPair } from './spoken-words.ts';

/** The agent asks for the number piece by piece, and says numbers in doing so. */
const prompted: Style = (value, random) => {
  const turns: Turn[] = [question(value.entity, random)];
  const names = ['first', 'second', 'third', 'fourth'];
  for (const [index, group] of value.groups.entries()) {
    const size = ['zero', 'one', 'two', 'three', 'four', 'five', 'six'][group.length];
    const last = index === value.groups.length - 1;
    turns.push({
      speaker: 'agent',
      text: random.pick([
        `What are the ${index === 0 ? 'first' : last ? 'last' : 'next'} ${size} digits?`,
        `Okay, the ${last ? 'last' : names[index]} part?`,
        `And the ${index === 0 ? 'first' : last ? 'last' : 'next'} ${size}?`,
      ]),
    });
    const words = random.chance(0.3) ? [group.split('').join(' ')] : sayDigits(group, random);
    turns.push(caller(`${random.pick(['', 'That is ', 'Let me see, ', 'It says '])}${words.join(' ')}`));
  }
  return turns;
};

/** A recogniser that writes figures, cuts them anywhere, and lets the speaker hesitate. */
const recognised: Style = (value, random) => {
  const digits = value.groups.join('');
  const pieces: string[] = [];
  for (let at = 0; at < digits.length; ) {
    const piece = digits.slice(at, at + 1 + random.below(5));
    at += piece.length;
    const way = random.below(5);
    if (way === 0) pieces.push(sayDigits(piece, random).join(' '));
    else if (way === 1 && piece.length === 2) pieces.push(sayPair(piece, random).join('-'));
    else pieces.push(piece);
    if (random.chance(0.15)) pieces.push(random.pick(['um', 'so', 'then', 'let me see', 'okay']));
  }
  return introduced(value, random, pieces.join(random.pick([' ', ', ', '. '])));
};

/**
 * Written when the detector was done, and not looked at while it was tuned: what says how it does with what it was not made for.
 * The first two of these became `corrected` and `chatty` once they had been looked at; docs/privacy.md has both measurements.
 */
export const heldOutStyles: Readonly<Record<string, Style>> = { prompted, recognised };

/** As held out as those. */
export const heldOutNegatives: Readonly<Record<string, (random: Random) => Turn[]>> = {
  askedOrder: (random) => [
    {
      speaker: 'agent',
      text: random.pick([
        'What is your order number?',
        'Can you read me the booking reference?',
        'And the serial number of the device?',
      ]),
    },
    caller(
      `${random.pick(['', "it's ", 'sure, ', 'that would be '])}${sayDigits(random.digits(random.pick([7, 9, 10, 12])), random).join(' ')}`,
    ),
    { speaker: 'agent', text: random.pick(['Thanks, I see it.', 'One moment please.']) },
  ],
  sums: (random) => [
    caller(
      `I paid ${sayNumber(100 + random.below(9_000), random)} in ${random.pick(['March', 'May'])} and ${sayNumber(100 + random.below(9_000), random)} in ${random.pick(['June', 'July'])}, so ${sayNumber(1_000 + random.below(90_000), random)} altogether`,
    ),
  ],
};
