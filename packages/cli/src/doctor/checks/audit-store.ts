import { type Check, fail, NotSeen, ok, type Verdict, warn } from '../check.ts';

/** Messages of the stream that may wait for the store: some seconds of a busy installation. */
const mostWaiting = 20_000;

export const auditStore: Check = {
  id: 'audit-store',
  title: 'The audit database answers, has this version’s schema, and keeps up',
  means:
    'Queries, exports and checkpoints fail or lag. Events wait in the stream, and none is lost as long as that keeps them.',
  fix: 'Bring the database back, or restart the audit service: at its start it brings the schema up to date.',
  async look(examination) {
    const stores = (await examination.services()).flatMap(({ name, report }) =>
      report?.audit_store === undefined ? [] : [{ name, store: report.audit_store }],
    );
    if (stores.length === 0) throw new NotSeen('no audit service answers');
    return stores.map(({ name, store }): Verdict => {
      if (!store.answers) return fail(`${store.kind} does not answer`, { about: name });
      if (store.missing_migrations.length > 0)
        return fail(`the schema is behind: ${store.missing_migrations.join(', ')}`, { about: name });
      if (store.unknown_migrations.length > 0)
        return fail(`a newer version wrote there: ${store.unknown_migrations.join(', ')}`, {
          about: name,
          fix: 'Upgrade this audit service to the version that made them.',
        });
      if ((store.waiting ?? 0) > mostWaiting)
        return warn(`${store.waiting} messages wait for it`, {
          about: name,
          fix: 'Give PostgreSQL more, or start another audit service.',
        });
      return ok(`${store.kind}, schema up to date, ${store.waiting ?? '?'} waiting`, name);
    });
  },
};
