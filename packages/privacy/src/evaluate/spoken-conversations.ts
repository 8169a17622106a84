import type { Turn } from '../spoken/turns.ts';
import type { Random } from './random.ts';
import { caller, introduced, question, type Style } from './spoken-introductions.ts';
import { sayDigits } from './spoken-words.ts';

/** Somebody gets a digit or a group wrong, and says it again. */
export const corrected: Style = (value, random) => {
  const wrongGroup = random.below(value.groups.length);
  const said = value.groups.map((group, index) => {
    const words = sayDigits(group, random);
    if (index !== wrongGroup) return words.join(' ');
    return random.chance(0.5) ? lastDigitWrong(group, words, random) : groupWrong(group, words, random);
  });
  return introduced(value, random, said.join(', '));
};

function lastDigitWrong(group: string, words: readonly string[], random: Random): string {
  const wrong = sayDigits(other(group.at(-1) as string, random), random);
  const sorry = random.pick([', no, ', ' no ', ', sorry, ', ' I mean ', ", wait, that's ", ' sorry I meant ']);
  return [...words.slice(0, -1), wrong].join(' ') + sorry + (words.at(-1) as string);
}

function groupWrong(group: string, words: readonly string[], random: Random): string {
  const at = random.below(group.length);
  const wrong = sayDigits(group.slice(0, at) + other(group[at] as string, random) + group.slice(at + 1), random);
  return `${wrong.join(' ')}${random.pick([', no sorry, ', ', sorry, make it ', ', actually, ', ', no wait, '])}${words.join(' ')}`;
}

const other = (digit: string, random: Random) => String((Number(digit) + 1 + random.below(9)) % 10);

/** A conversation rather than an answer: both talk, and the transcript is written out with capitals and stops. */
export const chatty: Style = (value, random) => {
  const turns: Turn[] = [question(value.entity, random)];
  if (random.chance(0.5)) {
    turns.push(caller(random.pick(['Sure, give me a second.', 'Hang on, I have to find it.', 'Yeah, one moment.'])));
    turns.push({ speaker: 'agent', text: random.pick(['Take your time.', 'No problem.', 'Of course.']) });
  }
  for (const [index, group] of value.groups.entries()) {
    const words = sayDigits(group, random);
    const written = random.chance(0.5)
      ? words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}.`).join(' ')
      : `${words.join(' ')}.`;
    const lead =
      index === 0
        ? ["So it's ", 'Alright, ', 'Okay so that would be ']
        : ['', 'After that ', 'And then it says ', 'The next ones are '];
    turns.push(caller(random.pick(lead) + written));
    if (index < value.groups.length - 1)
      turns.push({
        speaker: 'agent',
        text: random.pick([
          'Okay, and the next digits?',
          'Perfect, keep going.',
          'Great, what comes after that?',
          `${words.join(' ')}, and then?`,
        ]),
      });
  }
  turns.push({ speaker: 'agent', text: random.pick(['Thank you, I have got that.', 'Great, let me check.']) });
  return turns;
};

/** The agent asks for the number piece by piece, and says numbers in doing so. */
export const prompted: Style = (value, random) => {
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
