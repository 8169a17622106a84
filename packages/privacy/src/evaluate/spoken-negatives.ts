import type { Turn } from '../spoken/turns.ts';
import type { Random } from './random.ts';
import { sayDigits, sayNumber, sayPair } from './spoken-words.ts';

const months = 'January February March April May June July August September October November December'.split(' ');
const ordinals = 'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth'.split(' ');

/** Numbers that are nobody's, by what they are. */
export const negatives: Readonly<Record<string, (random: Random) => Turn[]>> = {
  orderNumber: (random) => {
    const digits = random.digits(random.pick([6, 8, 9, 10, 12, 14, 16]));
    const said = random.chance(0.3) ? digits : sayDigits(digits, random).join(' ');
    return [
      { speaker: 'agent', text: random.pick(['How can I help?', 'What is it about?']) },
      {
        speaker: 'caller',
        text: `${random.pick(['my order number is', 'the tracking number is', 'it is about invoice', 'I have a ticket, reference', 'confirmation code'])} ${said}`,
      },
    ];
  },
  price: (random) => [
    {
      text: `${random.pick(['that comes to', 'I was charged', 'the total is', 'it costs'])} ${sayNumber(1 + random.below(99_999), random)} ${random.pick(['dollars', 'euros', 'pounds', 'dollars and ninety nine cents'])}`,
    },
  ],
  time: (random) => [
    {
      text: `${random.pick(['can we meet at', 'the call is at', 'I phoned you at', 'it leaves at'])} ${sayPair(String(1 + random.below(12)), random).at(-1)} ${random.pick(['thirty', 'fifteen', 'forty five', "o'clock", 'oh five'])} ${random.pick(['', 'am', 'pm', 'tomorrow'])}`,
    },
  ],
  room: (random) => [
    {
      text: `${random.pick(['room', 'I am in room', 'gate', 'flight', 'apartment'])} ${random.chance(0.5) ? sayDigits(random.digits(3), random).join(' ') : sayNumber(10 + random.below(900), random)} ${random.pick(['on floor two', 'at nine thirty', 'for two nights', 'please'])}`,
    },
  ],
  date: (random) => [
    {
      text: `${random.pick(['it was on', 'we fly on', 'the appointment is on', 'deliver it by'])} ${random.chance(0.5) ? `the ${random.pick(ordinals)} of ${random.pick(months)}` : `${random.pick(months)} ${random.pick(ordinals)}`} ${random.pick(['', 'twenty twenty six', 'two thousand and nineteen', 'nineteen eighty four'])}`,
    },
  ],
  quantity: (random) => [
    {
      text: `${random.pick(['I need', 'we ordered', 'send me', 'there were'])} ${sayNumber(2 + random.below(5_000), random)} ${random.pick(['boxes', 'people', 'items', 'copies', 'percent of them'])} and ${sayNumber(2 + random.below(50), random)} ${random.pick(['more', 'left', 'of the red ones'])}`,
    },
  ],
  place: (random) => [
    {
      text: `${random.pick(['my zip code is', 'the postcode is', 'zip'])} ${sayDigits(random.digits(5), random).join(' ')}`,
    },
    {
      speaker: 'agent',
      text: `so flight ${sayDigits(random.digits(3), random).join(' ')} on page ${sayNumber(1 + random.below(300), random)}`,
    },
  ],
  counting: (random) => [
    {
      text: random.pick([
        'one two three, can you hear me?',
        'give me one or two minutes, three at most',
        'nine out of ten times it works on the second try',
        'the score was four to two, then five to three',
        'version two point five point one',
        'press one for sales, two for support, three for billing',
        'we have two kids, one is seven and one is nine',
      ]),
    },
    { speaker: 'agent', text: `${sayNumber(1 + random.below(90), random)} minutes, okay` },
  ],
};
