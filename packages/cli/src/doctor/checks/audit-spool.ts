import { type Check, ok, warn } from '../check.ts';

export const auditSpool: Check = {
  id: 'audit-spool',
  title: 'Every process has a spool for audit records',
  means: 'While JetStream is away or chooses a leader, calls are refused with audit_unavailable.',
  fix: 'Set PATCHBAY_AUDIT_SPOOL_DIR to a directory of the process’s own, on a disk that outlives it.',
  async look(examination) {
    const without = (await examination.services()).filter(({ report }) => report?.audit_spool === false);
    if (without.length === 0) return [ok('all that answer')];
    return without.map(({ name }) => warn('has none', { about: name }));
  },
};
