import { type Check, fail, ok } from '../check.ts';

export const callsDiverted: Check = {
  id: 'calls-diverted',
  title: 'Calls go to their hosts, but for trying out',
  means: 'Every call, with its credential, goes to one place in the stead of its vendor.',
  fix: 'Unset PATCHBAY_EGRESS_DIAL_OVERRIDE: it is for the sandbox.',
  async look(examination) {
    const diverted = (await examination.services()).filter(({ report }) => report?.diverted === true);
    if (diverted.length === 0) return [ok('none is diverted')];
    if (!(await examination.exposed())) return [ok('to the sandbox; this is for trying out, on the loopback')];
    return diverted.map(({ name }) => fail('dials one place in the stead of every host', { about: name }));
  },
};
