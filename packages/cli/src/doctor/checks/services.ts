import { type Check, fail, ok } from '../check.ts';
import { expectedServices } from '../examination.ts';

export const services: Check = {
  id: 'services',
  title: 'Every service answers',
  means: 'What the service does is not done: docs/operations.md says what that is for each.',
  fix: 'Look into its log, then start it again.',
  async look(examination) {
    const found = Map.groupBy(await examination.services(), ({ service }) => service);
    return expectedServices.map((service) => {
      const processes = found.get(service) ?? [];
      if (processes.length === 0) return fail('does not answer', { about: service });
      const silent = processes.filter(({ report }) => report === null).length;
      return ok(`${processes.length} answering${silent > 0 ? `, ${silent} of them without a report` : ''}`, service);
    });
  },
};
