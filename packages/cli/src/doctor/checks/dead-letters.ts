import { type Check, ok, warn } from '../check.ts';

export const deadLetters: Check = {
  id: 'dead-letters',
  title: 'No submission or delivery was given up',
  means: 'Work that somebody handed in, or an event that somebody subscribed to, was not carried out.',
  fix: 'patchbay submissions list --all, or patchbay webhooks dead-letters list, says why; replay or drop them.',
  async look(examination) {
    const admin = await examination.admin();
    const [submissions, deliveries] = await Promise.all([
      admin.submissions.list({ everyTenant: true, limit: 1 }),
      admin.webhooks.deadLetters.list({ limit: 1 }),
    ]);
    const judge = (total: number, what: string, about: string) =>
      total === 0 ? ok('none', about) : warn(`${total} ${what}`, { about });
    return [
      judge(submissions.total, 'submissions of all tenants', 'submissions'),
      judge(deliveries.total, `deliveries of tenant '${admin.tenant}'`, 'deliveries'),
    ];
  },
};
