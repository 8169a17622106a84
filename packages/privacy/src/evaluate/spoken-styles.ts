import type { Turn } from '../spoken/turns.ts';
import type { Random } from './random.ts';
import { chatty, corrected, prompted } from './spoken-conversations.ts';
import { caller, introduced, question, type Style } from './spoken-introductions.ts';
import { sayDigits, sayPair } from './spoken-words.ts';

const plain: Style = (value, random) =>
  introduced(
    value,
    random,
    value.groups.map((group) => sayDigits(group, random).join(' ')).join(random.pick([' ', ', '])),
  );

const withFillers: Style = (value, random) =>
  introduced(
    value,
    random,
    value.groups
      .map((group) =>
        sayDigits(group, random)
          .flatMap((word) => (random.chance(0.15) ? [random.pick(['uh', 'um', 'er', 'hmm']), word] : [word]))
          .join(' '),
      )
      .join(random.pick([' dash ', ' then ', ' uh and then ', ', um, ', ' and '])),
  );

const withRepeats: Style = (value, random) =>
  introduced(value, random, value.groups.map((group) => sayRepeats(group, random)).join(' '));

function sayRepeats(group: string, random: Random): string {
  const words: string[] = [];
  for (const run of runsOf(group)) {
    const digit = run[0] as string;
    const [name = ''] = sayDigits(digit, random);
    if (run.length === 2) words.push(`double ${name}`);
    else if (run.length === 3) words.push(`${random.pick(['triple', 'treble'])} ${name}`);
    else if (run.length === 4) words.push(`four ${name === 'oh' ? 'zero' : name}${name === 'six' ? 'es' : 's'}`);
    else words.push(...sayDigits(run, random));
  }
  return words.join(' ');
}

/** "1122" is "11" and "22". */
function runsOf(digits: string): string[] {
  const runs: string[] = [];
  for (const digit of digits)
    if (runs.at(-1)?.startsWith(digit)) runs.push(`${runs.pop()}${digit}`);
    else runs.push(digit);
  return runs;
}

const inPairs: Style = (value, random) =>
  introduced(value, random, value.groups.map((group) => sayPairs(group, random)).join(', '));

function sayPairs(group: string, random: Random): string {
  const odd = group.length % 2;
  const pairs = group.slice(odd).match(/../g) ?? [];
  return [...sayDigits(group.slice(0, odd), random), ...pairs.flatMap((pair) => sayPair(pair, random))].join(' ');
}

const mixed: Style = (value, random) =>
  introduced(
    value,
    random,
    value.groups
      .map((group) => {
        const way = random.below(4);
        if (way === 0) return group;
        if (way === 1) return [...group].join(' ');
        return way === 2 ? sayPairs(group, random) : sayDigits(group, random).join(' ');
      })
      .join(random.pick([' ', ', ', ' - '])),
  );

const overTurns: Style = (value, random) => {
  const turns: Turn[] = [question(value.entity, random)];
  for (const [index, group] of value.groups.entries()) {
    const words = sayDigits(group, random).join(' ');
    if (index > 0) {
      const echo = random.chance(0.3) ? turns.at(-1)?.text : undefined;
      turns.push({ speaker: 'agent', text: echo ?? random.pick(['okay', 'mhm', 'go on', 'got it', 'yes?']) });
    }
    turns.push(caller(index === 0 ? words : `${random.pick(['', 'then ', 'and ', 'uh '])}${words}`));
  }
  return turns;
};

/** What the detector was written for. */
export const styles: Readonly<Record<string, Style>> = {
  plain,
  withFillers,
  withRepeats,
  inPairs,
  mixed,
  overTurns,
  corrected,
  chatty,
  prompted,
};
