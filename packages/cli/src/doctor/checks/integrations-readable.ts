import { type Check, ok, warn } from '../check.ts';

export const integrationsReadable: Check = {
  id: 'integrations-readable',
  title: 'Every stored integration can be read',
  means: 'Its tools are not there. Mostly a newer version wrote it, and this one does not know what it says.',
  fix: 'Upgrade what is behind, or publish the integration again (patchbay integrations publish).',
  async look(examination) {
    const keys = new Set((await examination.services()).flatMap(({ report }) => report?.unreadable_integrations ?? []));
    if (keys.size === 0) return [ok('all of them')];
    return [...keys].map((key) => warn('is left out', { about: key }));
  },
};
