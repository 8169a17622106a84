import type { Turn } from '../spoken/turns.ts';
import type { Random } from './random.ts';
import { caller, introduced, type Style } from './spoken-introductions.ts';
import { sayDigits, sayNumber, sayPair } from './spoken-words.ts';

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

/** Somebody begins, breaks off, and reads the whole number again. */
const restarted: Style = (value, random) => {
  const words = value.groups.map((group) => sayDigits(group, random));
  const begun = words.flat().slice(0, 2 + random.below(words.flat().length - 3));
  const again = random.pick([
    ', sorry, let me start again, ',
    ', hold on, from the top: ',
    ', no wait, I will read it again, ',
    ", oh no, that's the wrong one, okay, ",
    ', let me start over. ',
  ]);
  return introduced(
    value,
    random,
    begun.join(' ') + again + words.map((group) => group.join(' ')).join(random.pick([' ', ', '])),
  );
};

/**
 * Written when the detector was done, measured once, and not looked at while it was tuned: what says how it does with what it was not
 * made for. Three that were held out before became styles like others once somebody had looked at what they missed; docs/privacy.md
 * has the first measurement of each.
 */
export const heldOutStyles: Readonly<Record<string, Style>> = { recognised, restarted };

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
