import { type Check, NotSeen, ok, warn } from '../check.ts';

export const executors: Check = {
  id: 'executors',
  title: 'Executors have room',
  means: 'Further calls are refused as overloaded.',
  fix: 'Start more executors.',
  async look(examination) {
    const loads = (await examination.services()).flatMap(({ name, load }) => (load === null ? [] : [{ name, load }]));
    if (loads.length === 0) throw new NotSeen('no executor answers');
    return loads.map(({ name, load: { in_flight: now, limit } }) =>
      now < limit * 0.9
        ? ok(`${now} of ${limit} under way`, name)
        : warn(`${now} of ${limit} under way`, { about: name }),
    );
  },
};
