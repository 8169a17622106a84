import { type Check, ok, warn } from '../check.ts';

/** Milliseconds that are looked back: a week, which is as long as keys are remembered. */
const withinMs = 604_800_000;

export const unknownOutcomes: Check = {
  id: 'unknown-outcomes',
  title: 'Every execution of the last week has a known outcome',
  means: 'Nobody knows whether those calls had their effect at the vendor: something may be missing, or there twice.',
  fix: 'patchbay executions unknown lists them: look at the upstream for each.',
  async look(examination) {
    const admin = await examination.admin();
    const { executions, more } = await admin.listUnknown({ within_ms: withinMs, limit: 100 });
    if (executions.length === 0) return [ok(`none of tenant '${admin.tenant}'`)];
    return [warn(`${executions.length}${more ? ' and more' : ''} of tenant '${admin.tenant}'`)];
  },
};
